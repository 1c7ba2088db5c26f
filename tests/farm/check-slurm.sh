#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A real Slurm on this host, a controller and four nodes of one processor each, renders a film whose
# tasks are signalled, killed, and lose their node: it is the film of one machine.
#   check-slurm.sh LIFEREEL
# Runs as any user; touches no Slurm or munge that the system may run. Exit status 77: there is none
# installed (Debian: slurmctld slurmd slurm-client munge).
set -eu
lifereel=$(realpath "$1")
PATH=$PATH:/usr/sbin:/sbin
for program in munged slurmctld slurmd srun sbatch scontrol; do
  command -v "$program" > /dev/null || { echo "skipped: there is no $program here"; exit 77; }
done

folder=$(mktemp -d)
user=$(id -un)
host=$(hostname -s)
port=$((20000 + $$ % 20000))
daemons=
finish() {
  # shellcheck disable=SC2086
  if [ -n "$daemons" ]; then
    scancel --user="$user" 2> /dev/null || true
    # Nodes' daemons end their steps, and are needed until those are gone.
    for _ in $(seq 150); do
      [ -n "$(timeout 10 squeue --noheader 2> /dev/null)" ] || break
      sleep 0.2
    done
    kill $daemons 2> /dev/null || true
    for _ in $(seq 30); do kill -0 $daemons 2> /dev/null || break; sleep 0.1; done
    kill -9 $daemons 2> /dev/null || true
  fi
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM
fail() {
  echo "$*"
  for log in "$folder"/ctld.log "$folder"/film/*.farm/*.log; do
    [ ! -f "$log" ] || { echo "--- $log"; tail -n 15 "$log"; }
  done
  exit 1
}

export SLURM_CONF="$folder/slurm.conf"
{
  cat << END
ClusterName=lifereel
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=1
ReturnToService=2
MpiDefault=none
KillWait=3
MessageTimeout=60
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmdPidFile=$folder/%n.pid
SlurmdLogFile=$folder/%n.log
SlurmctldPidFile=$folder/ctld.pid
SlurmctldLogFile=$folder/ctld.log
SlurmdParameters=config_overrides
JobRequeue=1
END
  for node in 1 2 3 4; do
    echo "NodeName=n$node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + node)) CPUs=1 State=UNKNOWN"
  done
  echo "PartitionName=p Nodes=ALL Default=YES MaxTime=INFINITE State=UP"
} > "$SLURM_CONF"
mkdir "$folder/state" "$folder/film"
for node in 1 2 3 4; do mkdir "$folder/spool-n$node"; done
dd if=/dev/urandom of="$folder/munge.key" bs=128 count=1 2> /dev/null
chmod 400 "$folder/munge.key"
munged --foreground --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
  --pid-file="$folder/munge.pid" --seed-file="$folder/munge.seed" \
  --log-file="$folder/munge.log" > "$folder/munge.out" 2>&1 &
daemons=$!
for _ in $(seq 100); do [ -S "$folder/munge.socket" ] && break; sleep 0.1; done
slurmctld -D > "$folder/ctld.out" 2>&1 &
daemons="$daemons $!"
for node in 1 2 3 4; do
  slurmd -D -N "n$node" > "$folder/n$node.out" 2>&1 &
  daemons="$daemons $!"
done
for _ in $(seq 300); do
  [ "$(sinfo --noheader --states=idle --format=%D 2> /dev/null)" = 4 ] && break
  sleep 0.1
done
if [ "$(sinfo --noheader --states=idle --format=%D 2> /dev/null)" != 4 ]; then
  sinfo 2>&1 || true
  tail -n 5 "$folder"/*.out "$folder"/*.log
  fail "Slurm does not start"
fi

film="--size 720x480 --particles 800 --fps 20 --codec libx264 --crf 22 --gop 20 --chunk-frames 20 --frames 480"
# shellcheck disable=SC2086
"$lifereel" render $film -o "$folder/alone.mp4" --quiet
work="$folder/film/film.mp4.farm"
# shellcheck disable=SC2086
"$lifereel" plan $film -o "$folder/film/film.mp4" --tasks 8 --speeds 400,60 --slurm --quiet
export LIFEREEL_REQUEUE_SECONDS=0
submitted=$("$work/submit.sh")
echo "$submitted"
array=$(echo "$submitted" | sed 's/^tasks: job \([0-9]*\);.*/\1/')

# "PID TASK" of every render that is at work.
renders() {
  pgrep -f -- "render --work $work --task" | while read -r id; do
    [ "$(readlink "/proc/$id/exe")" = "$lifereel" ] || continue
    task=$(tr '\0' ' ' < "/proc/$id/cmdline" | sed 's/.*--task \([0-9]*\).*/\1/')
    echo "$id $task"
  done
}
# Slurm holds what is requeued back for two minutes; for good what came back to a node where it had not
# ended yet, which gets no more work either. Fails where there is no job left.
release_held() {
  squeue --noheader --format='%i %r' > "$folder/queue" 2> /dev/null || return 0
  [ -s "$folder/queue" ] || return 1
  sed -n 's/ BeginTime$//p' "$folder/queue" | while read -r held; do
    scontrol update jobid="$held" starttime=now 2> /dev/null || true
  done
  sed -n 's/ launch failed requeued held$//p' "$folder/queue" | while read -r held; do
    scontrol release "$held" 2> /dev/null || true
  done
  for drained in $(sinfo --noheader --Node --states=drained --format=%N 2> /dev/null); do
    scontrol update nodename="$drained" state=resume 2> /dev/null || true
  done
}
# Three tasks at work, on a node each, wait for what comes to them.
victims=
count=0
for _ in $(seq 1200); do
  renders > "$folder/at-work"
  while read -r id task; do
    case "$victims " in *" $id "*) continue ;; esac
    [ $count -lt 3 ] && kill -STOP "$id" 2> /dev/null || continue
    victims="$victims $id $task"
    count=$((count + 1))
  done < "$folder/at-work"
  [ $count -lt 3 ] || break
  sleep 0.05
done
[ $count = 3 ] || fail "three tasks were never at work at once"
# harm COMMAND ID TASK: that one, and it goes on if it still can.
harm() {
  id=$2
  task=$3
  done=no
  for _ in 1 2 3 4 5 6 7 8 9 10; do
    if "$1" 2> "$folder/harm.err"; then done=yes; break; fi
    sleep 0.2
  done
  kill -CONT "$id" 2> /dev/null || true
  [ $done = yes ] || { cat "$folder/harm.err"; fail "task $task does not come to harm $1"; }
}
by_signal() { scancel --signal=TERM "${array}_$task" && echo "task $task: SIGTERM"; }
by_kill() { kill -9 "$id" && echo "task $task: kill -9"; }
by_node() {
  node=$(squeue --noheader --states=running --job="${array}_$task" --format=%N)
  [ -n "$node" ] || return 1
  scontrol update nodename="$node" state=down reason=test && echo "task $task: node $node is down"
}
# shellcheck disable=SC2086  # an id and a task, three times
set -- $victims
harm by_signal "$1" "$2"
harm by_kill "$3" "$4"
harm by_node "$5" "$6"
sleep 1
# It may have come back by itself.
scontrol update nodename="$node" state=resume 2> /dev/null || true

for round in 1 2 3; do
  left=yes
  for _ in $(seq 1500); do
    release_held || { left=no; break; }
    sleep 0.2
  done
  [ $left = no ] || fail "jobs do not end: $(cat "$folder/queue")"
  [ ! -f "$folder/film/film.mp4" ] || break
  list=$(sed -n 's/.*(--array=\([-0-9,]*\)).*/\1/p' "$work/join.log" | tail -n 1)
  [ -n "$list" ] || fail "the join says nothing of what is missing"
  echo "round $round: again $list"
  "$work/submit.sh" "$list"
done
cmp "$folder/alone.mp4" "$folder/film/film.mp4" || fail "the film is not the one of one machine"
requeues=$(grep -c "Requeuing JobId" "$folder/ctld.log" || true)
[ "$requeues" -ge 3 ] || fail "only $requeues tasks were requeued"
echo "the film of four nodes is the film of one machine, after $requeues requeues"
"$lifereel" status --work "$work"
