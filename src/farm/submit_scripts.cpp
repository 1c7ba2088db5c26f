// SPDX-License-Identifier: GPL-2.0-or-later
#include "src/farm/submit_scripts.h"

#include <filesystem>
#include <initializer_list>
#include <utility>

#include "src/text/json.h"

namespace lifereel {
namespace {

// A dependency on success would wait for ever once a task has failed and was requeued: the join
// sees for itself what is there. Signals reach steps, so that what runs is one (srun).
constexpr const char* slurm = R"script(#!/bin/sh
# Submits {TASKS} tasks of a film to Slurm, and the join behind them; for some of them again:
#   submit.sh 17,40-42
# SBATCH_OPTIONS has what the site wants to know: partition, time, processors, a GPU.
# Every node needs this folder under this path, the program, and the same FFmpeg. Chunks are made
# for processors of one kind, {PROCESSOR}. Others refuse to take part (status 1): where there are
# some, add --constraint=... to SBATCH_OPTIONS.
# Status 75, or an end by a signal: the same may succeed later. It is requeued, nine times at most.
set -eu
folder={FOLDER}
options="--open-mode=append ${SBATCH_OPTIONS:-}"
# shellcheck disable=SC2086
tasks=$(sbatch --parsable --requeue --job-name=lifereel --array="${1:-0-{LAST}}" \
  --output="$folder/task-%a.log" $options <<'END'
#!/bin/sh
srun --quiet {LIFEREEL} render --work {FOLDER} --task "$SLURM_ARRAY_TASK_ID" --quiet
status=$?
{REQUEUE_TASK}END
)
# shellcheck disable=SC2086
join=$(sbatch --parsable --requeue --job-name=lifereel-join --dependency="afterany:${tasks%%;*}" \
  --output="$folder/join.log" $options <<'END'
#!/bin/sh
told=$(srun --quiet {LIFEREEL} join --work {FOLDER} --quiet 2>&1)
status=$?
[ -z "$told" ] || printf '%s\n' "$told"
case $told in *--array=*) exit $status ;; esac  # tasks are missing, and do not come by themselves
{REQUEUE_JOIN}END
)
echo "tasks: job ${tasks%%;*}; join: job ${join%%;*}, which writes to $folder/join.log"
)script";

constexpr const char* openjd = R"yaml(specificationVersion: jobtemplate-2023-09
name: lifereel
# Every worker needs the folder under this path, the program, the same FFmpeg, and a processor of
# this kind: {PROCESSOR}. Others refuse to take part (status 1). Status 75: the same may succeed
# later.
parameterDefinitions:
  - name: Folder
    type: PATH
    objectType: DIRECTORY
    dataFlow: INOUT
    default: {FOLDER}
  - name: Lifereel
    type: STRING
    default: {LIFEREEL}
steps:
  - name: Render
    parameterSpace:
      taskParameterDefinitions:
        - name: Task
          type: INT
          range: "0-{LAST}"
    script:
      actions:
        onRun:
          command: "{{Param.Lifereel}}"
          args: ["render", "--work", "{{Param.Folder}}", "--task", "{{Task.Param.Task}}", "--quiet"]
          cancelation:
            mode: NOTIFY_THEN_TERMINATE
  - name: Join
    dependencies:
      - dependsOn: Render
    script:
      actions:
        onRun:
          command: "{{Param.Lifereel}}"
          args: ["join", "--work", "{{Param.Folder}}", "--quiet"]
)yaml";

