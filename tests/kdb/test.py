#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The kernel debugger: entered by the Break key while Linux runs or a server prints, and by a
panic. What it lists must fit together; afterwards Linux goes on."""

import os
import re
import subprocess
import sys

import pexpect

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), ".."))
import report
import machine
import typist

TIMEOUT = 180	# for what hangs; a busy computer is slow
BREAK = "\x01b"		# for QEMU's console: Ctrl-A B
FAILURE = 65		# QEMU's status after a panic
IMAGE = "ffffffff81000000"
UTCB = "fffffffff8000000"
TESTS = os.path.dirname(os.path.abspath(__file__))
SERVERS = os.path.join(machine.BUILD, "tests-servers")
BUILD = os.path.join(machine.BUILD, "tests-kdb")
PRESSED = 5


class Debugger:
    def __init__(self, child):
        self.child = child

    def enter(self):
        self.child.send(BREAK)
        self.child.expect_exact("kdb> ")

    def __call__(self, command):
        """What the command prints, as lines."""
        self.child.send(command + "\r")
        self.child.expect(re.escape(command) + "\r*\n")
        self.child.expect_exact("kdb> ")
        return self.child.before.replace("\r", "").split("\n")[:-1]

    def go_on(self):
        self.child.send("g\r")
        self.child.expect("g\r*\n")


def column(lines, pattern):
    return [match.group(1) for match in
            (re.search(pattern, line) for line in lines) if match]


def linux_is_there(child, answer):
    child.send("echo a''ns''%s\r" % answer)
    child.expect("ans%s\r*\n" % answer)


def objects(suite, kdb):
    """Returns the name of Linux's task."""
    tasks = kdb("t")
    for name in ("sigma0", "roottask"):
        suite.check(name, any(line.endswith(name) for line in tasks), tasks)
    guests = column(tasks, r"guest of (\w+)")
    linux = guests[0] if guests else ""
    suite.check("guests", len(guests) > 1 and set(guests) == {linux}, tasks)
    threads = kdb("p")
    suite.check("threads' tasks", set(column(threads, r"  task +(\w+)")) <=
                set(column(tasks, r"task +(\w+)")), threads)
    suite.same("one vCPU", len([line for line in threads if "vCPU in" in line
                                and "task %8s" % linux in line]), 1)
    caps = kdb("c " + linux)
    suite.check("its own task", any(
        re.match(r" *1  r-x  task %s$" % linux, line) for line in caps), caps)
    suite.check("its interrupt", any("irq" in line and "of pin 4 to thread"
                                     in line for line in caps), caps)
    suite.check("run queues", kdb("q")[0].startswith("CPU 0 runs: "))
    suite.check("nobody waits for ever", "awaits" not in str(kdb("i")))
    return linux


def memory(suite, kdb, linux):
    mappings = kdb("m %s %s" % (linux, IMAGE))
    suite.check("mappings", "sigma0" in mappings[0] and "roottask" in
                mappings[1] and mappings[2].startswith("*     task " + linux),
                mappings)
    image = kdb("w %s %s" % (linux, IMAGE))
    suite.check("walk", re.match("physical %s  r" % column(
        mappings, r"sigma0  (\w+)")[0], image[-1]), image)
    utcb = kdb("w %s 0x%s" % (linux, UTCB))
    suite.check("walk to the UTCB", len(utcb) == 5 and utcb[-1].endswith(
        "rw-, a UTCB"), utcb)
    suite.check("walk to the kernel", kdb(
        "w %s ffff804000100000" % linux)[-1] == "the kernel's")
    quotas = kdb("k")
    suite.check("quotas", len(quotas) == 4 and re.match(
        r"\d+ KiB of \d+ KiB free", quotas[0]), quotas)
    trace = kdb("l")
    suite.check("trace", any("vcpu_control(" in line for line in trace),
                trace[-1:])


def mistakes(suite, kdb):
    suite.same("no such task", kdb("c 1234"), ["There is no task 1234."])
    suite.check("no such command", "  g             go on" in kdb("?"))
    suite.same("nothing typed", kdb(""), [])


def busy_line(suite, kdb, child):
    """Somebody else reads the status that tells of a break, all the time."""
    child.send("line\r")
    child.expect_exact("line: reads")
    for _ in range(PRESSED):
        kdb.enter()
        kdb.go_on()
    child.send("\r")
    child.expect(r"line: (\d+) breaks\r*\n")
    suite.same("nobody else sees a break", child.match.group(1), "0")


def session(suite, child):
    kdb = Debugger(child)
    child.expect(r"A BusyBox shell[^#]*# ")
    kdb.enter()
    linux = objects(suite, kdb)
    memory(suite, kdb, linux)
    mistakes(suite, kdb)
    kdb.go_on()
    linux_is_there(child, "one")
    for _ in range(3):
        kdb.enter()
        kdb.go_on()
    linux_is_there(child, "two")
    busy_line(suite, kdb, child)
    linux_is_there(child, "three")
    kdb.enter()
    child.send("x\r")
    child.expect_exact("kernel panic: asked for")
    child.expect_exact("kdb> ")
    suite.check("a panic enters", len(kdb("p")) == 3)
    kdb.go_on()
    typist.ends(suite, "a panic ends the machine", child, FAILURE)


KERNEL_TEST = os.path.join(machine.BUILD, "tests-kernel/kernel-test.elf")
CPUS = 4


def not_still(kdb):
    """What shows that not all CPUs are stopped, wherever they were; [] if nothing does."""
    stopped, queues = kdb("u"), [line for line in kdb("q") if re.match(r"CPU \d runs: ", line)]
    good = len(stopped) == len(queues) == CPUS and sum(
        "this one" in line for line in stopped) == 1 and not any(
            "answer" in line for line in stopped)
    return [] if good else stopped + queues


