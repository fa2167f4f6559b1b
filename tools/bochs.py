# SPDX-License-Identifier: GPL-2.0
"""A boot in Bochs, which is stricter than QEMU's emulation, and whose CPUs
are those one can buy: they have a TSC-deadline timer and PCID.

The machine's time is that of its instructions: so many of them are a second,
and one that waits costs next to nothing. A busy computer changes nothing."""

import os
import re
import subprocess
import time

INSTRUCTIONS_PER_SECOND = 120000000
SHARED = "/usr/share/bochs"

CONFIG = """\
megs: {mem}
cpu: model={cpu}, count={cpus}, ips={ips}, reset_on_triple_fault=0
clock: sync=none, time0=1704067200
romimage: file={shared}/BIOS-bochs-latest
vgaromimage: file={shared}/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path={iso}, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev={serial}
log: {log}
display_library: rfb, options="timeout=0"
plugin_ctrl: speaker=0
panic: action=report
"""


def start(directory, iso, cpu, mem, cpus=1):
    """The process. Its files are in the directory: the console's text in
    serial, what Bochs has to say in log."""
    paths = {name: os.path.join(directory, name)
             for name in ("bochsrc", "commands", "serial", "log")}
    with open(paths["bochsrc"], "w") as file:
        file.write(CONFIG.format(mem=mem, cpu=cpu, cpus=cpus, iso=iso, shared=SHARED,
                                 ips=INSTRUCTIONS_PER_SECOND, **{
                                     name: paths[name]
                                     for name in ("serial", "log")}))
    # Debian's has a debugger, which waits before the first instruction.
    with open(paths["commands"], "w") as file:
        file.write("c\n")
    open(paths["serial"], "w").close()
    return subprocess.Popen(["bochs", "-q", "-f", paths["bochsrc"],
                             "-rc", paths["commands"]],
                            stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


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


def command(boot, cpu, mem, seconds, cpus=1):
    """The same up to the end of the boot's command, whose output and status are the match's groups."""
    end = re.compile(r"^%s begin$(.*?)^%s end (\d+)$" % (boot.mark, boot.mark), re.M | re.S)
    return run(boot, cpu, mem, end, seconds, cpus)
