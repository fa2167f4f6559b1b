#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Programs in Debian, on native Linux and on the microkernel: what they print
and how they end, in two columns, with each difference. Arguments choose suites
(stress, python ...) or steps of them (stress/mmap); TARGETS= chooses kernels,
SLOW= stretches the time that a step may take.
--last compares what the last runs of each step gave. Needs both kernels of
CONFIG=debian and the disks that tests/programs/build makes."""

import json
import os
import re
import sys
import time

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [TESTS, os.path.join(TESTS, "debian"),
                os.path.join(TESTS, "../tools")]
import report
import login
import machine
import pexpect
import suites

PROGRAMS = os.path.join(machine.BUILD, "programs.img")
SUITES = os.path.join(machine.BUILD, "programs-suites.img")
RESULTS = os.path.join(machine.BUILD, "programs-results")

# What a kernel says of itself only when something is wrong with it.
FAULT = (r"WARNING:|BUG:|Oops|Call Trace|Kernel panic|soft lockup|"
         r"rcu.*stall|blocked for more than")
# On a busy machine a step may need so many times as long.
SLOW = float(os.environ.get("SLOW") or 1)
GOOD = {"ok", "pass"}
UNTESTED = {"skip", "xfail", "untested"}


def chosen_steps(debian, chosen):
    steps = []
    for suite in suites.ALL:
        wanted = [word for word in chosen
                  if word.split("/")[0] == suite.__name__]
        if chosen and not wanted:
            continue
        names = {word.split("/", 1)[1] for word in wanted if "/" in word}
        found = list(suite(debian))
        unknown = names - {step.name for step in found}
        if unknown:
            sys.exit("%s has no step %s" % (suite.__name__,
                                            " ".join(sorted(unknown))))
        steps += [("%s/%s" % (suite.__name__, step.name), step)
                  for step in found if not names or step.name in names]
    return steps


def boot(target, log):
    """A Debian that has the programs and forgets what was changed."""
    debian = login.Debian(target, log, mem="2G", base=PROGRAMS,
                          disks=(SUITES,))
    debian.__enter__()
    debian.run("mount /dev/vdb /mnt; cd /mnt; dmesg -c >/dev/null", 300)
    return debian


def run(debian, step):
    """The step's results by name; among them how the program ended, and what
    the kernel said of it, if that was a fault. A command that takes too long
    is ended, and the machine is given up when that does not work. It has no
    terminal, as a program that is killed may leave one unusable."""
    limit = int(step.timeout * SLOW)
    text = debian.run("timeout -k 20 %d sh -c '%s' >/tmp/output 2>&1 "
                      "</dev/null; echo @@$?@@; cat /tmp/output" % (
                          limit, step.command.replace("@LIMIT@", str(
                              limit * 9 // 10))), limit + 180)
    match = re.search(r"@@(\d+)@@\n(.*)", text, re.S)
    found = step.results(match[2], int(match[1]))
    kernel = debian.run("dmesg -c | grep -E -A 12 -m 1 '%s'" % FAULT, 300)
    if kernel.strip():
        found["kernel's log"] = kernel.strip()
    return found


def path_of(target):
    return os.path.join(RESULTS, target + ".json")


def kept(target):
    """The results of each step's last run with this build of the kernel, by
    step."""
    if not os.path.exists(path_of(target)):
        return {}
    with open(path_of(target)) as file:
        found = json.load(file)
    if found.get("build") != report.build_of(target, "debian", login.CPUS):
        return {}
    return found["steps"]


def keep(target, name, results):
    os.makedirs(RESULTS, exist_ok=True)
    machine.write(path_of(target), json.dumps(
        {"build": report.build_of(target, "debian", login.CPUS),
         "steps": {**kept(target), name: results}}, indent=1))


def last(target):
    return {(name, part): value for name, results in kept(target).items()
            for part, value in results.items()}


def measure(target, chosen, log):
    """One machine for all; a step that takes it down costs a boot. Each step
    starts with the disks as they were left by the ones before."""
    found = {}
    debian = boot(target, log)
    for name, step in chosen_steps(debian, chosen):
        start = time.monotonic()
        debian = debian or boot(target, log)
        try:
            results = run(debian, step)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            results = {"the machine": type(error).__name__}
            debian = debian.__exit__()
        for part, value in results.items():
            found[(name, part)] = value
        keep(target, name, results)
        values = list(results.values())
        print("  PROGRAM %-6s %-28s %s  (%.0f s)" % (
            target, name, values[0].split("\n")[0] if len(values) == 1 else
            count(values), time.monotonic() - start), flush=True)
    if debian:
        debian.__exit__()
    return found


def good(value):
    return value in GOOD or value not in UNTESTED and value.startswith("= ")


def shown(value):
    return value if len(value) < 60 and "\n" not in value else "(see below)"


def count(values):
    """Good, not tested, other."""
    return "%d/%d/%d" % (
        sum(map(good, values)), sum(value in UNTESTED for value in values),
        sum(not good(value) and value not in UNTESTED for value in values))


def compare(native, l4):
    """Prints a line for each step, and one for each result that differs or is
    bad on both; returns how many are worse on the microkernel."""
    print("\ngood/skipped/other: native, on the microkernel")
    for step in sorted({name[0] for name in (*native, *l4)}):
        print("%-14s %-14s %s" % (*(
            count([value for name, value in column.items()
                   if name[0] == step]) for column in (native, l4)), step))
    worse = []
    print()
    for name in sorted(set(native) | set(l4)):
        one, other = native.get(name, "-"), l4.get(name, "-")
        if one != other:
            print("%-12s %-12s %s: %s   <-- differs" % (
                shown(one), shown(other), *name))
            # These two are there only where something was wrong.
            if good(one) or name in l4 and \
                    name[1] in ("kernel's log", "the machine"):
                worse.append(name)
        elif not good(one) and one not in UNTESTED:
            print("%-12s %-12s %s: %s" % (shown(one), shown(other), *name))
    for name in worse:
        print("\n--- %s: %s\nnative: %s\nl4:     %s" % (
            *name, native.get(name, "-"), l4.get(name, "-")))
    return len(worse)


def totals(target, column):
    """Good/skipped/other of each suite."""
    for suite in suites.ALL:
        values = [value for name, value in column.items()
                  if name[0].split("/")[0] == suite.__name__]
        if values:
            print("%-8s %-12s %s" % (target, suite.__name__, count(values)))


def check_words(chosen, targets):
    """Ends with a sentence if there is no such suite or kernel."""
    known = {suite.__name__ for suite in suites.ALL}
    for word in chosen:
        if word.split("/")[0] not in known:
            sys.exit("There is no suite %s; there are: %s." % (
                word, " ".join(sorted(known))))
    if not targets or set(targets) - {"native", "l4"}:
        sys.exit("TARGETS: there are native and l4.")


def main(chosen):
    os.makedirs(os.path.join(machine.BUILD, "logs"), exist_ok=True)
    targets = (os.environ.get("TARGETS") or "native l4").split()
    check_words([word for word in chosen if word != "--last"], targets)
    if chosen == ["--last"]:
        both = set.intersection(*(set(kept(target)) for target in targets))
        for name in sorted(set.union(*(set(kept(target))
                                       for target in targets)) - both):
            print("only one kernel has a result of %s" % name)
        columns = {target: {name: value for name, value in last(target).items()
                            if name[0] in both} for target in targets}
    else:
        columns = {}
        for target in targets:
            with open(os.path.join(machine.BUILD, "logs/programs-%s.txt" %
                                   target), "w") as log:
                columns[target] = measure(target, chosen, log)
    if len(targets) == 2:
        worse = compare(columns["native"], columns["l4"])
    else:
        worse = 0
        for name, value in columns[targets[0]].items():
            if not good(value) and value not in UNTESTED:
                worse += 1
                print("%-12s %s: %s" % (value, *name))
    for target in targets:
        totals(target, columns[target])
    if len(targets) == 2:
        print("%d good natively and not on the microkernel" % worse)
    if not all(columns.values()):
        print("nothing was run or kept of these builds")
        return 1
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