def stopped_till_the_end(suite, kdb):
    """Again and again, until the tests are over: how long that is depends on the
    computer. Returns what failed of them."""
    said, stops, wrong = "", 0, []
    over = r"\d+ passed, \d+ failed"
    kdb.child.send(BREAK)
    while kdb.child.expect([over, "kdb> "]):
        said += kdb.child.before
        wrong += not_still(kdb)
        stops += 1
        kdb.go_on()
        if not kdb.child.expect([over, pexpect.TIMEOUT], timeout=0.1):
            break
        kdb.child.send(BREAK)
    suite.same("each CPU stands still", wrong, [])
    suite.check("they were stopped more than once", stops > 1)
    return re.findall("FAIL .*", said + kdb.child.before)


def cpus(suite):
    """While threads on all CPUs work: they are stopped, and do not notice; a panic tells of each."""
    subprocess.run([os.path.join(report.TOP, "tools/part.sh"), "tests/kernel",
                    os.path.dirname(KERNEL_TEST)], check=True, stdout=suite.log, stderr=suite.log)
    for ends in (False, True):
        with machine.Boot(kernel_args=machine.EXIT_PORT + " kdb cpus=%d case=cpus" % CPUS,
                          modules=machine.in_roottasks_place(KERNEL_TEST),
                          qemu_args="-smp %d" % CPUS) as boot, \
                typist.sits_at(suite, boot.qemu(), "CPUs", TIMEOUT) as child:
            kdb = Debugger(child)
            child.expect("ok 1800 ")
            if not ends:
                suite.same("nobody noticed", stopped_till_the_end(suite, kdb), [])
                continue
            kdb.enter()
            suite.same("each CPU stands still for a panic", not_still(kdb), [])
            child.send("x\r")
            for other in range(1, CPUS):
                child.expect("CPU %d: in (ring 3|the kernel), ip" % other)
            child.expect_exact("kdb> ")
            child.send("g\r")
            typist.ends(suite, "a panic ends all CPUs", child, FAILURE)


SERVER = 'server hello { program hello-server; arguments "alone" }\n'
# QEMU's monitor: an uncorrected error in bank 4, with an address; a restart is not possible.
MACHINE_CHECK = "mce 0 4 0xb600000000000000 0x5 0x1234000 0"


def monitor(child, command, last=False):
    """After the last one the prompt is not waited for: what the machine says may
    come before it."""
    child.send("\x01c")
    child.expect_exact("(qemu) ")
    child.send(command + "\r")
    if not last:
        child.expect_exact("(qemu) ")
    child.send("\x01c")


def idles(child):
    """In the middle of its assembler the kernel has no frame to begin a backtrace with."""
    monitor(child, "info registers")
    return "HLT=1" in child.before


def interrupted(child):
    """NMIs disturb nobody."""
    for _ in range(5):
        monitor(child, "nmi")
    kdb = Debugger(child)
    kdb.enter()
    kdb.go_on()
    if not any(idles(child) for _ in range(100)):
        raise pexpect.TIMEOUT("it never idles")
    monitor(child, MACHINE_CHECK, last=True)


def overflow(child):
    Debugger(child).enter()
    child.send("s\r")


def panics(suite, name, cause, *says):
    """What cannot be mended is reported in full, whatever stack was in use."""
    with machine.example("hello", script=SERVER,
                         kernel_args=machine.EXIT_PORT + " kdb") as boot, \
            typist.sits_at(suite, boot.qemu(), name, TIMEOUT) as child:
        child.expect("hello: ready")
        cause(child)
        for pattern in says + ("kernel panic: exception", r"\ncr2 ",
                               "backtrace: ffff", "kdb> "):
            child.expect(pattern)
        child.send("g\r")
        typist.ends(suite, name, child, FAILURE)


def busy_console(suite):
    """The kernel itself reads the status that tells of a break, all the time:
    each character of a server that never pauses goes out by its console."""
    subprocess.run([os.path.join(report.TOP, "tools/part.sh"), "tests/servers", SERVERS],
                   check=True, stdout=suite.log, stderr=suite.log)
    entered = 0
    with machine.example("hello", script="server loud { program loud }\n",
                         programs=[os.path.join(SERVERS, "loud.elf")],
                         kernel_args="kdb") as boot, \
            typist.sits_at(suite, boot.qemu(), "busy console", TIMEOUT) as child:
        kdb = Debugger(child)
        child.expect("line 100\r*\n")
        for _ in range(PRESSED):
            kdb.enter()
            entered += 1
            kdb.go_on()
    suite.same("each break enters while the console is busy", entered, PRESSED)


def all_panics(suite):
    panics(suite, "the stack overflows", overflow,
           "the kernel's stack has overflowed")
    panics(suite, "a machine check", interrupted,
           "machine check: ", "bank 4: status b6.* at 1234000")


def beside_linux(suite):
    subprocess.run(["make", "-s", "-C", TESTS, "B=" + BUILD], check=True,
                   stdout=suite.log, stderr=suite.log)
    with machine.Boot(kernel_args=machine.EXIT_PORT + " kdb",
                      overlay=BUILD, quiet=True) as boot, \
            typist.sits_at(suite, boot.qemu(), "goes on", TIMEOUT) as child:
        session(suite, child)


def main(targets, only=()):
    if "l4" not in targets:
        return
    for name, run in (("kdb/panics", all_panics), ("kdb/console", busy_console), ("kdb/cpus", cpus),
                      ("kdb", beside_linux)):
        if not only or name in only:
            suite = report.Suite(name)
            run(suite)
            suite.end()


if __name__ == "__main__":
    main(["l4"], sys.argv[1:])
    sys.exit(1 if report.Suite.totals[1] else 0)
