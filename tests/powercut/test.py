#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Power cuts: test.py [TARGET...] (native, l4). CUTS=20, SEED=: others.

A program writes files and databases on an ext4 disk and says what is safely
there; QEMU is killed at a random moment, and of what Linux had written since it
last flushed the disk's cache some is lost. At the next start the journal must
recover, fsck find nothing, and everything be there that was said to be. A Linux
that does not flush must be noticed."""

import os
import random
import re
import subprocess
import sys
import tempfile
import time

import pexpect

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE, os.path.join(HERE, "../console")]
import report
import console
import cut
import machine

BUILD = os.path.join(machine.BUILD, "tests-powercut")
CUTS = 20
SHORT = 2	# in make test
TRIES = 3	# until a disk that is not flushed is noticed
TIMEOUT = 200
WRITERS = ("files", "log", "wal", "rollback")
LINE = re.compile(r"@(\w+) (\d+)@\r*\n|wrong: [^\n]*\n")


class Wrong(Exception):
    pass


def start(target, disk, overlay, log):
    # When the computer is busy, native Linux takes its timer for broken.
    boot = machine.Boot(target=target, overlay=overlay, quiet=True,
                        cmdline="root=/dev/vda" + (
                            " no_timer_check" if target == "native" else ""),
                        qemu_args=disk.arguments(),
                        kernel_args=machine.EXIT_PORT)
    boot.__enter__()
    machine_console = console.Console(boot, log)
    machine_console.child.timeout = TIMEOUT
    machine_console.login()
    machine_console.line("stty -echo")
    machine_console.prompt(TIMEOUT)
    return boot, machine_console


def stop(boot, machine_console):
    machine_console.kill()
    boot.__exit__()


def heard(text):
    """The last number of each writer; what is wrong with its files."""
    numbers = {}
    for match in LINE.finditer(text):
        if match[1] is None:
            raise Wrong(match[0].strip())
        numbers[match[1]] = int(match[2])
    return numbers


def verify(machine_console, disk, safe):
    """The state after the start, and the disk's, seen from outside."""
    machine_console.line("grep /mnt /proc/mounts; dmesg | grep EXT4-fs; "
                         "powercut verify /mnt; umount /mnt")
    text = machine_console.prompt(TIMEOUT)
    if ("\nverified\n" not in text or "EXT4-fs error" in text or
            "/dev/vda /mnt ext4 rw" not in text):
        raise Wrong("verifying failed: " + text)
    found = heard(text)
    for writer in WRITERS:
        if found.get(writer, -1) < safe.get(writer, 0):
            raise Wrong("%s: %s is there, %d was safe" % (
                writer, found.get(writer), safe[writer]))
    fsck = subprocess.run(["e2fsck", "-f", "-n", disk.path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if fsck.returncode:
        raise Wrong("fsck: " + fsck.stdout.decode("utf-8", "replace"))
    return found, "recovery complete" in text


def load(machine_console, chance, before="true"):
    """Writes until so many answers came and a bit; the last numbers."""
    machine_console.line(before + " && mount /dev/vda /mnt && powercut load /mnt")
    text = ""
    wanted = chance.randrange(20, 400)
    deadline = time.monotonic() + TIMEOUT
    while ((text.count("\n@") < wanted or set(heard(text)) != set(WRITERS)) and
           time.monotonic() < deadline):
        machine_console.child.expect("\n", timeout=TIMEOUT)
        text += machine_console.child.before + "\n"
    time.sleep(chance.random() / 2)
    # Killed, not told to end: what is on its way is lost.
    machine_console.child.kill(9)
    text += machine_console.child.buffer
    try:
        while True:
            text += machine_console.child.read_nonblocking(65536, 5)
    except (pexpect.EOF, pexpect.TIMEOUT):
        pass
    return heard(text.replace("\r", ""))


def make_disk(suite, path):
    if os.path.exists(path):
        os.remove(path)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-J", "size=4", path, "64M"],
                   check=True, stdin=subprocess.DEVNULL,
                   stdout=suite.log)
    return cut.Disk(path)


def run_cuts(suite, target, overlay, path, cuts, chance, log):
    disk = make_disk(suite, path)
    safe, recovered = {}, 0
    for number in range(cuts + 1):
        boot, machine_console = start(target, disk, overlay, log)
        try:
            found, replayed = verify(machine_console, disk, safe)
            if number:
                recovered += replayed
                print("after cut %d: %s, journal %s" % (
                    number, found, "recovered" if replayed else "clean"),
                    file=suite.log, flush=True)
            if number < cuts:
                safe = load(machine_console, chance)
                suite.check("all wrote before cut %d" % (number + 1),
                            set(safe) == set(WRITERS), safe)
        finally:
            stop(boot, machine_console)
        if number < cuts:
            disk.cut(chance)
    print("of %d writes %d were lost, %d flushes" % (
        disk.written, disk.lost, disk.flushes), file=suite.log)
    # After two cuts there may have been none since the last flush.
    if cuts >= CUTS:
        suite.check("writes were lost", disk.lost, "of %d none" % disk.written)
    suite.check("journals recovered", recovered >= cuts * 3 // 4,
                "%d of %d" % (recovered, cuts))


def unflushed(target, overlay, disk, chance, log):
    """What is wrong after a cut under a Linux that takes the disk for one
    without a cache, and so does not flush it; or None."""
    boot, machine_console = start(target, disk, overlay, log)
    try:
        verify(machine_console, disk, {})
        safe = load(machine_console, chance, "echo 'write through' "
                    ">/sys/block/vda/queue/write_cache")
    finally:
        stop(boot, machine_console)
    disk.cut(chance)
    boot, machine_console = start(target, disk, overlay, log)
    try:
        verify(machine_console, disk, safe)
    except Wrong as wrong:
        return str(wrong)
    finally:
        stop(boot, machine_console)
    return None


def run_unflushed(suite, target, overlay, path, chance, log):
    wrong, tries = None, 0
    while not wrong and tries < TRIES:
        wrong = unflushed(target, overlay, make_disk(suite, path), chance, log)
        tries += 1
    print("without flushes: %s" % wrong, file=suite.log)
    suite.check("a Linux that does not flush is noticed", wrong,
                "%d cuts, and nothing was wrong" % tries)


def run_target(target, cuts, seed):
    suite = report.Suite("powercut/" + target)
    path = os.path.join(report.LOGS, "powercut-%s.txt" % target)
    with tempfile.TemporaryDirectory(dir=BUILD) as directory, \
            open(path, "w") as log:
        os.makedirs(directory + "/overlay/bin")
        os.link(BUILD + "/powercut", directory + "/overlay/bin/powercut")
        what = (suite, target, directory + "/overlay", directory + "/disk.img")
        try:
            run_cuts(*what, cuts, random.Random(seed), log)
            run_unflushed(*what, random.Random(seed), log)
        except Wrong as wrong:
            suite.check("power cut", False, "%s; with SEED=%d" % (wrong, seed))
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            suite.check("goes on", False, "%s, see %s" % (
                type(error).__name__, path))
    suite.end()


def main(targets, cuts=SHORT):
    subprocess.run([os.path.join(report.TOP, "tools/packages.sh"),
                    "libsqlite3-dev"], check=True)
    if subprocess.call(["make", "-s", "-C", HERE, "B=" + BUILD],
                       stderr=subprocess.DEVNULL):
        raise SystemExit("building tests/powercut failed")
    seed = int(os.environ.get("SEED") or random.randrange(1 << 30))
    for target in targets:
        run_target(target, cuts, seed)


if __name__ == "__main__":
    main(sys.argv[1:] or ["l4"], int(os.environ.get("CUTS") or CUTS))
    sys.exit(1 if report.Suite.totals[1] else 0)
