# SPDX-License-Identifier: GPL-2.0
"""What is missing, senseless or not granted: one sentence each, and Linux goes
on where it can."""

import os
import re
import subprocess
import time

import report
import machine

RUN = os.path.join(report.TOP, "tools/run")

# Arguments of make run, and the sentence.
ARGUMENTS = (
    ("DISK missing", ["--disk", "/none.img"],
     "DISK: there is no file /none.img"),
    ("DISK a folder", ["--disk", "/tmp"], "DISK: there is no file /tmp"),
    ("SHARE missing", ["--share", "/none"], "SHARE: there is no folder /none"),
    ("SHARE a file", ["--share", "/etc/passwd"],
     "SHARE: there is no folder /etc/passwd"),
    ("MEM senseless", ["--mem", "lots"],
     "MEM: not a size as 512M or 2G: lots"),
    ("MEM zero", ["--mem", "0"], "MEM: not a size as 512M or 2G: 0"),
    ("CPUS zero", ["--cpus", "0"], "CPUS: not a number from 1 to 64: 0"),
    ("CPUS too many", ["--cpus", "65"], "CPUS: not a number from 1 to 64: 65"),
    ("CPUS senseless", ["--cpus", "2x"], "CPUS: not a number from 1 to 64: 2x"),
    ("NET senseless", ["--net", "yes"], "NET: neither 1 nor pairs of ports "
     "as in 2222:22,udp:5353:53: yes"),
    ("NET no port", ["--net", "2222:22,99999:80"], "NET: neither 1 nor pairs "
     "of ports as in 2222:22,udp:5353:53: 99999:80"),
    ("WINDOW senseless", ["--window", "tube", "--config", "debian"],
     "WINDOW: QEMU has no display tube; it has: none gtk sdl vnc curses "
     "spice-app dbus"),
    ("EXAMPLE missing", ["--example", "none"], None),
)

# Nothing but a serial port.
BARE = """\
instance linux {
	kernel vmlinux
	initrd initramfs
	cmdline "@CMDLINE@"
	ports 0x3f8-0x3ff
	irq 4
}
"""

# The PCI bus, but neither its devices' interrupts nor their memory.
BUS = BARE.replace("irq 4", "irq 4\n\tports 0xcf8-0xcff 0xc000-0xffff")

LOOK = """\
for class in bus/pci/devices class/rtc class/input class/drm; do
	ls -1 /sys/$class 2>/dev/null
done | grep -v -x version
ls -d /sys/class/net/*/device 2>/dev/null
ls /dev | grep -E '^(vd|sd|fb[0-9]|rtc)'
awk '/^ *[0-9]/ { print $1 }' /proc/interrupts
echo "== ports"
sed 's/^ *//' /proc/ioports
echo "== memory"
# The screen's memory, and the local APIC's.
dd if=/dev/mem bs=4096 skip=$((0xfd000)) count=1 2>&1 | tail -n 1
dd if=/dev/mem bs=4096 skip=$((0xfee00)) count=1 2>&1 | tail -n 1
echo "== date"
date +%s
"""


def said(arguments):
    done = subprocess.run([RUN, "--cmd", "true", *arguments],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT,
                          env={"PATH": os.environ["PATH"]})
    return done.stdout.decode("utf-8", "replace").strip(), done.returncode


def check_arguments(suite):
    for name, arguments, sentence in ARGUMENTS:
        text, status = said(arguments)
        suite.check(name, status and (text == sentence if sentence else
                    text.startswith("EXAMPLE: ") and "\n" not in text),
                    "status %s, it says %r" % (status, text))


def boot(suite, console, directory, **what):
    """What is printed by a Linux that runs LOOK, or what `what' says."""
    what.setdefault("command", LOOK)
    with machine.Boot(kernel_args=machine.EXIT_PORT, **what) as machine_boot:
        return console("l4", machine_boot, suite)


def command_output(text):
    """Between the marks of machine.Boot."""
    found = re.search(r"^@@\w+ begin\n(.*)^@@\w+ end", text, re.M | re.S)
    return found.group(1) if found else text[-300:]


