#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs the user programs on each target: test.py TARGET... (native, l4)
[PROGRAM...].

The output of fpu, threads, bigmem, giveback and storm says by itself what is
wrong, and how much storm gets done is compared; what the others print must be
the same on all targets, case by case, and of perf something must have come."""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..")]
import report
import stacks
import started

COMPARED = ("faults", "debug", "perf", "abi", "ports", "code32", "age",
            "umip")
PROGRAMS = ("fpu", "threads", "bigmem", "giveback", "storm") + COMPARED
BUILD = os.path.join(report.TOP, "build/tests-linux")
COMMAND = "for p in %s; do echo \"== $p\"; $p; echo \"== $p: $?\"; done"
TIMEOUT = 600

# What these must print, line by line, whatever else.
WANTED = {
    "fpu": ["fpu: avx yes", "fpu: edited frame right", "fpu: inherited right",
            "fpu: rounding right"] +
           ["fpu: process %d right" % n for n in range(8)],
    "threads": ["threads: 1000 started", "threads: counter 20000, 0 wrong"],
    "bigmem": ["bigmem: 0 wrong", "bigmem: child status 0, parent 0 wrong",
               "bigmem: given back 1, rest 0 wrong",
               "bigmem: moved, new half zero"],
    "giveback": ["giveback: 0 wrong"],
    "storm": ["storm: 20 runs ended, 0 wrong, error 0"],
    "perf": [name + ": open, counts 1, off 0" for name in (
        "cpu-clock", "task-clock", "page-faults", "context-switches",
        "minor-faults")] +
            ["watch %d: 0, 3 times" % size for size in (1, 2, 4, 8)] +
            ["sigtrap: 0 1 2 3 4 5",
             "samples: map 1, poll 1, 50 records, caller in 50",
             "profile: map 1, samples 1"],
}


def run(target, overlay, programs):
    """The console's lines while the programs run."""
    return started.console(target, "--cmd", COMMAND % " ".join(programs), "--overlay", overlay,
                           "--timeout", str(TIMEOUT))[1]


def cases(program, lines):
    """Lines of a program, gathered by case."""
    found = {}
    for line in lines:
        found.setdefault("%s: %s" % (program, line.partition(":")[0]),
                         []).append(line)
    return found


def check_wanted(suite, program, part):
    lines = part.group(1).splitlines() if part else []
    for line in WANTED[program]:
        suite.check(line, line in lines,
                    "the output is %r" % lines[-3:] if lines else
                    "%s has not ended well" % program)


def run_target(target, overlay, programs):
    suite = report.Suite("linux/" + target)
    text = run(target, overlay, programs)
    print(text, file=suite.log)
    found = {}
    for program in programs:
        part = re.search("== %s\n(.*)== %s: 0\n" % (program, program), text,
                         re.S)
        if program in WANTED:
            check_wanted(suite, program, part)
        if program not in COMPARED:
            continue
        suite.check(program + " ends", part is not None and part[1].strip(),
                    "it did not" if part is None else "it has said nothing")
        found.update(cases(program, part.group(1).splitlines() if part else
                           text.partition("== %s\n" % program)[2]
                           .partition("\n== ")[0].splitlines()))
    progress = re.search(r"^storm: progress (\d+) percent$", text, re.M)
    if "storm" in programs:
        suite.check("progress in a storm", progress and int(progress[1]),
                    "none")
    if "faults" in programs:
        suite.check("bystander", "bystander: status 0" in text, "disturbed")
        if target == "l4":
            stacks.run(suite)
    suite.end()
    return found, int(progress[1]) if progress else 0


def compare(results, programs):
    (first, (_, share)), *others = results.items()
    for target, (_, progress) in others if "storm" in programs else ():
        suite = report.Suite("linux/%s=%s" % (target, first))
        suite.check("progress in a storm", progress * 3 >= share,
                    "%d percent of that without one, not %d" %
                    (progress, share))
        suite.end()
    if set(programs) & set(COMPARED):
        report.compare("linux/outputs-", {target: found for target, (found, _)
                                          in results.items()})


def main(targets, only=()):
    programs = [p for p in PROGRAMS if not only or p in only]
    if set(only) - set(PROGRAMS):
        raise SystemExit("there are: " + " ".join(PROGRAMS))
    if subprocess.call(["make", "-s", "-C", os.path.dirname(
            os.path.abspath(__file__)), "B=" + BUILD]):
        raise SystemExit("building the user programs failed")
    with tempfile.TemporaryDirectory(dir=BUILD) as overlay:
        os.makedirs(os.path.join(overlay, "bin"))
        for program in PROGRAMS:
            os.link(os.path.join(BUILD, program),
                    os.path.join(overlay, "bin", program))
        compare({t: run_target(t, overlay, programs) for t in targets},
                programs)


if __name__ == "__main__":
    names = [a for a in sys.argv[1:] if a in ("native", "l4")]
    main(names or ["native"], [a for a in sys.argv[1:] if a not in names])
    sys.exit(1 if report.Suite.totals[1] else 0)
