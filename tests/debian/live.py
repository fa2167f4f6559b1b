# SPDX-License-Identifier: GPL-2.0
"""The way to a system that needs no disk, as make debian-iso's: with one that is
small, from a CD and from a USB stick."""

import os
import re
import shutil
import subprocess
import tempfile

import machine

TIMEOUT = 180
BUSYBOX = "/bin/busybox"	# a static one

# It can be changed, and what was changed is gone with the machine.
INIT = """\
#!/bin/busybox sh
PATH=/bin
busybox grep ' / ' /proc/mounts
busybox cat /etc/note
echo changed >/etc/note
busybox cat /etc/note
busybox sync
busybox poweroff -f
"""
SHOWN = r"^overlay / overlay rw.*\nas it was\nchanged$"


def small_system(directory):
    """The squashfs of one."""
    root = os.path.join(directory, "root")
    for folder in ("bin", "sbin", "etc", "proc", "sys", "dev", "run", "lib"):
        os.makedirs(os.path.join(root, folder))
    shutil.copy(BUSYBOX, os.path.join(root, "bin/busybox"))
    with open(os.path.join(root, "etc/note"), "w") as file:
        print("as it was", file=file)
    path = os.path.join(root, "sbin/init")
    with open(path, "w") as file:
        file.write(INIT)
    os.chmod(path, 0o755)
    packed = os.path.join(directory, "system.squashfs")
    subprocess.run(["mksquashfs", root, packed, "-quiet", "-no-progress"],
                   stdout=subprocess.DEVNULL, check=True)
    return packed


def run(suite, target):
    subprocess.run([os.path.join(machine.TOP, "tools/packages.sh"), "squashfs-tools"], check=True)
    with tempfile.TemporaryDirectory(dir=machine.BUILD) as directory:
        packed = small_system(directory)
        for stick, qemu_args in ((False, ""), (True, ""), (False, "-M q35")):
            name = "live system: %s%s" % ("stick" if stick else "CD", " " * bool(qemu_args) + qemu_args)
            with machine.Boot(target=target, config="debian", live=packed, stick=stick,
                              qemu_args=qemu_args, kernel_args=machine.EXIT_PORT) as boot:
                text, status = boot.run(TIMEOUT)
            print("== %s\n%s" % (name, text), file=suite.log)
            suite.check(name, status == 0 and re.search(SHOWN, text, re.M),
                        "status %s, it says %r" % (status, text[-300:]))
