# SPDX-License-Identifier: GPL-2.0
"""Counts tests. One line for each failure, one for each suite, all of it in a
log."""

import hashlib
import json
import os
import sys
import time
import traceback

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(TOP, "build/logs")
# A suite shows so many of its failures on the terminal.
SHOWN = 12

sys.path.insert(0, os.path.join(TOP, "tools"))


def cpu():
    """Seconds of CPU that this process and those that it has waited for took."""
    times = os.times()
    return (times.user + times.system + times.children_user +
            times.children_system)


def say(line):
    """In one piece: suites that run side by side share the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Suite:
    totals = [0, 0]
    running = []
    ended = []		# (name, seconds, seconds of CPU)
    failures = []	# what the terminal has shown of them, once more at the end

    def __init__(self, name):
        Suite.running.append(self)
        self.name = name
        self.passed = 0
        self.failed = 0
        self.skipped = 0
        self.start = self.last = time.monotonic()
        self.used = cpu()
        os.makedirs(LOGS, exist_ok=True)
        self.path = os.path.join(LOGS, "test-%s.log" % name.replace("/", "-"))
        self.log = open(self.path, "w")

    def check(self, test, good, why=""):
        """Counts one test; `why' is shown when it is not good."""
        now = time.monotonic()
        seconds, self.last = now - self.last, now
        if good:
            self.passed += 1
            print("ok    %-28s %6.1f s" % (test, seconds), file=self.log,
                  flush=True)
            return
        self.failed += 1
        print("FAIL  %s: %s" % (test, why), file=self.log, flush=True)
        if self.failed > SHOWN:
            return
        lines = str(why).strip().splitlines() or [""]
        Suite.failures.append("%s/%s: %s%s" % (self.name, test, lines[0][:200],
                                               " ..." if len(lines) > 1 else ""))
        say("  FAIL    " + Suite.failures[-1])

    def skip(self, test, why):
        """Says, and counts, what is not checked on this machine, or this emulator."""
        self.skipped += 1
        print("SKIP  %s: %s" % (test, why), file=self.log, flush=True)
        say("  SKIP    %s/%s: %s" % (self.name, test, why))

    def same(self, test, found, wanted):
        self.check(test, found == wanted,
                   "found %r, expected %r" % (found, wanted))

    def count(self, passed, failed):
        """Adds tests that another program has counted."""
        self.passed += passed
        self.failed += failed

    def end(self):
        """Adds what was counted to the totals. A suite that checks nothing is none."""
        if not self.passed + self.failed:
            self.check("checks", False, "it has checked nothing")
        seconds = time.monotonic() - self.start
        Suite.running.remove(self)
        Suite.ended.append((self.name, seconds, cpu() - self.used))
        Suite.totals[0] += self.passed
        Suite.totals[1] += self.failed
        say("  TEST    %-16s %3d passed, %d failed%s  (%.0f s)%s" % (
            self.name, self.passed, self.failed,
            ", %d skipped" % self.skipped if self.skipped else "", seconds,
            "  log: " + os.path.relpath(self.path, TOP)
            if self.failed else ""))
        self.log.close()


def guarded(name, function, *arguments):
    """Runs a suite, or some, so that one that breaks down is a failure, and no
    end of the others. What it had checked until then is counted. Returns what
    the function has, None if it broke down."""
    ended = len(Suite.ended)
    wrong = result = None
    try:
        result = function(*arguments)
    except (Exception, SystemExit) as error:
        wrong = error
        text = traceback.format_exc()
    if wrong is None and Suite.running:
        text = wrong = "%s has no end" % Suite.running[0].name
    if wrong is None and len(Suite.ended) == ended:
        text = wrong = "it has run nothing"
    for suite in list(Suite.running):
        suite.end()
    if wrong is not None:
        suite = Suite(name + "/breakdown")
        print(text, file=suite.log)
        suite.check("whole", False, "%s: %s" % (type(wrong).__name__, wrong)
                    if isinstance(wrong, BaseException) else wrong)
        suite.end()
    return result


def build_of(target, config, cpus):
    """Names a target's kernels as they are built now, and how many CPUs they have, for
    results that are kept: those of others are not compared. None if it is not built."""
    boot = os.path.join(TOP, "build/boot")
    suffix = "-" + config if config else ""
    names = {"native": ["bzImage" + suffix],
             "l4": ["microkernel.elf", "sigma0.elf", "roottask.elf",
                    "vmlinux" + suffix]}[target]
    paths = [os.path.join(boot, name) for name in names]
    if not all(map(os.path.exists, paths)):
        return None
    whole = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            whole.update(hashlib.sha256(file.read()).digest())
    return "%s, CPUs: %d" % (whole.hexdigest()[:16], cpus)


def side_by_side(lanes):
    """Runs functions {name: function} at the same time, each with its suites in a
    process of its own, whose counts are added here: most suites are one emulated
    machine, which keeps one CPU busy."""
    started = []
    for name, lane in lanes.items():
        sys.stdout.flush()
        result, sent = os.pipe()
        process = os.fork()
        if not process:
            Suite.totals, Suite.ended, Suite.failures = [0, 0], [], []
            guarded(name, lane)
            sys.stdout.flush()
            os.write(sent, json.dumps([Suite.totals, Suite.ended, Suite.failures]).encode())
            os._exit(0)
        os.close(sent)
        started.append((name, process, os.fdopen(result)))
    for name, process, result in started:
        with result:
            text = result.read()
        os.waitpid(process, 0)
        guarded(name, take, text)


def take(text):
    """What another process has counted."""
    if not text:
        raise ChildProcessError("it has died")
    totals, ended, failures = json.loads(text)
    Suite.totals[0] += totals[0]
    Suite.totals[1] += totals[1]
    Suite.ended += map(tuple, ended)
    Suite.failures += failures


def table():
    """What took how long, the longest first; then what has failed."""
    print("    clock      CPU")
    for name, seconds, used in sorted(Suite.ended, key=lambda row: -row[1]):
        print("  %5.0f s  %5.0f s  %s" % (seconds, used, name))
    for failure in Suite.failures:
        print("  FAIL    " + failure)


def compare(name, results, parts=None):
    """Each target's outputs must be those of the first; of all that one of
    them has, or only these parts. What is absent on both was not compared. It
    is one check: the steps themselves are counted where they were run."""
    (first, wanted), *others = results.items()
    for target, found in others:
        suite = Suite("%s%s=%s" % (name, target, first))
        same = 0
        for part in parts or list(wanted) + [one for one in found
                                             if one not in wanted]:
            pair = found.get(part), wanted.get(part)
            if pair[0] == pair[1] and None not in pair:
                same += 1
            else:
                suite.check(part, False, "found %r, expected %r" % pair)
        if not suite.failed and same:
            suite.check("%d outputs" % same, True)
        suite.end()