constexpr const char* kubernetes = R"script(#!/bin/sh
# Applies an Indexed Job of {TASKS} tasks, waits for its end, and has the film joined:
#   IMAGE=registry/lifereel CLAIM=films submit.sh
# For some tasks again, each a Job of its own: ... submit.sh 17,40-42
# Jobs of that name that are there already are deleted, and what they are doing is stopped.
# IMAGE has the program. The claim's volume is mounted as MOUNT, so that this folder has the same
# path there as here. Needs Kubernetes 1.33. Chunks are made for processors of one kind,
# {PROCESSOR}. Others refuse to take part (status 1): where there are some, select nodes,
# NODES='{"label": "value"}'. Status 75, or an end by a signal: the same may succeed later. Each
# task is tried again six times, but not after status 1 and 2.
set -eu
: "${IMAGE:?is the image that has the program}" "${CLAIM:?is the claim of the volume with the folder}"
name=lifereel-{SHORT}
nodes=${NODES:-"{}"}
mount=${MOUNT:-}
[ -n "$mount" ] || mount={MOUNT}
job() {  # NAME COMPLETIONS ARGUMENTS
  kubectl delete job "$1" --ignore-not-found --cascade=foreground > /dev/null
  kubectl apply -f - <<END
apiVersion: batch/v1
kind: Job
metadata:
  name: $1
spec:
  completionMode: Indexed
  completions: $2
  parallelism: $2
  backoffLimitPerIndex: 6
  maxFailedIndexes: $2
  podFailurePolicy:
    rules:
      - action: FailIndex
        onExitCodes:
          operator: In
          values: [1, 2]
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 60
      nodeSelector: $nodes
      volumes:
        - name: films
          persistentVolumeClaim:
            claimName: $CLAIM
      containers:
        - name: lifereel
          image: $IMAGE
          command: $3
          volumeMounts:
            - name: films
              mountPath: $mount
END
}
await() {  # NAME: its end, good or bad
  while :; do
    ended=$(kubectl get job "$1" \
      --output='jsonpath={.status.conditions[?(@.status=="True")].type}') || {
      echo "job $1 cannot be watched any more; submit again, which keeps the chunks there are" >&2
      exit 1
    }
    case $ended in *Complete* | *Failed*) return ;; esac
    sleep 5
  done
}
kubectl delete job "$name-join" --ignore-not-found --cascade=foreground > /dev/null
if [ $# -eq 0 ]; then
  job "$name" {TASKS} {RENDER}
  await "$name"
else
  tasks=$(echo "$1" | tr ',' '\n' | while IFS=- read -r first last; do
    seq "$first" "${last:-$first}"
  done)
  for task in $tasks; do job "$name-$task" 1 {RENDER_ONE}; done
  for task in $tasks; do await "$name-$task"; done
fi
job "$name-join" 1 {JOIN}
)script";

/// In place of every name.
std::string fill(std::string text,
                 std::initializer_list<std::pair<std::string, std::string>> values) {
  for (const auto& [name, value] : values)
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
      text.replace(at, name.size(), value);
  return text;
}

std::string quoted_for_shell(const std::string& text) {
  std::string quoted = "'";
  for (const char letter : text)
    quoted += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return quoted + "'";
}

/// JSON's strings are YAML's, too.
std::string quoted_for_yaml(const std::string& text) { return Json::string(text); }

/// How a job of Slurm's ends: it goes back into the queue where it may succeed later.
std::string requeued(const std::string& job) {
  return fill(R"script(case $status in
  75 | 1[2-9][0-9])
    if [ "${SLURM_RESTART_COUNT:-0}" -lt 9 ]; then
      sleep "${LIFEREEL_REQUEUE_SECONDS:-10}"
      scontrol requeue "{JOB}" && sleep 60
    fi ;;
esac
exit $status
)script",
              {{"{JOB}", job}});
}

}  // namespace

SubmitScript submit_script(const FarmPlan& plan, const FarmSettings& farm,
                           const std::string& processor) {
  SubmitScript script;
  if (farm.submit_to == SubmitTo::nobody) return script;
  const bool yaml = farm.submit_to == SubmitTo::openjd;
  const char* const pattern = yaml                                ? openjd
                              : farm.submit_to == SubmitTo::slurm ? slurm
                                                                  : kubernetes;
  const auto quoted = yaml ? quoted_for_yaml : quoted_for_shell;
  const std::string begin = "[" + quoted_for_yaml(farm.executable) + ", ",
                    work = quoted_for_yaml(plan.folder);
  script.name = yaml ? "openjd.yaml" : "submit.sh";
  script.executable = !yaml;
  script.text = fill(
      pattern,
      {{"{REQUEUE_TASK}", requeued("${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID")},
       {"{REQUEUE_JOIN}", requeued("$SLURM_JOB_ID")},
       {"{TASKS}", std::to_string(plan.tasks.size())},
       {"{LAST}", std::to_string(plan.tasks.size() - 1)},
       {"{PROCESSOR}", processor},
       {"{SHORT}", plan.digest.substr(0, 10)},
       {"{MOUNT}", quoted(std::filesystem::path(plan.folder).parent_path().string())},
       {"{RENDER}", quoted_for_shell(begin + "\"render\", \"--work\", " + work +
                                     ", \"--task\", \"$(JOB_COMPLETION_INDEX)\", \"--quiet\"]")},
       {"{RENDER_ONE}",
        quoted_for_shell(begin + "\"render\", \"--work\", " + work + ", \"--task\", \"") +
            "\"$task\"" + quoted_for_shell("\", \"--quiet\"]")},
       {"{JOIN}", quoted_for_shell(begin + "\"join\", \"--work\", " + work + ", \"--quiet\"]")},
       {"{LIFEREEL}", quoted(farm.executable)},
       {"{FOLDER}", quoted(plan.folder)}});
  return script;
}

}  // namespace lifereel
