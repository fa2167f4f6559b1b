#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Machines that differ from the usual one: test.py [MACHINE...]. On each the
microkernel's own tests, and Linux to a shell, that restarts the machine and
then switches it off. What a machine is are QEMU's arguments, memory, firmware."""

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "../../bench")]
import report
import machine
import typist
from guest import COUNT

KERNEL_TEST = os.path.join(machine.BUILD, "tests-kernel/kernel-test.elf")
KERNEL_TIMEOUT = 600	# of a machine that hangs; a busy computer is slow
LINUX_TIMEOUT = 240
CPU = "-cpu " + machine.CPU

# Pages that GRUB takes out of the map of memory, each 2 MiB from the last one.
HOLES = "insmod mmap\n" + "\n".join(
    "cutmem %#x %#x" % (0x10000000 + hole * 0x201000, 0x10001000 + hole * 0x201000)
    for hole in range(90))
# Pages of 1 GiB are what a case of sigma0's depends on: small_pages says that there are none.
SMALL = {"kernel_args": "small_pages"}
MACHINES = {
    "q35": {"qemu_args": "-machine q35"},
    "no PIT": {"qemu_args": "-machine pc,pit=off"},
    "no HPET": {"qemu_args": "-machine pc,hpet=off"},
    "neither": {"qemu_args": "-machine q35,pit=off,hpet=off"},
    "EPYC": {"qemu_args": "-cpu EPYC"},
    "Skylake-Server": {"qemu_args": "-cpu Skylake-Server"},
    "Haswell": {"qemu_args": "-cpu Haswell,+smap", **SMALL},
    "small pages, 1 GiB": {"qemu_args": CPU + ",-pdpe1gb", "mem": "1G", **SMALL},
    "small pages, 3.5 GiB": {"qemu_args": CPU + ",-pdpe1gb", "mem": "3584M", **SMALL},
    "small pages, 6 GiB": {"qemu_args": CPU + ",-pdpe1gb", "mem": "6G", **SMALL},
    "small pages, 12 GiB": {"qemu_args": CPU + ",-pdpe1gb -machine q35", "mem": "12G", **SMALL},
    "12 GiB": {"mem": "12G"},
    "90 holes": {"grub": HOLES, "says": r"more than 48 pieces; the smallest of them, \d+ KiB"},
    "4 CPUs": {"qemu_args": "-machine q35", "cpus": 4, "kernel_args": "case=cpus"},
    "uefi": {"uefi": True},
    "uefi, 44 bits": {"qemu_args": CPU + ",phys-bits=44 -device virtio-net-pci,netdev=n,romfile= -netdev user,id=n",
                      "uefi": True},
    "uefi q35": {"qemu_args": "-machine q35", "uefi": True},
}


def kernel(suite, name, says, **what):
    """The conformance suite, in roottask's place."""
    arguments = "%s %s" % (machine.EXIT_PORT, what.pop("kernel_args", ""))
    with machine.Boot(kernel_args=arguments,
                      modules=machine.in_roottasks_place(KERNEL_TEST), **what) as boot:
        boot.qemu_args += ["-device", "edu"]
        # Of several CPUs each is a thread of QEMU's, in no fixed order: as in the suite `cpus'.
        if boot.cpus == 1:
            boot.qemu_args += COUNT
        text, status = boot.run(KERNEL_TIMEOUT, stderr=suite.log)
    print("---- kernel on %s\n%s" % (name, text), file=suite.log, flush=True)
    for case, why in re.findall(r"^FAIL (\d+ [^:\n]+: [^:\n]+)(?:: (.*))?$", text, re.M):
        suite.check("%s: %s" % (name, case), False, why)
    if says:
        suite.check(name + ": what it says", re.search(says, text), "it says nothing of %r" % says)
    end = re.search(r"^(\d+) passed, 0 failed$", text, re.M)
    suite.check(name + ": the microkernel's tests", end and status == 33 and
                int(end[1]) > (10 if "case=" in arguments else 800),
                "QEMU's status is %s, and the end is %r" % (status, text[-200:]))


def linux(suite, name, **what):
    """A person who restarts the machine and switches it off."""
    check = name + ": a shell, a restart, the end"
    with machine.Boot(no_reboot=False, **what) as boot, \
            typist.sits_at(suite, boot.qemu(), check, LINUX_TIMEOUT) as child:
        child.expect_exact("/ # ")
        child.sendline("echo from-$((6*7)); reboot")
        child.expect("from-42")
        child.expect("kernel: L4 microkernel")
        child.expect_exact("/ # ")
        child.sendline("cat /proc/uptime >/dev/null && echo from-$((6*9)); poweroff")
        child.expect("from-54")
        typist.ends(suite, check, child)


def main(targets, names=tuple(MACHINES)):
    if "l4" not in targets:
        return
    suite = report.Suite("machines")
    done = subprocess.run([os.path.join(report.TOP, "tools/part.sh"), "tests/kernel",
                           os.path.dirname(KERNEL_TEST)])
    suite.check("build", done.returncode == 0, "see the log")
    for name in names if done.returncode == 0 else ():
        what = dict(MACHINES[name])
        kernel(suite, name, what.pop("says", None), **what)
        linux(suite, name, **what)
    suite.end()


if __name__ == "__main__":
    main(["l4"], sys.argv[1:] or tuple(MACHINES))
    sys.exit(1 if report.Suite.totals[1] else 0)
