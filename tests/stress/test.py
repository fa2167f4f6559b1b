#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""stress-ng in CONFIG=debug, where Linux checks its locks, memory and data while each
stressor of some classes runs on all CPUs at once: test.py TARGET... (native, l4). It must
have nothing to say. CPUS= of the machine, 4; SECONDS= for each stressor, 2;
TESTS="scheduler vm": these classes."""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import report
import machine

CPUS = machine.wanted_cpus(4)
SECONDS = int(os.environ.get("SECONDS") or 2)
CLASSES = (os.environ.get("TESTS") or "scheduler vm filesystem interrupt pipe cpu").split()
START = 600	# seconds until Linux is up, on a busy computer
SLOW = 200	# stressors, at most, in a class, with what each needs to begin and to end
PROGRAM = "/usr/bin/stress-ng"
LOADER = "/lib64/ld-linux-x86-64.so.2"

COMMAND = """sysctl -q kernel.hung_task_timeout_secs=240
dmesg -n 5
mount -t tmpfs tmp /tmp
cd /tmp
export LD_LIBRARY_PATH=/stress
"""
CLASS = """echo == {name}
stress-ng --class {name} --sequential {cpus} --timeout {seconds} --oomable --log-brief 2>&1
echo == status $?
"""
# Linux's own lines; stress-ng has warnings, too.
COMPLAINTS = re.compile(r"^\[ *\d+\.\d+\] (?:WARNING|BUG|INFO: (?:rcu|task|trying)|UBSAN|Oops|kmemleak: \d|"
                        r"unreferenced object|Kernel panic).*", re.M)
STRESSED = re.compile(r"dispatching hogs: .*?run completed in", re.S)


def overlay(root):
    """This machine's program, and what it is linked with."""
    subprocess.run([os.path.join(report.TOP, "tools/packages.sh"), "stress-ng"], check=True)
    needs = subprocess.run(["ldd", PROGRAM], stdout=subprocess.PIPE, check=True).stdout.decode()
    for folder in ("bin", "lib64", "stress"):
        os.makedirs(os.path.join(root, folder))
    shutil.copy(PROGRAM, os.path.join(root, "bin"))
    shutil.copy(LOADER, os.path.join(root, "lib64"))
    for path in re.findall(r"=> (/\S+)", needs):
        shutil.copy(path, os.path.join(root, "stress"))


def run(target):
    suite = report.Suite("stress/" + target)
    command = COMMAND + "".join(CLASS.format(name=name, cpus=CPUS, seconds=SECONDS)
                                for name in CLASSES)
    with tempfile.TemporaryDirectory(dir=machine.BUILD) as root:
        overlay(root)
        with machine.Boot(target=target, config="debug", mem="2G", cpus=CPUS, overlay=root,
                          command=command) as boot:
            text = boot.run(START + len(CLASSES) * SLOW * (SECONDS + 8))[0]
    print(text, file=suite.log)
    parts = dict(re.findall(r"^== (\w+)\n(.*?)^== status \d+$", text, re.M | re.S))
    for name in CLASSES:
        suite.check(name, STRESSED.search(parts.get(name, "")), "it did not come to its end")
    complaints = COMPLAINTS.findall(text)
    suite.check("no complaint of Linux's", not complaints, complaints[:3])
    suite.end()


if __name__ == "__main__":
    os.makedirs(report.LOGS, exist_ok=True)
    for target_ in sys.argv[1:] or ["l4"]:
        run(target_)
    sys.exit(1 if report.Suite.totals[1] else 0)
