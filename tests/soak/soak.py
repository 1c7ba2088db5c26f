#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Renders under faults: killed, out of space, with damaged working files, for a long time.

soak.py LIFEREEL INTERPOSE [--quick] [--seed N] [--only WORD] [--keep FOLDER]

Prints a table: kind of fault, tries, survived. A try has survived when nothing crashed, what failed
said so in one sentence, no file of the film's name was there that is not the whole film, and the
same command afterwards made the very bytes of a film that was never disturbed. Exit 1 unless all
have. --quick is what continuous integration runs. --keep writes the long render's samples
(soak.csv) and their plot (soak.svg) there."""
import argparse
import collections
import errno
import hashlib
import json
import math
import os
import pathlib
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import wave

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "plots"))
import svg  # noqa: E402

SMALL = "--size 192x144 --rmax 32 --particles 200 --fps 25 --frames 360 --chunk-frames 24 --gop 24"
FILMS = {
    "MPEG-2 and AC-3 of the universe, .mpg": (
        "film.mpg",
        "--preset dvd_video --particles 150 --frames 180 --chunk-frames 18 --audio universe"),
    "H.264 and AAC of a file, .mp4": (
        "film.mp4",
        SMALL + " --codec libx264 --codec-preset ultrafast --crf 23 --audio SOUND --loudness -23"),
    "HEVC, .mkv": ("film.mkv", SMALL + " --codec libx265 --codec-preset ultrafast --crf 28"),
}
OUT_OF_TIME = 600  # seconds; nothing may hang


class Failure(Exception):
    pass


def demand(holds, what):
    if not holds:
        raise Failure(what)


class Film:
    """One film and how it is without faults."""

    def __init__(self, program, interpose, name, folder):
        self.name, self.program, self.interpose = name, program, interpose
        self.file, options = FILMS[name]
        options = options.replace("SOUND", str(folder / "sound.wav"))
        self.options = options.split() + ["--lanes", "2", "--quiet"]
        where = folder / "undisturbed"
        where.mkdir()
        begin = time.monotonic()
        demand(self.run(where).returncode == 0, name + " cannot be made at all")
        self.seconds = time.monotonic() - begin
        self.whole = self.hash(where)
        # What a render calls, to choose from.
        calls = folder / "calls"
        shutil.rmtree(where)
        where.mkdir()
        self.run(where, {"LIFEREEL_FAULT_COUNT": str(calls)})
        self.calls = collections.Counter(calls.read_text().split())
        calls.unlink()
        shutil.rmtree(where)

    def start(self, where, environment=None, **how):
        surroundings = dict(os.environ, XDG_CACHE_HOME="/proc")  # estimates are kept nowhere
        if environment:
            surroundings.update(environment, LD_PRELOAD=self.interpose)
        return subprocess.Popen(
            [self.program, "render", *self.options, "-o", str(where / self.file)],
            env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **how)

    def run(self, where, environment=None, **how):
        process = self.start(where, environment, **how)
        try:
            process.told = process.communicate(timeout=OUT_OF_TIME)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failure("hangs") from None
        return process

    def run_and_kill(self, where, after):
        process = self.start(where)
        try:
            process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()

    def hash(self, where):
        return hashlib.sha256((where / self.file).read_bytes()).hexdigest()

    def check_name(self, where):
        """A film that is there is the whole film."""
        if (where / self.file).exists():
            demand(self.hash(where) == self.whole, "a file looks finished and is not")

    def check_told(self, process):
        demand(process.returncode >= 0, f"ends with signal {-process.returncode}")
        if process.returncode != 0:
            demand(process.told.startswith("lifereel: "), "says nothing: " + process.told)

    def complete(self, where):
        """The same command again, undisturbed."""
        there = (where / self.file).exists()
        if not there or len(os.listdir(where)) > 1:
            process = self.run(where)
            # A film that was complete is left alone.
            demand(process.returncode == 0 or (there and "exists" in process.told),
                   "does not go on: " + process.told)
        demand(self.hash(where) == self.whole, "is another film")
        demand(sorted(os.listdir(where)) == [self.file], f"leaves {sorted(os.listdir(where))}")


def write_sound(path):
    """Five seconds of a tone that swells, in stereo: less than the film, so that it is looped."""
    with wave.open(str(path), "wb") as out:
        out.setparams((2, 2, 44100, 0, "NONE", ""))
        out.writeframes(b"".join(
            struct.pack("<hh", *(int(9000 * math.sin(i / pitch) * math.sin(i / 35000)) for pitch in (16, 24)))
            for i in range(5 * 44100)))


class Table:
    def __init__(self, folder, only):
        self.folder, self.only, self.good = folder, only, True
        print(f"| {'fault':84} | tries | survived |\n|{'-' * 86}|------:|---------:|", flush=True)

    def row(self, kind, tries, attempt):
        """Calls attempt(i, folder of its own)."""
        if self.only not in kind:
            return
        survived = 0
        for i in range(tries):
            where = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
            try:
                attempt(i, where)
                survived += 1
            except Failure as failure:
                print(f"  {kind}, try {i}: {failure}", file=sys.stderr, flush=True)
            finally:
                subprocess.run(["chmod", "-R", "u+w", where], check=False)
                shutil.rmtree(where)
        self.good = self.good and survived == tries
        print(f"| {kind:84} | {tries:5} | {survived:8} |", flush=True)


def working_files(where, film):
    folder = where / (film.file + ".lifereel")
    return sorted(folder.iterdir()) if folder.exists() else []


def until_there_are_chunks(film, where, chance):
    """A render killed when it has at least one chunk to go on from, and not yet a film."""
    for _ in range(100):
        process = film.start(where)
        while process.poll() is None:
            kinds = {path.name.split("-")[0] for path in working_files(where, film)}
            if {"chunk", "checkpoint"} <= kinds:
                time.sleep(film.seconds * chance.random() / 4)
                break
            time.sleep(0.001)
        process.kill()
        process.communicate()
        if working_files(where, film) and not (where / film.file).exists():
            return
        shutil.rmtree(where)
        where.mkdir()
    raise Failure("is never stopped in time")


def while_it_goes_on(film, where, function, chance):
    """Stops a render, so that the next one goes on; returns the number of a call that one makes."""
    until_there_are_chunks(film, where, chance)
    twin = where.with_name(where.name + "-twin")
    calls = where.with_name(where.name + "-calls")
    shutil.copytree(where, twin)
    film.run(twin, {"LIFEREEL_FAULT_COUNT": str(calls)})
    made = collections.Counter(calls.read_text().split())[function]
    shutil.rmtree(twin)
    calls.unlink()
    return chance.randrange(max(1, made))


def kills(table, films, tries, chance):
    for film in films:
        def attempt(_, where, film=film):
            for _ in range(2):  # the second one strikes while it goes on
                film.run_and_kill(where, chance.random() * film.seconds)
                film.check_name(where)
            film.complete(where)
        table.row(f"kill -9 at two random moments, {film.name}", tries, attempt)


def kills_in_calls(table, films, tries, chance):
    for film in films:
        plans = [(function, number, moment)
                 for function in ("rename", "renameat2", "fsync", "open", "mkdir", "unlink",
                                  "remove", "close")
                 for number in range(film.calls[function]) for moment in ("before", "after")]
        if not plans:
            continue
        plans = chance.sample(plans, min(tries, len(plans)))

        def attempt(i, where, film=film, plans=plans):
            function, number, moment = plans[i]
            if i % 2:
                number = while_it_goes_on(film, where, function, chance)
            film.run(where, {"LIFEREEL_FAULT": f"{function}:{number}:{moment}"})
            film.check_name(where)
            film.complete(where)
        table.row(f"kill -9 around renames, flushes, removals, {film.name}", len(plans), attempt)


def failing_calls(table, films, tries, chance):
    errors = {"write": (errno.ENOSPC, errno.EIO), "open": (errno.EMFILE, errno.ENOSPC)}
    for film in films:
        plans = [(function, number, error)
                 for function in ("write", "fsync", "open", "rename", "renameat2", "close", "mkdir")
                 for number in range(film.calls[function])
                 for error in errors.get(function, (errno.EIO,))]
        plans = chance.sample(plans, min(tries, len(plans)))

        def attempt(i, where, film=film, plans=plans):
            function, number, error = plans[i]
            if i % 2:
                number = while_it_goes_on(film, where, function, chance)
            process = film.run(where, {"LIFEREEL_FAULT": f"{function}:{number}:{error}"})
            film.check_told(process)
            film.check_name(where)
            film.complete(where)
        table.row(f"a write, flush, open, rename or close fails, {film.name}", len(plans), attempt)


def full_disks(table, films, tries, chance):
    for film in films:
        def limited(_, where, film=film):
            size = int(2 ** chance.uniform(6, 18))

            def limit():
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            process = film.run(where, preexec_fn=limit)
            film.check_told(process)
            film.check_name(where)
            film.complete(where)
        table.row(f"files may not grow beyond a size, {film.name}", tries, limited)

    can_mount = subprocess.run(["unshare", "-rm", "sh", "-c", "mount -t tmpfs none /mnt"],
                               stderr=subprocess.DEVNULL, check=False).returncode == 0
    if not can_mount:
        print("  no tiny file system: this machine lets nobody mount one", file=sys.stderr)
        return
    script = """
      mount -t tmpfs -o size="$1"k none "$2" && shift && where=$1 && shift
      "$@"; first=$?
      [ $first -le 1 ] || { echo "ends with $first" >&2; exit 3; }
      if [ $first -ne 0 ]; then
        [ ! -e "$where/$FILM" ] || { echo "a file looks finished and is not" >&2; exit 3; }
        mount -o remount,size=200m "$where"
        "$@" || exit 3
      fi
      cp "$where/$FILM" "$where/../result-$FILM" && ls -A "$where" > "$where/../names" """
    for film in films:
        def tiny(_, where, film=film):
            disk = where / "disk"
            disk.mkdir()
            command = [film.program, "render", *film.options, "-o", str(disk / film.file)]
            process = subprocess.run(
                ["unshare", "-rm", "sh", "-c", script, "sh", str(chance.randrange(8, 600)),
                 str(disk), *command],
                env=dict(os.environ, XDG_CACHE_HOME="/proc", FILM=film.file), check=False,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=OUT_OF_TIME)
            demand(process.returncode == 0, process.stderr)
            made = hashlib.sha256((where / ("result-" + film.file)).read_bytes()).hexdigest()
            demand(made == film.whole, "is another film")
            demand((where / "names").read_text().split() == [film.file], "leaves files")
        table.row(f"a file system that is full, then grows, {film.name}", tries, tiny)


def file_systems_that_lack_something(table, films, quick):
    """What is missing there costs a sentence, and no film. The films take turns."""
    lacks = {
        "flushes": (f"fsync:every:{errno.EINVAL}", "cannot flush"),
        "locks": (f"flock:every:{errno.ENOSYS}", "cannot lock"),
        "locks on NFS": (f"flock:every:{errno.ENOLCK}", "cannot lock"),
        "renames that replace nothing": (f"renameat2:every:{errno.ENOSYS}", ""),
        "those, behind a sandbox": (f"renameat2:every:{errno.EPERM}", ""),
        "those and hard links": (f"renameat2:every:{errno.EINVAL},link:every:{errno.EPERM}", ""),
        "figures of free space": (f"statvfs:every:{errno.ENOSYS}", "free there is not known"),
        "all of it": (f"fsync:every:{errno.EOPNOTSUPP},flock:every:{errno.EOPNOTSUPP},"
                      f"renameat2:every:{errno.EINVAL},link:every:{errno.EPERM}", "cannot flush"),
    }

    tries = [(lack, resume) for lack in lacks.values() for resume in ([], ["--resume", "off"])]
    if quick:  # every lack once, with working files and without by turns
        tries = [tries[2 * i + i % 2] for i in range(len(lacks))]

    def attempt(i, where):
        film = films[(i + i // len(tries)) % len(films)]
        (fault, notice), resume = tries[i % len(tries)]
        command = [film.program, "render", *film.options, *resume, "-o", str(where / film.file)]
        command.remove("--quiet")
        process = subprocess.run(
            command, env=dict(os.environ, XDG_CACHE_HOME="/proc", LD_PRELOAD=film.interpose,
                              LIFEREEL_FAULT=fault),
            capture_output=True, text=True, timeout=OUT_OF_TIME, check=False)
        demand(process.returncode == 0, f"{fault}: {process.stderr}")
        if not (resume and notice == "cannot lock"):  # without working files nothing is locked
            demand(process.stdout.count(notice) == 1 or not notice,
                   f"{fault}: says {notice!r} not once: {process.stdout}")
        film.complete(where)
    table.row("file systems that lack something", (1 if quick else len(films)) * len(tries), attempt)


def read_only_folders(table, films, tries, chance):
    nobody = 65534 if os.geteuid() == 0 else None  # to root nothing is read-only
    for film in films:
        def attempt(_, where, film=film):
            who = {"user": nobody, "group": nobody, "extra_groups": []} if nobody else {}
            if nobody:
                os.chown(where, nobody, nobody)
            process = film.start(where, **who)
            time.sleep(film.seconds * chance.random() / 2)
            process.kill()
            process.communicate()
            film.check_name(where)
            subprocess.run(["chmod", "-R", "a-w", where], check=True)
            process = film.run(where, **who)
            film.check_told(process)
            demand(process.returncode != 0 or (where / film.file).exists(), "claims success")
            film.check_name(where)
            subprocess.run(["chmod", "-R", "u+w", where], check=True)
            if not (where / film.file).exists() or len(os.listdir(where)) > 1:
                process = film.run(where, **who)
                demand(process.returncode == 0, "does not go on: " + process.told)
            film.complete(where)
        os.chmod(table.folder, 0o755)
        table.row(f"a read-only folder, {film.name}", tries, attempt)


def damage(table, films, tries, chance):
    begun = 0  # whatever the number of tries, all films have their turn
    for kind in ("chunk", "checkpoint", "job", "film", "lock"):
        for how in ("bits flipped", "cut short", "gone"):
            begun += 1

            def attempt(i, where, kind=kind, how=how, begun=begun):
                film = films[(begun + i) % len(films)]
                until_there_are_chunks(film, where, chance)
                all_of_kind = [path for path in working_files(where, film)
                               if path.name == kind or path.name.startswith(kind + "-0")]
                demand(all_of_kind, f"has no {kind} to damage")
                path = chance.choice(all_of_kind)
                if how == "gone":
                    path.unlink()
                else:
                    content = bytearray(path.read_bytes())
                    if how == "cut short":
                        content = content[:chance.randrange(max(1, len(content)))]
                    elif content:
                        for _ in range(chance.choice((1, 1, 2, 9))):
                            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
                    path.write_bytes(content)
                film.complete(where)
            table.row(f"working file {kind}: {how}", tries, attempt)


def long_render(table, program, frames, keep):
    """Memory, descriptors and threads over one long render."""
    # Each lane's ring is as long as a chunk, and its memory counts from when it is first filled: that
    # is over when each lane has made two chunks, on any machine. Then nothing may grow. A tenth more
    # is left out, for lanes do not take turns and the first frames take longer.
    chunk_frames, lanes = 90, 2
    settled_from = 2 * lanes * chunk_frames / frames
    assert settled_from < 0.2

    def attempt(_, where):
        command = [program, "render", "--preset", "dvd_video", "--particles", "150", "--frames",
                   str(frames), "--lanes", str(lanes), "--chunk-frames", str(chunk_frames),
                   "--quiet", "--stats", str(where / "stats.json"),
                   "-o", str(where / "film.mpg")]
        process = subprocess.Popen(command)
        pause = 0.02 if frames < 10000 else 0.2
        begin, samples = time.monotonic(), []
        while process.poll() is None:
            try:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                values = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
                descriptors = len(os.listdir(f"/proc/{process.pid}/fd"))
                if "VmRSS" in values:
                    samples.append((time.monotonic() - begin, int(values["VmRSS"].split()[0]) / 1024,
                                    descriptors, int(values["Threads"])))
            except (OSError, KeyError):
                pass
            time.sleep(pause)
        demand(process.returncode == 0, "the long render failed")
        made = json.loads((where / "stats.json").read_text())
        demand(made["film"]["frames"] == frames, f"has {made['film']['frames']} frames")
        if shutil.which("ffprobe"):
            counted = subprocess.run(
                ["ffprobe", "-v", "error", "-count_packets", "-select_streams", "v:0",
                 "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0",
                 str(where / "film.mpg")], capture_output=True, text=True, check=True).stdout
            demand(int(counted.strip().strip(",")) == frames, f"ffprobe counts {counted}")
        settled = samples[int(len(samples) * (settled_from + 0.1)):-2]
        demand(len(settled) >= 16, f"only {len(settled)} samples were taken")
        half = len(settled) // 2
        for column, name, slack in ((1, "memory (MiB)", 4), (2, "descriptors", 2),
                                    (3, "threads", 0)):
            early = max(row[column] for row in settled[:half])
            late = max(row[column] for row in settled[half:])
            demand(late <= early * 1.03 + slack, f"{name} grows from {early} to {late}")
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            with open(keep / "soak.csv", "w", encoding="ascii") as out:
                out.write("seconds,rss_mib,descriptors,threads\n")
                for row in samples:
                    out.write("%.2f,%.2f,%d,%d\n" % row)
            plot(samples, frames, keep / "soak.svg")
    table.row(f"{frames} frames: memory, descriptors, threads, count", 1, attempt)


def plot(samples, frames, path):
    seconds = [row[0] for row in samples]
    panels = []
    for column, name in ((1, "memory, MiB"), (2, "descriptors"), (3, "threads")):
        values = [row[column] for row in samples]
        panel = svg.Panel(name, svg.Axis("seconds", seconds, low=0),
                          svg.Axis("", values, low=0, high=max(values) * 1.2))
        panel.line([(row[0], row[column]) for row in samples])
        panels.append(panel)
    svg.save(str(path), panels, caption=f"One render of {frames} frames, dvd_video on two lanes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("interpose")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--seed", type=int, default=480)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=pathlib.Path)
    settings = parser.parse_args()
    quick = settings.quick
    chance = random.Random(settings.seed)
    # Resumes that are killed leave no children; a pipe that is gone is no error of ours.
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    with tempfile.TemporaryDirectory(prefix="lifereel-soak-") as name:
        folder = pathlib.Path(name)
        encoders = subprocess.run([settings.program, "info"], capture_output=True, text=True,
                                  check=False).stdout
        write_sound(folder / "sound.wav")
        films = [Film(settings.program, settings.interpose, name, folder) for name in FILMS
                 if "libx" not in FILMS[name][1] or
                 FILMS[name][1].split("--codec ")[1].split()[0] in encoders or not encoders]
        table = Table(folder, settings.only)
        kills(table, films, 1 if quick else 50, chance)
        kills_in_calls(table, films, 2 if quick else 50, chance)
        failing_calls(table, films, 2 if quick else 50, chance)
        full_disks(table, films, 1 if quick else 10, chance)
        file_systems_that_lack_something(table, films, quick)
        read_only_folders(table, films, 1 if quick else 5, chance)
        damage(table, films, 1 if quick else 12, chance)
        long_render(table, settings.program, 4000 if quick else 20000, settings.keep)
    return 0 if table.good else 1


if __name__ == "__main__":
    sys.exit(main())
