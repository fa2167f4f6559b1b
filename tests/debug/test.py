#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Linux's own checks of locks and memory in CONFIG=debug: test.py TARGET...
(native, l4). With both, their outputs must agree; what must come is known
anyway."""

import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), ".."))
import report
import machine
import sections

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(report.TOP, "build/tests-debug")
KERNELS = {"l4": ("l4", "linux-l4-debug"),
           "native": ("x86_64", "linux-native-debug")}
PROGRAMS = ("faults", "fpu", "threads", "giveback", "ports", "debug", "perf",
            "abi")
TIMEOUT = 1800
CPUS = machine.wanted_cpus(2)

# What needs a machine of its own: after a complaint about locks there is no
# other; a loop with a lock, and a stack that cannot be trusted, after which
# nothing works.
BEGIN = """mount -t debugfs debugfs /sys/kernel/debug
insmod /debug/mistake.ko
"""
LOCKS = """echo context >/sys/kernel/debug/mistake
sysctl -w kernel.watchdog_thresh=4 kernel.softlockup_panic=1
echo loop >/sys/kernel/debug/mistake"""
LOCKS_WANTED = {
    "context": [r"WARNING: inconsistent lock state",
                r"inconsistent \{HARDIRQ-ON-W\} -> \{IN-HARDIRQ-W\} usage",
                r"\(shared\).*, at: ring\+0x"],
    "loop": [r"watchdog: BUG: soft lockup - CPU#\d stuck for \d+s! \[sh:\d+\]",
             r"RIP: 0010:loop\+0x",
             r"Kernel panic - not syncing: softlockup: hung tasks"],
}
SMASH = "echo smash >/sys/kernel/debug/mistake"
SMASH_WANTED = {
    "smash": [r"Kernel panic - not syncing: stack-protector: "
              r"Kernel stack is corrupted in: smash\+0x"],
}
# The word at the stack's end is gone, too: CONFIG=debug looks for that.
OVERFLOW = "echo overflow >/sys/kernel/debug/mistake"
OVERFLOW_WANTED = {
    "overflow": [r"BUG: TASK stack guard page was hit at ",
                 r"Oops: stack guard page", r"RIP: 0010:deep.*\[mistake\]",
                 r"overflow\+0x.*\[mistake\]",
                 r"Kernel panic - not syncing: corrupted stack end"],
}
ENDS = ((LOCKS, LOCKS_WANTED), (SMASH, SMASH_WANTED),
        (OVERFLOW, OVERFLOW_WANTED))


def make(folder, *arguments):
    log = os.path.join(report.LOGS, "debug-make.log")
    with open(log, "a") as out:
        if subprocess.call(["make", "-C", folder, *arguments],
                           stdout=out, stderr=out):
            raise SystemExit("building the tests failed, see " + log)


def overlay(target, root):
    """What the machine gets beside its usual files: /debug and programs."""
    arch, kernel = KERNELS[target]
    folder = os.path.join(BUILD, target)
    make(HERE, "B=" + folder, "ARCH=" + arch,
         "KERNEL=" + os.path.join(machine.BUILD, kernel))
    # Not the folder of the suite linux, which may be building there now.
    programs = os.path.join(BUILD, "programs")
    make(os.path.join(HERE, "../linux"), "B=" + programs)
    os.makedirs(os.path.join(root, "debug"))
    os.makedirs(os.path.join(root, "bin"))
    os.link(os.path.join(folder, "mistake.ko"),
            os.path.join(root, "debug/mistake.ko"))
    with open(os.path.join(root, "debug/guest.sh"), "w") as file:
        file.write(sections.script(HERE))
    for name in PROGRAMS:
        os.link(os.path.join(programs, name), os.path.join(root, "bin", name))


def run_target(target):
    folder = os.path.join(BUILD, target)
    os.makedirs(folder, exist_ok=True)
    suite = report.Suite("debug/" + target)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        root, disk = os.path.join(work, "root"), os.path.join(work, "disk")
        overlay(target, root)
        subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", disk, "64M"],
                       stdout=suite.log, stderr=suite.log, check=True)
        text = sections.run(target, "debug", "/debug/guest.sh", root,
                            "--cmdline", "kmemleak=on", "--disk", disk,
                            "--net", "1", "--timeout", str(TIMEOUT),
                            "--cpus", str(CPUS))
        found = sections.check(suite, text, sections.wanted(HERE))
        for end, wanted in ENDS:
            with machine.Boot(target=target, config="debug", overlay=root, cpus=CPUS,
                              command=BEGIN + end,
                              cmdline="loglevel=7 panic_print=0") as boot:
                sections.check_end(suite, boot, 600, wanted)
    suite.end()
    return found


def main(targets):
    os.makedirs(report.LOGS, exist_ok=True)
    report.compare("debug/", {target: run_target(target)
                              for target in targets})


if __name__ == "__main__":
    main(sys.argv[1:] or ["l4"])
    sys.exit(1 if report.Suite.totals[1] else 0)
