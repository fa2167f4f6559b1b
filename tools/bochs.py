# SPDX-License-Identifier: GPL-2.0
"""A boot in Bochs, which is stricter than QEMU's emulation, and whose CPUs
are those one can buy: they have a TSC-deadline timer and PCID.

The machine's time is that of its instructions: so many of them are a second,
and one that waits costs next to nothing. A busy computer changes nothing."""

import os
import re
import select
import subprocess
import time

INSTRUCTIONS_PER_SECOND = 120000000
SHARED = "/usr/share/bochs"
# QEMU's: when GRUB asks Bochs' own for a screen, that overwrites GRUB.
VIDEO = "/usr/share/seabios/vgabios-isavga.bin"

CONFIG = """\
megs: {mem}
cpu: model={cpu}, count={cpus}, ips={ips}, reset_on_triple_fault=0
clock: sync=none, time0=1704067200
romimage: file={shared}/BIOS-bochs-latest
vgaromimage: file={video}
ata0-master: type=cdrom, path={iso}, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev={serial}
log: {log}
display_library: rfb, options="timeout=0"
plugin_ctrl: speaker=0
panic: action=report
"""


def start(directory, iso, cpu, mem, cpus=1, commands=(), **streams):
    """The process. Its files are in the directory: the console's text in
    serial, what Bochs has to say in log. commands: to its debugger."""
    paths = {name: os.path.join(directory, name)
             for name in ("bochsrc", "commands", "serial", "log")}
    with open(paths["bochsrc"], "w") as file:
        file.write(CONFIG.format(mem=mem, cpu=cpu, cpus=cpus, iso=iso, shared=SHARED, video=VIDEO,
                                 ips=INSTRUCTIONS_PER_SECOND, **{
                                     name: paths[name]
                                     for name in ("serial", "log")}))
    # Debian's has a debugger, which waits before the first instruction.
    with open(paths["commands"], "w") as file:
        file.write("".join(command + "\n" for command in [*commands, "c"]))
    open(paths["serial"], "w").close()
    return subprocess.Popen(["bochs", "-q", "-f", paths["bochsrc"], "-rc", paths["commands"]],
                            stderr=subprocess.DEVNULL,
                            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **streams})


def run(boot, cpu, mem, last, seconds, cpus=1):
    """What the console showed of a boot up to a match of the pattern `last',
    and that match: None if it did not come, in so many seconds."""
    path = os.path.join(boot.dir, "serial")
    process = start(boot.dir, boot.iso(), cpu, mem, cpus)
    deadline = time.monotonic() + seconds
    try:
        while True:
            ended = process.poll() is not None
            with open(path, errors="replace") as file:
                text = file.read().replace("\r", "")
            found = last.search(text)
            if found or ended or time.monotonic() > deadline:
                return text, found
            time.sleep(0.25)
    finally:
        process.kill()
        process.wait()


# What the debugger says of a stop: why and which CPU's, when, and where each CPU is.
STOP = re.compile(
    rb"^\((\d)\) Caught write watch point at 0x(\w+)$|^\((\d)\) Breakpoint \d+, 0x(\w+) in|"
    rb"^Next at t=(\d+)$|^\((\d)\) \[0x\w+\] \w+:(\w+) ", re.M)


class Watched:
    """A boot with all the stops at writes to physical addresses and before instructions
    at linear ones; the machine's time stands still meanwhile.

        with Watched(boot, "broadwell_ult", 512, cpus, [0x12c040], [0xffff804000110e12]) as machine:
            for time, happened, places in machine.stops(last, seconds): ...

    happened: (CPU, address) of each; places: of each CPU its next instruction's address.
    After the last stop found and text are what run() returns. There are 16 of each at most."""

    def __init__(self, boot, cpu, mem, cpus, writes, instructions):
        self.boot = boot
        self.arguments = (cpu, mem, cpus, ["watch w %#x" % address for address in writes] +
                          ["lb %#x" % address for address in instructions])
        self.text, self.found = "", None

    def __enter__(self):
        # It is answered whenever it asks what to do.
        self.answers = subprocess.Popen(["yes", "c"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.process = start(self.boot.dir, self.boot.iso(), *self.arguments,
                             stdin=self.answers.stdout, stdout=subprocess.PIPE)
        self.answers.stdout.close()
        return self

    def __exit__(self, *_):
        for process in (self.process, self.answers):
            process.kill()
            process.wait()
        self.process.stdout.close()

    def _ended(self, last):
        with open(os.path.join(self.boot.dir, "serial"), errors="replace") as file:
            self.text = file.read().replace("\r", "")
        self.found = last.search(self.text)
        return self.found

    def stops(self, last, seconds):
        deadline, looked, pending = time.monotonic() + seconds, 0, b""
        while time.monotonic() < deadline:
            if time.monotonic() - looked > 1:
                looked = time.monotonic()
                if self._ended(last):
                    return
            if not select.select([self.process.stdout], [], [], 1)[0]:
                continue
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                return
            *complete, pending = (pending + data).split(b"<bochs:")
            for stop in complete:
                yield self._stop(stop)

    @staticmethod
    def _stop(text):
        when, happened, places = 0, [], {}
        for cpu, written, other, reached, ticks, at_cpu, place in STOP.findall(text):
            if ticks:
                when = int(ticks)
            elif written or reached:
                happened.append((int(cpu or other), int(written or reached, 16)))
            else:
                places[int(at_cpu)] = int(place, 16)
        return when, happened, places


def command(boot, cpu, mem, seconds, cpus=1):
    """The same up to the end of the boot's command."""
    return run(boot, cpu, mem, end_of(boot), seconds, cpus)


def end_of(boot):
    """A pattern of its command's end, whose output and status are the groups."""
    return re.compile(r"^%s begin$(.*?)^%s end (\d+)$" % (boot.mark, boot.mark), re.M | re.S)
