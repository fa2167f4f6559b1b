# SPDX-License-Identifier: GPL-2.0
"""Boots of the machine for measuring: one image per configuration, made
once and so not changed by a build, and started as often as wanted."""

import os
import select
import shutil
import subprocess
import sys
import time

BENCH = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(BENCH, "..", "tools"))
import machine

# name: (target, Linux's arguments)
CONFIGS = {
    "native off": ("native", "pti=off mitigations=off"),
    "native on": ("native", "pti=on"),
    "l4": ("l4", ""),
}

# With these a tick of the TSC is an instruction, and two runs are the same
# run. Addresses that are chosen at random would make it another one. Native
# Linux gives the APIC's timer up under -icount, after half a minute of trying.
COUNT = ["-icount", "shift=0,sleep=off", "-seed", "1",
         "-rtc", "base=2024-01-01T00:00:00,clock=vm"]
COUNT_ARGUMENTS = "norandmaps nolapic_timer"


def keep_boot_files(directory):
    """Boots from now on the files as they are now: all images of a series
    are of one build, whatever is built meanwhile. Folders there hold
    modules, which the measured kernels do not have."""
    for name in os.listdir(machine.BOOT):
        path = os.path.join(machine.BOOT, name)
        if os.path.isfile(path):
            machine.link(path, os.path.join(directory, name))
    machine.BOOT = directory


def make_overlay(directory, programs):
    """The benchmark's programs as files for the root file system."""
    os.makedirs(os.path.join(directory, "bin"))
    for name in ("bench", "nothing"):
        shutil.copy(os.path.join(programs, name),
                    os.path.join(directory, "bin"))


class Guest:
    """A configuration with a command; run() starts it once, so that it
    counts instructions or takes its time."""

    def __init__(self, config, command, overlay, count=True,
                 accel="tcg", **disks):
        target, arguments = CONFIGS[config]
        if count:
            arguments += " " + COUNT_ARGUMENTS
        self.boot = machine.Boot(target=target, overlay=overlay,
                                 command=command,
                                 cmdline=arguments,
                                 kernel_args=machine.EXIT_PORT, accel=accel, **disks)
        self.extra = COUNT if count else []
        self.image = None

    def __enter__(self):
        self.boot.__enter__()
        # What is random in the image would change the counts.
        self.boot.mark = "@@bench"
        self.image = self.boot.iso()
        return self

    def __exit__(self, *exception):
        self.boot.__exit__(*exception)

    def command(self, extra):
        return self.boot.qemu(self.image, self.extra + list(extra))

    def run(self, extra=(), timeout=600):
        """Starts the machine, yields the lines that the command prints."""
        deadline = time.monotonic() + timeout
        process = subprocess.Popen(self.command(extra),
                                   stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE)
        begin, end = (self.boot.mark + word for word in (" begin", " end"))
        lines, pending, inside = [], b"", False
        try:
            while True:
                wait = deadline - time.monotonic()
                if wait <= 0 or not select.select([process.stdout], [], [],
                                                  wait)[0]:
                    raise Failed("no end within %d s" % timeout, lines)
                data = os.read(process.stdout.fileno(), 65536)
                if not data:
                    raise Failed("the machine stopped", lines)
                *complete, pending = (pending + data).split(b"\n")
                for line in complete:
                    line = line.decode("utf-8", "replace").strip()
                    lines.append(line)
                    if line.startswith(end):
                        # Let it power off: a profile is written at the end.
                        self._finish(process)
                        return
                    if inside:
                        yield line
                    inside = inside or line.endswith(begin)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()

    @staticmethod
    def _finish(process):
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            pass


class Failed(Exception):
    def __init__(self, why, lines):
        Exception.__init__(self, why + "; the last lines of the console:\n" +
                           "\n".join(lines[-10:]))
