#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Linux's own self-tests in Debian, on native Linux and on the microkernel:
both columns, and each difference.

Arguments choose collections or tests (futex, x86:sysret_rip_64). Results are
kept in build/parity, a file for each collection and kernel, written after each
test: what is there of the same build of the kernel is not run again. AGAIN=1 runs it again, SHOW=1 runs
nothing, TARGETS= chooses kernels, LIMIT= the seconds that a test may take.
Needs make debian's disk and both kernels of CONFIG=debian; tests/parity/build
made the disk with the tests."""

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

RESULTS = os.path.join(machine.BUILD, "parity")
INSTALL = os.path.join(machine.BUILD, "kselftest/install")
IMAGE = os.path.join(machine.BUILD, "kselftest.img")
LIMIT = int(os.environ.get("LIMIT") or 400)	# emulation on a busy machine is slow
# These take long wherever they run; they come last.
LONG = ("cgroup", "mm", "timers", "rseq", "net")

RESULT = re.compile(r"^(ok|not ok) \d+ selftests: (.*?)(?: # (\w+).*)?$", re.M)
PART = re.compile(r"^# +(ok|not ok) \d+ (?:- )?(# SKIP )?(.*?)"
                  r"(?:\s+# (SKIP|XFAIL).*)?$", re.M)
# Numbers in names that tell of this run.
PROCESS = re.compile(r"/proc/\d+")
AMOUNT = re.compile(r"\b\d+MB\b")
# How tests without TAP say it, whose exit status may hide it. Their lines have
# numbers that differ from run to run.
WORDS = re.compile(
    r"^# +(?:\[ *(?P<a>OK|PASS|FAIL|SKIP) *\]\s+(?P<x>.*)"
    r"|(?P<b>PASS|FAIL|SKIP): +(?P<y>.*)"
    r"|(?:TEST: +)?(?P<z>\S.*?)\s+\[ *(?P<c>OK|PASS|FAIL|SKIP) *\])$", re.M)
# The tests of prctl print what failed, and go on.
REFUSED = re.compile(r"^# prctl: ", re.M)
NUMBER = re.compile(r"\b(?:0x)?[0-9a-f]*[0-9][0-9a-f]*\b")

# What the tests find: their libraries, a /tmp that is a mount as they expect,
# and process numbers that come round soon (Debian's limit is four millions).
PREPARE = """
mkdir -p /kselftest && mount /dev/vdb /kselftest && cd /kselftest
echo /kselftest/lib >/etc/ld.so.conf.d/kselftest.conf; ldconfig
mountpoint -q /tmp || mount -t tmpfs -o mode=1777 tmp /tmp
mountpoint -q /sys/kernel/debug || mount -t debugfs debug /sys/kernel/debug
sysctl -q kernel.pid_max=4096
"""


class Debian:
    """A login at a Debian whose disks keep no change, in the folder of the
    self-tests."""

    def __init__(self, target):
        os.makedirs(RESULTS, exist_ok=True)
        self.log = open(os.path.join(RESULTS, target + ".txt"), "a")
        self.login = login.Debian(target, self.log, mem="2G", disks=[IMAGE])
        self.login.__enter__()
        for line in PREPARE.split("\n")[1:-1]:
            self.login.run(line, login.LOGIN_TIMEOUT)

    def test(self, name):
        """What the test prints; all that came, if it does not end."""
        try:
            return "", self.login.run("./run_kselftest.sh -o %d -t %s" % (
                LIMIT, name), 2 * LIMIT + 100)
        except pexpect.TIMEOUT:
            end = "hangs"
        except pexpect.EOF:
            end = "crash"
        return end, self.login.child.before.replace("\r", "")

    def stop(self):
        self.login.__exit__()
        self.log.close()


def add(parts, plain, result):
    """One more part; names that come again are counted."""
    name, times = plain, 2
    while name in parts:
        name, times = "%s (%d)" % (plain, times), times + 1
    parts[name] = result


def result_of(text):
    """A test's result and its parts', from what it printed."""
    match = None
    for match in RESULT.finditer(text):
        pass
    parts = {}
    for part in PART.finditer(text):
        add(parts, AMOUNT.sub("N MB", PROCESS.sub("/proc/N", part[3].strip())),
            "skip" if part[2] or part[4] else part[1])
    for part in WORDS.finditer(text) if not parts else []:
        word = part["a"] or part["b"] or part["c"]
        plain = NUMBER.sub("N", part["x"] or part["y"] or part["z"])
        add(parts, " ".join(plain.split()),	# numbers may be padded
            {"OK": "ok", "PASS": "ok", "SKIP": "skip"}.get(word, "not ok"))
    if not match:
        return "none", parts
    if match[3] in ("SKIP", "TIMEOUT"):
        return match[3].lower(), parts
    return "not ok" if REFUSED.search(text) else match[1], parts


class Column:
    """A kernel's results: {collection: {test: {result, parts, seconds, build}}};
    those of other builds of the kernel are none."""

    def __init__(self, target):
        self.target = target
        self.results = {}
        self.build = report.build_of(target, "debian", login.CPUS)
        folder = os.path.join(RESULTS, target)
        os.makedirs(folder, exist_ok=True)
        for name in os.listdir(folder):
            if name.endswith(".json"):
                with open(os.path.join(folder, name)) as saved:
                    self.results[name[:-len(".json")]] = json.load(saved)

    def get(self, collection, test):
        result = self.results.get(collection, {}).get(test)
        same = result and self.build and result.get("build") == self.build
        return result if same else None

    def set(self, collection, test, result):
        self.results.setdefault(collection, {})[test] = dict(
            result, build=self.build)
        path = os.path.join(RESULTS, self.target, collection + ".json")
        with open(path + ".new", "w") as out:
            json.dump(self.results[collection], out, indent=1)
        os.rename(path + ".new", path)


def measure(column, tests):
    """One machine for all; a test that takes it down costs a boot."""
    debian = None
    for collection, test in tests:
        debian = debian or Debian(column.target)
        start = time.monotonic()
        end, text = debian.test("%s:%s" % (collection, test))
        result, parts = result_of(text)
        if end:
            result, debian = end, debian.stop()
        seconds = time.monotonic() - start
        column.set(collection, test, {"result": result, "parts": parts,
                                      "seconds": round(seconds, 1)})
        print("  PARITY  %-7s%-8s%s: %s (%d s)" % (
            column.target, result, collection, test, seconds), flush=True)
    if debian:
        debian.stop()


def choose(words):
    """(collection, test) for each that the arguments name; all without."""
    tests = []
    with open(os.path.join(INSTALL, "kselftest-list.txt")) as listed:
        for line in listed:
            collection, test = line.strip().split(":")
            if not words or collection in words or line.strip() in words:
                tests.append((collection, test))
    order = {name: place for place, name in enumerate(LONG, 1)}
    return sorted(tests, key=lambda t: (order.get(t[0], 0), t[0]))


def lines(result):
    """A test's result, and its parts', by name; None: it was not run."""
    if result is None:
        return {}
    found = {"": result["result"]}
    found.update((": " + name, part) for name, part in result["parts"].items())
    return found


def compare(native, l4, tests):
    """Prints both columns; returns how many pass natively and not here, and how
    many lack one of the two."""
    totals = {}
    lacking = 0
    for collection, test in tests:
        one = lines(native.get(collection, test))
        other = lines(l4.get(collection, test))
        if not one or not other:
            lacking += 1
            print("%-8s %-8s %s: %s   <-- not run with these builds" % (
                one.get("", "-"), other.get("", "-"), collection, test))
            continue
        total = totals.setdefault(collection, [0] * 5)
        for name in dict(one, **other):
            a, b = one.get(name, "-"), other.get(name, "-")
            worse = a == "ok" and b != "ok"
            if a != b or not name:
                print("%-8s %-8s %s: %s%s%s" % (
                    a, b, collection, test, name, "   <-- worse" if worse else
                    "   <-- differs" if a != b else ""))
            total[0] += a == "ok"
            total[1] += a not in ("ok", "skip", "-")
            total[2] += b == "ok"
            total[3] += b not in ("ok", "skip", "-")
            total[4] += worse
    print("\n%-24s%16s%16s%8s" % ("", "native", "microkernel", ""))
    print("%-24s%8s%8s%8s%8s%8s" % ("collection", "ok", "not ok", "ok",
                                    "not ok", "worse"))
    for name in sorted(totals):
        print("%-24s%8d%8d%8d%8d%8d" % (name, *totals[name]))
    whole = [sum(column) for column in zip(*totals.values())] or [0] * 5
    print("%-24s%8d%8d%8d%8d%8d" % ("all", *whole))
    print("%d pass natively and not on the microkernel" % whole[4])
    print("%d of %d tests lack a result of these builds" % (lacking, len(tests)))
    return whole[4], lacking


def main(words):
    columns = {target: Column(target) for target in ("native", "l4")}
    tests = choose(words)
    if not tests:
        sys.exit("no such test: " + " ".join(words))
    for target in (os.environ.get("TARGETS") or "native l4").split():
        column = columns[target]
        if not os.environ.get("SHOW"):
            measure(column, [test for test in tests if
                             os.environ.get("AGAIN") or not column.get(*test)])
    # Another run may have written the other column meanwhile.
    return 1 if any(compare(Column("native"), Column("l4"), tests)) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
