#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A whole Debian at work: test.py [TARGET...] [CHECK...] (native, l4).

One boot for all. checks/NAME.sh are run in it, each by bash as root in an
empty folder. What a script prints must be the text that its lines "#= ..."
hold; a line "#~ ..." is a regular expression for one line. Its exit status
must be 0. With more than one target all must print the same, too; a line
"#! TARGET: REASON" leaves one out. What needs somebody outside is in
host.py."""

import os
import re
import shutil
import subprocess
import sys
import traceback

import pexpect

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]
import report
import host
import live
import login
import machine
import soak

CHECKS = os.path.join(HERE, "checks")
TIMEOUT = 300	# of one check, in Debian's seconds
SOAK = float(os.environ.get("MINUTES") or 3)


def names():
    return sorted(name[:-3] for name in os.listdir(CHECKS)
                  if name.endswith(".sh"))


def expected(name):
    """The lines that the check is to print: (is a pattern, text)."""
    with open(os.path.join(CHECKS, name + ".sh")) as script:
        return [(kind == "~", text) for kind, text in re.findall(
            r"^#([=~]) ?(.*)$", script.read(), re.M)]


def left_out(name, target):
    """Why the check is not for this target, or None."""
    with open(os.path.join(CHECKS, name + ".sh")) as script:
        found = re.search(r"^#! %s: (.*)$" % target, script.read(), re.M)
    return found and found[1]


def verdict(name, status, text):
    """What is wrong with the check's output, or None."""
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    wanted = expected(name)
    if status:
        return "status %d, printed %r" % (status, text[-500:])
    if not wanted:
        return None
    for (pattern, want), line in zip(wanted, lines):
        if not (re.fullmatch(want, line) if pattern else want == line):
            return "found %r, expected %r" % (line, want)
    if len(lines) != len(wanted):
        return "%d lines instead of %d: %r" % (
            len(lines), len(wanted), text[-500:])
    return None


def disk_of_checks(path):
    """Debian sees an archive of the checks as a disk."""
    subprocess.run(["tar", "-C", CHECKS, "--owner=0", "--group=0",
                    "-cf", path, "."], check=True)
    os.truncate(path, max(os.path.getsize(path), 1 << 20))


def run_check(debian, name):
    command = ("mkdir -p /tmp/check/{0} && cd /tmp/check/{0} && "
               "timeout -k 10 {1} bash /root/checks/{0}.sh </dev/null "
               ">/tmp/check/{0}.out 2>&1; s=$?; cat /tmp/check/{0}.out; "
               "cd /root; (exit $s)").format(name, TIMEOUT)
    return debian.status(command, timeout=4 * TIMEOUT)


def run_scripts(suite, target, debian, chosen):
    """Their outputs by name."""
    outputs = {}
    debian.run("mkdir -p checks; tar xf /dev/vdb -C checks")
    for name in filter(chosen, names()):
        reason = left_out(name, target)
        if reason:
            print("  LEFT    debian/%s/%s: %s" % (target, name, reason))
            continue
        status, text = run_check(debian, name)
        print("== %s: %d\n%s" % (name, status, text), file=suite.log)
        wrong = verdict(name, status, text)
        suite.check(name, wrong is None, wrong)
        if not any(kind for kind, _ in expected(name)):
            outputs[name] = text
    return outputs


def run_functions(suite, debian, chosen):
    for function in host.CHECKS:
        name = function.__name__.replace("_", "-")
        if not chosen(name):
            continue
        try:
            wrong = function(debian)
        except (OSError, subprocess.SubprocessError):
            wrong = traceback.format_exc(limit=-2)
        suite.check(name, wrong is None, wrong)


def run_target(target, only):
    suite = report.Suite("debian/" + target)
    outputs = {}
    directory = os.path.join(machine.BUILD, "debian-" + target)
    os.makedirs(directory, exist_ok=True)
    disk_of_checks(directory + "/checks.tar")
    root, loaded = soak.disks(directory)
    path = os.path.join(report.LOGS, "debian-%s.txt" % target)

    def chosen(name):
        return not only or name in only

    with open(path, "w") as log:
        try:
            with login.Debian(target, log, ports={*host.PORTS, *soak.PORTS},
                              image=root, disks=[directory + "/checks.tar"],
                              written=[loaded],
                              kernel_args=soak.KDB.get(target, "")) as debian:
                outputs = run_scripts(suite, target, debian, chosen)
                run_functions(suite, debian, chosen)
                if chosen("soak"):
                    soak.run(suite, debian, "/dev/vdc", SOAK)
                suite.same("power off", debian.power_off(), 0)
            soak.fsck(suite, "the root", root)
            if chosen("soak"):
                soak.fsck(suite, "the loaded disk", loaded)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            suite.check("goes on", False, "%s; see %s" % (
                type(error).__name__, path))
    shutil.rmtree(directory)
    if chosen("live"):
        live.run(suite, target)
    suite.end()
    return outputs


def main(targets, only=()):
    # Native Linux first: what it leaves out is not compared.
    report.compare("debian/", {target: run_target(target, only) for target in
                               sorted(targets, key="native".__ne__)})


if __name__ == "__main__":
    kernels = [a for a in sys.argv[1:] if a in ("native", "l4")]
    main(kernels or ["l4"], [a for a in sys.argv[1:] if a not in kernels])
    sys.exit(1 if report.Suite.totals[1] else 0)