def check_grants(suite, console, directory):
    """Who was granted nothing sees nothing; half a grant is told."""
    disk = directory + "/disk.img"
    text = boot(suite, console, directory, script=BARE, disk=disk, net="1",
                config="debian", window="none")
    found = command_output(text)
    seen, _, rest = found.partition("== ports\n")
    # The serial port's interrupt is all there is.
    suite.same("without grants there is nothing", seen.split(), ["4:"])
    ports, _, rest = rest.partition("== memory\n")
    suite.same("and no ports", ports, "03f8-03ff : serial\n")
    memory, _, date = rest.partition("== date\n")
    suite.check("and no device memory", memory.count("Bad address") == 2,
                memory)
    suite.check("but the date", abs(int(date.strip() or 0) - time.time()) < 300,
                date)
    text = boot(suite, console, directory, script=BUS, disk=disk, net="1",
                command="dmesg")
    for name, sentence in (
            ("interrupt not granted",
             r"its interrupt \d+ was not granted to this instance"),
            ("device memory not granted", r"no device memory at "),
            ("disk without a driver's help", "init: there is no disk /dev/vda")):
        suite.check(name, re.search(sentence, text), text[-300:])


CLOCK = """\
if [ $(date +%s) -lt 2000000000 ]; then
	echo "== first"
	date -u -s @2000000000 >/dev/null
	hwclock -u -w
	reboot -f
fi
echo "== second $(date +%s)"
"""


def check_clock(suite, console, directory):
    """An instance sets its clock, and has that date when it starts again."""
    with open(os.path.join(report.TOP, "tools/boot.cfg")) as file:
        script = file.read()
    text = boot(suite, console, directory, command=CLOCK, script=script.replace(
        "on-reboot reset", "on-reboot restart"))
    date = re.search(r"^== second (\d+)", text, re.M)
    suite.check("a clock that was set", date and
                0 <= int(date.group(1)) - 2000000000 < 600, text[-300:])


def check_disks(suite, console, directory):
    with open(directory + "/zero.img", "wb") as file:
        file.truncate(1 << 20)
    text = boot(suite, console, directory, disk=directory + "/zero.img",
                qemu_args="-netdev user,id=lan -device rtl8139,netdev=lan "
                "-device lsi", command="""\
        insmod /bin/busybox; ip addr add 10.0.2.15/24 dev eth0
        ping -c 1 10.0.2.2""")
    for name, sentence in (
            ("DISK without a file system",
             "init: /dev/vda holds no file system"),
            ("a card without a driver",
             "init: there is no driver for the network card 0000:"),
            ("a disk without a driver",
             "init: there is no driver for the disk controller 0000:"),
            ("a module where there are none", "insmod: .*kernel does "
             "not support requested operation"),
            ("no network device", "ip: can't find device 'eth0'"),
            ("no network", "ping: sendto: Network is unreachable")):
        suite.check(name, re.search(sentence, text), text[-300:])


def check_memory(suite, console, directory):
    """Files that do not fit are told before Linux starts, or by its init."""
    os.mkdir(directory + "/files")
    with open(directory + "/files/large", "wb") as file:
        file.truncate(30 << 20)
    for mem, sentence in (
            ("96M", r"roottask: instance linux: too little memory: \d+ MiB; "
             r"kernel and initrd need \d+ MiB and Linux at least"),
            ("144M", "init: too little memory for the files of the first file "
             "system: MEM= gives the machine more")):
        text = boot(suite, console, directory, mem=mem, command="echo done",
                    overlay=directory + "/files")
        suite.check("memory of " + mem, re.search(sentence, text) and
                    not re.search("^done", text, re.M), text[-300:])


def run(console, directory):
    """`console' starts a machine, and returns what it prints."""
    suite = report.Suite("devices/bad")
    check_arguments(suite)
    check_grants(suite, console, directory)
    check_clock(suite, console, directory)
    check_disks(suite, console, directory)
    check_memory(suite, console, directory)
    suite.end()
