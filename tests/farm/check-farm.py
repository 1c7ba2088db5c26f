#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Films of many machines, whose tasks are killed, run out of space and run again, as programs.

check-farm.py LIFEREEL INTERPOSE [--quick] [--seed N]

For every film and number of tasks: two workers take tasks in any order, and a task's first runs come
to harm (SIGKILL at a random moment or around a call, SIGTERM, a full disk, a stale file handle). Each
run must end with the status that the interface promises, and is run again until it has done; then
two joins at once make the film, which must be the one of a single machine, byte for byte. Prints a
table. Exit 1 unless all have survived. --quick is what continuous integration runs."""
import argparse
import concurrent.futures
import errno
import hashlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

SMALL = "--size 192x144 --rmax 32 --particles 200 --fps 25 --frames 400 --chunk-frames 24 --gop 24"
FILMS = {
    "MPEG-2 and AC-3 of the universe, .mpg": (
        "film.mpg",
        "--preset dvd_video --particles 150 --frames 306 --chunk-frames 18 --audio universe"),
    "H.264, .mp4": ("film.mp4", SMALL + " --codec libx264 --codec-preset ultrafast --crf 23"),
    "HEVC, .mkv": ("film.mkv", SMALL + " --codec libx265 --codec-preset ultrafast --crf 28"),
}
QUICK_SEED = 480  # the same harm every time, as far as a machine's speed lets it be
OUT_OF_TIME = 600  # seconds; nothing may hang
TRY_AGAIN = 75


class Failure(Exception):
    pass


def demand(holds, what):
    if not holds:
        raise Failure(what)


class Farm:
    def __init__(self, settings):
        self.program, self.interpose = settings.program, settings.interpose

    def start(self, *words, fault=None):
        surroundings = dict(os.environ, XDG_CACHE_HOME="/proc")
        if fault:
            surroundings.update(LIFEREEL_FAULT=fault, LD_PRELOAD=self.interpose)
        return subprocess.Popen([self.program, *words], env=surroundings, text=True,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def run(self, *words, fault=None):
        process = self.start(*words, fault=fault)
        try:
            told = process.communicate(timeout=OUT_OF_TIME)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failure("hangs") from None
        return process.returncode, told

    def must(self, *words):
        status, told = self.run(*words)
        demand(status == 0, f"{' '.join(words)} ends with {status}: {told}")

    def harm(self, chance, task):
        """One run of a task that comes to harm, or is done before."""
        kind = chance.choice(["kill", "term", "call", "call", "full", "stale"])
        if kind in ("kill", "term"):
            process = self.start(*task)
            time.sleep(chance.uniform(0.02, 0.5))
            process.send_signal(signal.SIGKILL if kind == "kill" else signal.SIGTERM)
            told = process.communicate(timeout=OUT_OF_TIME)[1]
            # Before lifereel catches it, it ends the process as it ends any.
            wanted = {"kill": (0, -9), "term": (0, 128 + signal.SIGTERM, -signal.SIGTERM)}[kind]
            demand(process.returncode in wanted, f"{kind}: ends with {process.returncode}: {told}")
            return process.returncode != 0
        if kind == "call":
            moment = chance.choice(["before", "after"])
            call = chance.choice(["rename", "fsync", "write", "close"])
            status, told = self.run(*task, fault=f"{call}:{chance.randrange(6)}:{moment}")
            demand(status in (0, -9), f"killed {moment} {call}: ends with {status}: {told}")
            return status != 0
        call, error = {
            "full": ("write", errno.ENOSPC), "stale": ("open", errno.ESTALE)}[kind]
        status, told = self.run(*task, fault=f"{call}:{chance.randrange(1, 6)}:{error}")
        demand(status in (0, TRY_AGAIN), f"{os.strerror(error)}: ends with {status}: {told}")
        demand(status == 0 or (told.startswith("lifereel: ") and os.strerror(error) in told),
               f"{os.strerror(error)}: is told as {told}")
        return status != 0

    def film(self, where, file, options, whole, tasks, chance):
        """How many runs came to harm."""
        film = str(where / file)
        work = film + ".farm"
        ranges = chance.choice(["equal", "shrinking"])
        self.must("plan", *options, "-o", film, "--tasks", str(tasks), "--ranges", ranges,
                  "--speeds", "400,100", "--slurm", "--quiet")
        seeds = {task: chance.random() for task in range(tasks)}

        def make(task):
            own = random.Random(seeds[task])
            words = ("render", "--work", work, "--task", str(task), "--lanes", "2", "--quiet")
            harmed = 0
            for _ in range(own.randrange(0, 4)):
                harmed += self.harm(own, words)
            if own.random() < 0.2:  # an engine has started it twice
                twins = [self.start(*words) for _ in range(2)]
                for twin in twins:
                    told = twin.communicate(timeout=OUT_OF_TIME)[1]
                    demand(twin.returncode == 0, f"a twin ends with {twin.returncode}: {told}")
            self.must(*words)
            return harmed

        order = list(range(tasks))
        chance.shuffle(order)
        status, told = self.run("join", "--work", work, "--quiet")
        demand(status == TRY_AGAIN and f"(--array=0{f'-{tasks - 1}' if tasks > 1 else ''})" in told,
               f"a join of nothing ends with {status}: {told}")
        with concurrent.futures.ThreadPoolExecutor(2) as workers:
            harmed = sum(workers.map(make, order))
        demand(not os.path.exists(film), "there is a film before it is joined")
        killed = self.start("join", "--work", work, "--quiet")
        time.sleep(chance.uniform(0.02, 0.3))
        killed.kill()
        killed.communicate()
        if os.path.exists(film):
            demand(digest(film) == whole, "a killed join leaves another film")
            os.remove(film)
        joins = [self.start("join", "--work", work, "--quiet") for _ in range(2)]
        for join in joins:
            told = join.communicate(timeout=OUT_OF_TIME)[1]
            demand(join.returncode == 0, f"join ends with {join.returncode}: {told}")
        demand(digest(film) == whole, "is another film")
        self.must("join", "--work", work, "--remove", "--quiet")
        left = {name.split("-")[0].split(".")[0] for name in os.listdir(work)}
        demand(left <= {"job", "plan", "finished", "submit", "task"}, f"leaves {os.listdir(work)}")
        return harmed


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def tiny_disk(farm, where, file, options, whole, chance):
    """A disk that is full for the first run, and grows."""
    script = """
      mount -t tmpfs -o size=200m none "$1" && disk=$1 program=$2 && shift 2
      "$program" plan "$@" -o "$disk/$FILM" --tasks 2 --ranges equal --quiet || exit 3
      mount -o remount,size="$SIZE"k "$disk"
      "$program" render --work "$disk/$FILM.farm" --task 1 --quiet; first=$?
      [ $first = 0 ] || [ $first = 75 ] || { echo "ends with $first" >&2; exit 3; }
      echo $first > "$disk/../first"
      mount -o remount,size=200m "$disk"
      for task in 1 0; do
        "$program" render --work "$disk/$FILM.farm" --task $task --quiet || exit 3
      done
      "$program" join --work "$disk/$FILM.farm" --quiet || exit 3
      cp "$disk/$FILM" "$disk/../result" """
    disk = where / "disk"
    disk.mkdir()
    process = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, "sh", str(disk), farm.program, *options],
        env=dict(os.environ, XDG_CACHE_HOME="/proc", FILM=file, SIZE=str(chance.randrange(60, 200))),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=OUT_OF_TIME,
        check=False)
    demand(process.returncode == 0, process.stderr)
    demand(digest(where / "result") == whole, "is another film")
    return int((where / "first").read_text() == "75\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("interpose")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int)
    settings = parser.parse_args()
    if settings.seed is None:
        settings.seed = QUICK_SEED if settings.quick else random.randrange(10**6)
    settings.program = os.path.abspath(settings.program)
    farm = Farm(settings)
    print(f"seed {settings.seed}")
    print("| film | tasks | runs that came to harm | the film of one machine |")
    print("|---|---:|---:|---|")
    failed, all_harmed = False, 0
    can_mount = subprocess.run(["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"],
                               stderr=subprocess.DEVNULL, check=False).returncode == 0
    if not can_mount:
        print("no tiny file system: this machine lets nobody mount one", file=sys.stderr)
    for name, (file, options) in FILMS.items():
        options = options.split()
        with tempfile.TemporaryDirectory(prefix="lifereel-farm-") as folder:
            folder = pathlib.Path(folder)
            farm.must("render", *options, "-o", str(folder / file), "--quiet")
            whole = digest(folder / file)
            tries = [(str(tasks), tasks) for tasks in ((4,) if settings.quick else (1, 4, 16))]
            if can_mount and (not settings.quick or name == next(iter(FILMS))):
                tries.append(("2, a full disk", 0))
            for label, tasks in tries:
                for attempt in range(1 if settings.quick else 4):
                    chance = random.Random(f"{settings.seed} {name} {label} {attempt}")
                    where = folder / f"{tasks}-{attempt}"
                    where.mkdir()
                    try:
                        harmed = (farm.film(where, file, options, whole, tasks, chance) if tasks
                                  else tiny_disk(farm, where, file, options, whole, chance))
                        verdict = "yes"
                    except Failure as failure:
                        harmed, verdict, failed = "?", f"NO: {failure}", True
                    print(f"| {name} | {label} | {harmed} | {verdict} |", flush=True)
                    all_harmed += harmed if harmed != "?" else 0
    if all_harmed == 0:
        print("no run has come to harm: nothing was tried out", file=sys.stderr)
        failed = True
    return 1 if failed else 0


sys.exit(main())
