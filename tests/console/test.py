#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The console test: test.py TARGET... (native, l4).

Types at the shell of each target and checks what comes back; with more than
one target, also that each step's output is the same on all."""

import os
import re
import sys
import traceback

import pexpect

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), ".."))
import report
import machine

import chain
import console
import session
import shell

# Without the width, long lines would come back folded by the line editor.
CMDLINE = "LINES=24 COLUMNS=400"


def simple_step(command, expected):
    def step(con):
        output = con.sh(command)
        if expected.startswith("~"):
            if not re.search(expected[1:], output):
                return None, "found %r" % output
            return "", None
        if output != expected:
            return output, "found %r, expected %r" % (output, expected)
        return output, None
    return step


def steps():
    for name, command, expected in shell.STEPS:
        yield name, simple_step(command, expected)
    yield from session.STEPS


def run_step(con, step):
    """The step's output, and what is wrong or None."""
    try:
        return step(con)
    except AssertionError as error:
        return None, str(error) or "assertion failed"
    except pexpect.TIMEOUT:
        return None, "no answer; the last was %r" % con.child.before[-200:]
    except pexpect.EOF:
        return None, "the machine ended; the last was %r" % (
            con.child.before[-300:])
    except Exception:
        return None, traceback.format_exc(limit=-1)


def recover(con):
    """Brings back a prompt after a failed step; False if there is none."""
    for key in (console.CTRL_C, console.CTRL_BACKSLASH):
        try:
            con.send(key)
            con.line("")
            con.line("echo re''covered")
            con.expect("\nrecovered\r*\n", timeout=20)
            con.prompt()
            return True
        except (pexpect.TIMEOUT, pexpect.EOF):
            continue
    return False


def run_target(target, only):
    suite = report.Suite("console/" + target)
    outputs = {}
    path = os.path.join(report.LOGS, "console-%s.txt" % target)
    with machine.Boot(target=target, cmdline=CMDLINE, quiet=True) as boot, \
            open(path, "w") as log:
        con = console.Console(boot, log)
        dead = None
        try:
            con.login()
        except (pexpect.TIMEOUT, pexpect.EOF):
            dead = "no shell, see " + path
        for name, step in steps():
            if only and name not in only:
                continue
            if dead:
                suite.check(name, False, dead)
                continue
            output, wrong = run_step(con, step)
            outputs[name] = output
            suite.check(name, wrong is None, wrong)
            if wrong is not None and not recover(con):
                dead = "the shell is gone, see " + path
        con.kill()
    suite.end()
    return outputs


def main(targets, only=()):
    report.compare("console/", {target: run_target(target, only)
                                for target in targets})
    if "l4" in targets and not only:
        chain.run(CMDLINE)


if __name__ == "__main__":
    names = [a for a in sys.argv[1:] if a in ("native", "l4")]
    main(names or ["native"], [a for a in sys.argv[1:] if a not in names])
    sys.exit(1 if report.Suite.totals[1] else 0)
