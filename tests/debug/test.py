#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Linux's own checks of locks and memory in CONFIG=debug: test.py TARGET...
(native, l4). With both, their outputs must agree; what must come is known
anyway."""

import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), ".."))
import report
import machine

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(report.TOP, "build/tests-debug")
KERNELS = {"l4": ("l4", "linux-l4-debug"),
           "native": ("x86_64", "linux-native-debug")}
PROGRAMS = ("faults", "fpu", "threads", "giveback", "ports", "debug", "perf",
            "abi")
TIMEOUT = 1800

SECTION = re.compile(r"^== (\S+)\n(.*?)(?=^== |\Z)", re.M | re.S)

# What the sections of guest.sh print.
with open(os.path.join(HERE, "wanted.txt")) as file:
    WANTED = dict(SECTION.findall(file.read()))

# What needs a machine of its own: after a complaint about locks there is no
# other; and a loop with a lock, after which nothing works.
END = """mount -t debugfs debugfs /sys/kernel/debug
insmod /debug/mistake.ko
echo context >/sys/kernel/debug/mistake
sysctl -w kernel.watchdog_thresh=4 kernel.softlockup_panic=1
echo loop >/sys/kernel/debug/mistake"""
END_WANTED = {
    "context": [r"WARNING: inconsistent lock state",
                r"inconsistent \{HARDIRQ-ON-W\} -> \{IN-HARDIRQ-W\} usage",
                r"\(shared\).*, at: ring\+0x"],
    "loop": [r"watchdog: BUG: soft lockup - CPU#0 stuck for \d+s! \[sh:\d+\]",
             r"RIP: 0010:loop\+0x",
             r"Kernel panic - not syncing: softlockup: hung tasks"],
}


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
    programs = os.path.join(machine.BUILD, "tests-linux")
    make(os.path.join(HERE, "../linux"), "B=" + programs)
    os.makedirs(os.path.join(root, "debug"))
    os.makedirs(os.path.join(root, "bin"))
    os.link(os.path.join(folder, "mistake.ko"),
            os.path.join(root, "debug/mistake.ko"))
    with open(os.path.join(HERE, "guest.sh"), "rb") as source:
        with open(os.path.join(root, "debug/guest.sh"), "wb") as copy:
            copy.write(source.read())
    for name in PROGRAMS:
        os.link(os.path.join(programs, name), os.path.join(root, "bin", name))


def run_guest(target, root, disk):
    """The sections' outputs."""
    command = [os.path.join(report.TOP, "tools/run"), "--config", "debug",
               "--cmd", "sh /debug/guest.sh 2>&1", "--overlay", root,
               "--cmdline", "kmemleak=on", "--disk", disk, "--net", "1",
               "--timeout", str(TIMEOUT)]
    if target == "native":
        command.append("--native")
    # Variables of make run, such as QEMU_ARGS, are not meant for the tests.
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          env={"PATH": os.environ["PATH"]})
    return done.stdout.decode("utf-8", "replace").replace("\r", "")


def run_end(target, root):
    """The console of the machine that its last mistake ends."""
    with machine.Boot(target=target, config="debug", overlay=root,
                      command=END, cmdline="loglevel=7 panic_print=0") as boot:
        try:
            text = subprocess.run(boot.qemu(), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, timeout=600).stdout
        except subprocess.TimeoutExpired as late:
            text = late.stdout or b""
    return text.decode("utf-8", "replace").replace("\r", "")


def run_target(target):
    folder = os.path.join(BUILD, target)
    os.makedirs(folder, exist_ok=True)
    suite = report.Suite("debug/" + target)
    with tempfile.TemporaryDirectory(dir=folder) as work:
        root, disk = os.path.join(work, "root"), os.path.join(work, "disk")
        overlay(target, root)
        subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext4", disk, "64M"],
                       stdout=suite.log, stderr=suite.log, check=True)
        text = run_guest(target, root, disk)
        print(text, file=suite.log)
        # What is urgent comes on the console, too.
        found = dict(SECTION.findall(re.sub(r"^\[ *\d+\.\d+\] .*\n", "",
                                            text, flags=re.M)))
        for name, wanted in WANTED.items():
            suite.same(name, found.get(name), wanted)
        text = run_end(target, root)
        print(text, file=suite.log)
        for name, wanted in END_WANTED.items():
            missing = [line for line in wanted if not re.search(line, text)]
            suite.check(name, not missing, "the console lacks %r" % missing)
    suite.end()
    return found


def main(targets):
    os.makedirs(report.LOGS, exist_ok=True)
    report.compare("debug/", {target: run_target(target)
                              for target in targets})


if __name__ == "__main__":
    main(sys.argv[1:] or ["l4"])
    sys.exit(1 if report.Suite.totals[1] else 0)
