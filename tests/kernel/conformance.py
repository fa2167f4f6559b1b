#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Which cases of the kernel tests are about which call and which error. Reads
the calls and their errors from include/l4/syscall.h, the cases from the log of
the last run of `tests/run kernel'. With --write: writes docs/conformance.md."""

import os
import re
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(TESTS)
HEADER = os.path.join(TOP, "microkernel/include/l4/syscall.h")
DOCUMENT = os.path.join(TOP, "docs/conformance.md")
LOG = os.path.join(TOP, "build/logs/test-kernel.log")

FIRST_CALL = 2000	# calls.c's FIRST

HEAD = """\
# Conformance: calls, errors and their test cases

Written by `tests/kernel/conformance.py --write` from what the kernel tests of the last run say they
cover; `tests/run kernel` fails when a call lacks a case for an error that
`microkernel/include/l4/syscall.h` names, or when this page is not of this tree.

A case has a number that it keeps. `build/logs/test-kernel.log` has them all, one a line.
"""

GROUPS = """\
## Where the numbers are

| from | group | file |
| --- | --- | --- |
"""

# Not in the log of `kernel', whose machine has one CPU.
APART = "| 4000 | races_apart, of the suite `cpus` | `tests/kernel/races.c`, from 4360 on `races_irq.c` |"

MATRIX = """\
## Calls and errors

In each place the first case that gets this error from this call, with dots if there are more;
*good*: arguments that are accepted. An empty place: the call does not return this error.
"""

# The errors that the header says once for all calls: of a capability
# parameter, of a right it needs, of a thread that is dead but named.
NO_CAPABILITY = {"unmap", "task_create", "vcpu_resume"}
NO_RIGHT = NO_CAPABILITY | {"task_info"}
THREADS = {"gate_create", "irq_control", "thread_control", "thread_start",
           "thread_regs", "yield"}


def calls(text):
    """The header's calls and the errors that each names."""
    wanted = {}
    for comment in re.findall(r"/\*\n(.*?)\*/", text, re.S):
        head = re.match(r" \* (\w+)\(", comment)
        if not head:
            continue
        name = head.group(1)
        comment = comment.replace("\n *", " ")
        errors = set()
        for part in re.findall(r"errors?\b[^:;]{0,60}: (.*)", comment, re.S):
            errors |= set(re.findall(r"\bE[A-Z]{3,}\b", part))
        if "those of guest_update" in comment:
            errors |= {"EBUSY", "EFAULT", "EINVAL", "ENOMEM"}
        if name not in NO_CAPABILITY:
            errors.add("ENOCAP")
        if name not in NO_RIGHT:
            errors.add("ERIGHTS")
        if name in THREADS:
            errors.add("EDEAD")
        wanted[name] = errors
    for name in re.findall(r"^/\* (\w+)\(", text, re.M):
        wanted.setdefault(name, set())
    wanted["unknown"] = {"ENOSYS"}
    return wanted


def covered(log):
    """(call, error) -> numbers of the cases that passed."""
    cases = {}
    for number, pairs in re.findall(r"^# covers (\d+) (.*)$", log, re.M):
        for pair in pairs.split(","):
            call, error = pair.split()
            cases.setdefault((call, error), []).append(int(number))
    return cases


def missing(log):
    """Pairs of the header without a case, as text."""
    with open(HEADER) as header:
        wanted = calls(header.read())
    cases = covered(log)
    return ["%s %s" % (call, error) for call, errors in sorted(wanted.items())
            for error in sorted(errors) if (call, error) not in cases]


def groups(log):
    """The first case of each group and of each call's table, by number."""
    first = {}
    for number, name in re.findall(r"^ok (\d+) ([^:\n]+):", log, re.M):
        key = name, int(number) >= FIRST_CALL
        first[key] = min(first.get(key, int(number)), int(number))
    return sorted((number, name) for (name, _), number in first.items())


def document(log):
    cases = covered(log)
    with open(HEADER) as header:
        names = list(calls(header.read()))
    errors = ["good"] + sorted({error for _, error in cases} - {"good"})
    lines = [HEAD, GROUPS.rstrip("\n")]
    for number, name in groups(log):
        source = "call_cases.c" if number >= FIRST_CALL else name + ".c"
        lines.append("| %d | %s | `tests/kernel/%s` |" % (number, name, source))
    lines += [APART, "", MATRIX, "| call | " + " | ".join(errors) + " |",
              "| --- " * (len(errors) + 1) + "|"]
    for name in names:
        row = []
        for error in errors:
            numbers = sorted(cases.get((name, error), []))
            row.append("%d%s" % (numbers[0], " …" if len(numbers) > 1 else "")
                       if numbers else "")
        lines.append("| %s | %s |" % (name, " | ".join(row)))
    return "\n".join(lines) + "\n"


def is_current(log):
    with open(DOCUMENT) as page:
        return page.read() == document(log)


def main():
    with open(LOG) as log:
        text = log.read()
    if "--write" in sys.argv[1:]:
        with open(DOCUMENT, "w") as page:
            page.write(document(text))
        return
    lines = missing(text)
    print("\n".join("no case: " + line for line in lines) or
          "a case for each call and error")


if __name__ == "__main__":
    main()
