# SPDX-License-Identifier: GPL-2.0
"""Counts tests. One line for each failure, one for each suite, all of it in a
log."""

import os
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LOGS = os.path.join(TOP, "build/logs")
# A suite shows so many of its failures on the terminal.
SHOWN = 12

sys.path.insert(0, os.path.join(TOP, "tools"))


class Suite:
    totals = [0, 0]

    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.failed = 0
        self.start = self.last = time.monotonic()
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
        print("  FAIL    %s/%s: %s%s" % (self.name, test, lines[0][:200],
              " ..." if len(lines) > 1 else ""), flush=True)

    def same(self, test, found, wanted):
        self.check(test, found == wanted,
                   "found %r, expected %r" % (found, wanted))

    def count(self, passed, failed):
        """Adds tests that another program has counted."""
        self.passed += passed
        self.failed += failed

    def end(self):
        Suite.totals[0] += self.passed
        Suite.totals[1] += self.failed
        print("  TEST    %-16s %3d passed, %d failed  (%.0f s)%s" % (
            self.name, self.passed, self.failed,
            time.monotonic() - self.start,
            "  log: " + os.path.relpath(self.path, TOP)
            if self.failed else ""), flush=True)
        self.log.close()


def compare(name, results, parts=None):
    """Each target's outputs must be those of the first; of all it has, or
    only these parts."""
    (first, wanted), *others = results.items()
    for target, found in others:
        suite = Suite("%s%s=%s" % (name, target, first))
        for part in parts or wanted:
            suite.same(part, found.get(part), wanted.get(part))
        suite.end()
