#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The microkernel's own tests and Linux to a command's status in a second
emulator: test.py [CPU...]. Bochs checks what QEMU's emulation lets pass, and
has CPUs with what that one lacks."""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, ".."))
import report
import bochs
import machine

# An Intel one with a TSC-deadline timer and PCID, and an AMD one with neither.
CPUS = ("broadwell_ult", "ryzen")
PACKAGES = ("bochs", "bochsbios", "vgabios")
KERNEL_TEST = os.path.join(machine.BUILD, "tests-kernel/kernel-test.elf")
# What ends only a machine that hangs: on a quiet one all of it takes three minutes.
KERNEL_TIMEOUT = 900
LINUX_TIMEOUT = 600
# Why a case fails that wants QEMU's device that interrupts when it is told so.
NO_DEVICE = "edu.device < 32"
STATUS = 7
COMMAND = "echo from-$((6*7)); grep -o -m 1 tsc_deadline_timer /proc/cpuinfo; " \
          "exit %d" % STATUS


def kernel(suite, cpu, cpus=1, kernel_args="", what=""):
    """The conformance suite, in roottask's place."""
    with machine.Boot(cpus=cpus, kernel_args=kernel_args,
                      modules=machine.in_roottasks_place(KERNEL_TEST)) as boot:
        text, end = bochs.run(
            boot, cpu, 512, re.compile(r"^(\d+) passed, (\d+) failed$", re.M),
            KERNEL_TIMEOUT, cpus)
    print("---- kernel on %d %s\n%s" % (cpus, cpu, text), file=suite.log, flush=True)
    if cpus > 1:
        cpu = " ".join([str(cpus), "of", cpu, what]).strip()
    without = []
    for result, name, why in re.findall(
            r"^(ok|FAIL) (\d+ [^:\n]+: [^:\n]+)(?:: (.*))?$", text, re.M):
        if result == "FAIL" and NO_DEVICE in why:
            without.append(name)
            continue
        suite.check("%s: %s" % (cpu, name), result == "ok", why)
    suite.check(cpu + ": end", end and int(end.group(1)) and
                int(end.group(2)) == len(without),
                end.group() if end else "it ends with %r" % text[-300:])
    for name in without:
        suite.skip("%s: %s" % (cpu, name), "Bochs has no device edu")
    if "QEMU counts no instructions" in text:
        suite.skip(cpu + ": how late interrupts come", "Bochs counts no instructions")


def linux(suite, cpu):
    """The small Linux, to the status of a command."""
    with machine.Boot(command=COMMAND) as boot:
        text, end = bochs.command(boot, cpu, 512, LINUX_TIMEOUT)
    print("---- linux on %s\n%s" % (cpu, text), file=suite.log, flush=True)
    suite.check(cpu + ": a command ends", end,
                "it ends with %r" % text[-300:])
    if end:
        suite.check(cpu + ": its output", "from-42\n" in end.group(1), end)
        suite.same(cpu + ": its status", int(end.group(2)), STATUS)


def main(targets, cpus=CPUS):
    if "l4" not in targets:
        return
    subprocess.run([os.path.join(report.TOP, "tools/packages.sh"), *PACKAGES],
                   check=True)
    for cpu in cpus:
        suite = report.Suite("bochs/" + cpu)
        done = subprocess.run([os.path.join(report.TOP, "tools/part.sh"),
                               "tests/kernel",
                               os.path.dirname(KERNEL_TEST)])
        suite.check("build", done.returncode == 0, "see the log")
        if done.returncode == 0:
            kernel(suite, cpu)
            # A CPU that waits sleeps at once. Bochs's local APIC then interrupts for no reason now and then.
            # Not on ryzen: there threads on the second CPU do not go on for long, which is not understood yet.
            if cpu != "ryzen":
                kernel(suite, cpu, 2, "case=cpus polls=0")
                kernel(suite, cpu, 2, "case=cpus x2apic=1", "x2APICs")
            linux(suite, cpu)
        suite.end()


if __name__ == "__main__":
    main(["l4"], sys.argv[1:] or CPUS)
    sys.exit(1 if report.Suite.totals[1] else 0)
