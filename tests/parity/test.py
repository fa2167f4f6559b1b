#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Linux's own self-tests in Debian, on native Linux and on the microkernel:
both columns, and each difference. Arguments choose collections (futex, x86:
...); TARGETS= chooses kernels. Needs make debian's disk and both kernels of
CONFIG=debian; tests/parity/build made the disk with the tests."""

import os
import re
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [os.path.join(TESTS, "debian"), os.path.join(TESTS, "../tools")]
import login
import machine
import pexpect

TEST_TIMEOUT = 200	# emulation on a busy machine is slow
COLLECTION_TIMEOUT = 3600
RESULT = re.compile(r"^(ok|not ok) \d+ selftests: (.*?)(?: # (\w+).*)?$", re.M)
PART = re.compile(r"^# (ok|not ok) \d+ (?:- )?(.*?)(?:\s+# (SKIP|XFAIL).*)?$",
                  re.M)


def start(target):
    """A login at the console of a Debian whose disks keep no change, and its
    log."""
    log = open(os.path.join(machine.BUILD, "logs/parity-%s.txt" % target), "a")
    debian = login.Debian(target, log, mem="2G", disks=[
        os.path.join(machine.BUILD, "kselftest.img")]).__enter__()
    debian.run("mount /dev/vdb /mnt; cd /mnt")
    return debian, log


def stop(debian, log):
    debian.__exit__()
    log.close()


def results(text):
    """Each test's result, and its parts', by name."""
    found, start = {}, 0
    for match in RESULT.finditer(text):
        name = match[2]
        found[name] = "skip" if match[3] == "SKIP" else match[1]
        for part in PART.finditer(text, start, match.start()):
            found["%s: %s" % (name, part[2])] = (
                "skip" if part[3] else part[1])
        start = match.end()
    return found


def measure(target, collections):
    """One machine for all; a collection that takes it down costs a boot."""
    found, debian = {}, None
    for name in collections:
        if not debian:
            debian, log = start(target)
        try:
            text = debian.run("./run_kselftest.sh -o %d -c %s" % (
                TEST_TIMEOUT, name), COLLECTION_TIMEOUT)
            found.update(results(text))
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            found.update(results(debian.child.before.replace("\r", "")))
            found[name + ": all ran"] = "not ok"
            print("  %s: %s: %s" % (target, name, type(error).__name__))
            debian = stop(debian, log)
        print("  PARITY  %-8s %-24s %d results" % (
            target, name, sum(key.startswith(name) for key in found)),
            flush=True)
    if debian:
        stop(debian, log)
    return found


def collections_there():
    with open(os.path.join(machine.BUILD,
                           "kselftest/install/kselftest-list.txt")) as tests:
        return sorted({line.split(":")[0] for line in tests})


def main(chosen):
    targets = (os.environ.get("TARGETS") or "native l4").split()
    columns = {target: measure(target, chosen or collections_there())
               for target in targets}
    if len(targets) < 2:
        for name, result in columns[targets[0]].items():
            print("%-8s %s" % (result, name))
        return 0
    native, l4 = columns["native"], columns["l4"]
    worse = 0
    for name in sorted(set(native) | set(l4)):
        one, other = native.get(name, "-"), l4.get(name, "-")
        print("%-8s %-8s %s%s" % (one, other, name,
                                  "" if one == other else "   <-- differs"))
        worse += one == "ok" and other != "ok"
    for target in targets:
        column = list(columns[target].values())
        print("%s: %d ok, %d not ok, %d skipped" % (
            target, column.count("ok"), column.count("not ok"),
            column.count("skip")))
    print("%d pass natively and not on the microkernel" % worse)
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
