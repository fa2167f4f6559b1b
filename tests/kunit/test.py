#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Linux's own unit tests, which a kernel of CONFIG=kunit runs at its start: on
native Linux and on the microkernel, suite by suite, and each difference. The
arguments are patterns of suites: test.py 'list*' drm_rect. TARGETS= chooses
kernels; of one that is left out, the last whole run counts. CPUS= of the
machine, 2. What must differ is in differs.txt, with the reason."""

import fnmatch
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), ".."))
import report
import machine

HERE = os.path.dirname(os.path.abspath(__file__))
RESULTS = os.path.join(machine.BUILD, "kunit")
KERNELS = ("native", "l4")
TIMEOUT = 3600
CPUS = machine.wanted_cpus(2)

# Lines of "suite: case", as a pattern of the shell, tab and reason.
with open(os.path.join(HERE, "differs.txt")) as file:
    KNOWN = dict(line.rstrip("\n").split("\t") for line in file
                 if not line.startswith("#"))

SUBTEST = re.compile(r"( *)# Subtest: (.*)")
RESULT = re.compile(r"( *)(ok|not ok) \d+ ?(.*?)(?: # (SKIP).*)?$")
WARNING = re.compile(r"WARNING: CPU: \d+ PID: \d+ at (\S+)")

# Tests older than KUnit say in words how it went, each in its own.
OLDER = re.compile(r"(.*?)[: ]*\b((?:all |remaining |\d+ of )?\d+ "
                   r"(?:self[- ])?tests\b.*passed.*|failed \d+ .*|"
                   r"(?:self )?tests? (?:passed|failed)\b.*|"
                   r"selftests passed|passed\b.*|"
                   r"\d+(?:/\d+)? self tests failed|ERROR: .*)")
COMPLETED = re.compile(r"(?:\w+: )?Completed (.*?) test\b|"
                       r"(\w+): Test completed|Started \d+ threads, 0 failed, "
                       r"(rhltable) test returns 0$")
TRACER = re.compile(r"(?:\w+: )?(Testing .*?): *(.*)")
TRACED = re.compile(r"PASSED|OK$|FAILED|NG:")
COUNTS = re.compile(r"(\d+) of (\d+) tests")
FAILED = re.compile(r"(?<!\b0 )\bfailed|ERROR")


def console(target, pattern):
    """The kernel's messages, from its start until it restarts."""
    options = "loglevel=7 init_on_alloc=1 kunit_shutdown=reboot"
    if pattern:
        options += " kunit.filter_glob=" + pattern
    path = os.path.join(RESULTS, target + ".txt")
    with machine.Boot(target=target, config="kunit", mem="1G", cpus=CPUS, by_turns=True,
                      cmdline=options) as boot, open(path, "ab") as log:
        start = log.tell()
        try:
            subprocess.run(boot.qemu(), stdin=subprocess.DEVNULL, stdout=log,
                           timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            log.write(b"\n(it did not end)\n")
    with open(path, "rb") as log:
        log.seek(start)
        text = log.read().decode("utf-8", "replace").replace("\r", "")
    return re.sub(r"^\[ *\d+\.\d+\] ", "", text, flags=re.M)


class Results(dict):
    """By names of suites, results by names of cases."""

    def add(self, suite, case, result):
        cases = self.setdefault(suite, {})
        name, number = case, 1
        while name in cases:
            number += 1
            name = "%s (%d)" % (case, number)
        cases[name] = result


def tracing(lines, results):
    """What is tested, colon, result: perhaps some lines later."""
    name = None
    for line in lines:
        tracer = TRACER.match(line)
        if tracer:
            name = tracer[1]
        if not name:
            continue
        result = TRACED.search(line)
        if result:
            results.add("(tracing)", name, "ok" if result[0] in
                        ("PASSED", "OK") else "not ok")
            name = None


def older(lines, results):
    """What the tests say that run before KUnit's."""
    for line in lines:
        completed, other = COMPLETED.match(line), OLDER.match(line)
        if completed:
            results.add("(older tests)", next(filter(None, completed.groups())),
                        "ok")
        elif other and not TRACER.match(line):
            counts = COUNTS.search(line)
            good = counts[1] == counts[2] if counts else \
                not FAILED.search(other[2])
            results.add("(older tests)", other[1], "ok" if good else "not ok")


def kunit(lines, results):
    """KUnit's results are indented by four for each level of their names."""
    path = []
    for line in lines:
        subtest, result = SUBTEST.match(line), RESULT.match(line)
        if subtest:
            path[max(len(subtest[1]) // 4 - 1, 0):] = [subtest[2]]
        elif result and path:
            names = path[:len(result[1]) // 4] + [result[3]]
            results.add(names[0], ": ".join(names[1:]) or "(whole)",
                        "skip" if result[4] else result[2])


def measure(target, patterns):
    """All results of a kernel. A warning is one, too: it names its place."""
    results = Results()
    open(os.path.join(RESULTS, target + ".txt"), "w").close()
    for pattern in patterns or [""]:
        text = console(target, pattern)
        lines = text.splitlines()
        start = lines.index("KTAP version 1") if "KTAP version 1" in lines \
            else len(lines)
        if not pattern:
            tracing(lines[:start], results)
            older(lines[:start], results)
        kunit(lines[start:], results)
        for place in sorted(set(WARNING.findall(text))):
            results.add("(warnings)", place, "seen")
        results.add("(the end)", "restart", "ok" if
                    "reboot: Restarting system" in text else "not ok")
    return results


def column(target, targets, patterns):
    """Measured, or as it was measured last of the same build."""
    build = report.build_of(target, "kunit", CPUS)
    path = os.path.join(RESULTS, target + ".json")
    if target in targets:
        results = measure(target, patterns)
        if not patterns:
            with open(path, "w") as file:
                json.dump({"build": build, "results": results}, file, indent=1)
        return results
    if patterns or not os.path.exists(path):
        return None
    with open(path) as file:
        kept = json.load(file)
    return kept["results"] if build and kept.get("build") == build else None


def summary(cases):
    """The numbers of a suite's or a kernel's results."""
    counts = {}
    for result in cases:
        counts[result] = counts.get(result, 0) + 1
    return ", ".join("%d %s" % (counts[result], result) for result in
                     ("ok", "not ok", "skip", "seen") if result in counts)


def reason(suite, case):
    """Why a case must differ, or None."""
    for pattern, why in KNOWN.items():
        if fnmatch.fnmatchcase("%s: %s" % (suite, case), pattern):
            return why
    return None


def compare(columns):
    """Prints both columns; returns how much is worse in the second, without
    and with a known reason."""
    worse = [0, 0]
    differences = []
    first, last = list(columns.values())[0], list(columns.values())[-1]
    for suite in list(first) + [suite for suite in last if suite not in first]:
        one, other = first.get(suite, {}), last.get(suite, {})
        print("%-36s %-26s %-26s" % (suite, summary(one.values()),
                                     summary(other.values())))
        for case in list(one) + [case for case in other if case not in one]:
            pair = one.get(case, "-"), other.get(case, "-")
            if pair[0] == pair[1]:
                continue
            known = reason(suite, case)
            differences.append("%-7s %-7s %s: %s%s" % (
                *pair, suite, case, "  (%s)" % known if known else ""))
            if pair[0] == "ok" or (suite == "(warnings)" and pair[1] == "seen"):
                worse[bool(known)] += 1
    print("\nDifferences (%s):" % ", ".join(columns))
    print("\n".join(differences) or "none")
    return worse


def main(patterns):
    os.makedirs(RESULTS, exist_ok=True)
    targets = (os.environ.get("TARGETS") or " ".join(KERNELS)).split()
    columns = {}
    for target in KERNELS:
        found = column(target, targets, patterns)
        if found is not None:
            columns[target] = found
    alone = len(columns) < len(KERNELS)
    worse = compare(columns) if not alone else [sum(
        result == "not ok" for results in columns.values()
        for cases in results.values() for result in cases.values()), 0]
    empty = not columns
    for target, results in columns.items():
        numbers = [result for cases in results.values()
                   for result in cases.values()]
        print("%-7s %d suites: %s" % (target, len(results), summary(numbers)))
        empty = empty or len(results) < 2
    if alone:
        print("%d fail; there is nothing of the other kernel to compare with" %
              worse[0])
    else:
        print("%d pass natively and not on the microkernel; %d more for a known "
              "reason" % tuple(worse))
    return 1 if worse[0] or empty else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
