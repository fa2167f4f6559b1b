#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Devices by Linux's own drivers: test.py TARGET... (native, l4).

One boot with a disk, a network and some more devices; what Linux wrote is
checked here, on the host. The network is QEMU's own, and whom Linux talks to
is this program, on the loopback device."""

import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.dirname(HERE), HERE]
import report
import machine
import peer
import bad
import firmware
import pc
import table
from peer import DATA, DATAGRAMS, sha1

TIMEOUT = 600
TCP_PORT, UDP_PORT = 7000, 7001		# Linux's, that QEMU forwards

# What the disk's own /sbin/init does, if it is the root.
DISK_INIT = """\
#!/bin/busybox sh
echo "init of the disk runs as $$"
/bin/busybox grep ' / ' /proc/mounts
echo written >/by-init
/bin/busybox poweroff -f
"""


def write(path, data, mode=0o644):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    os.chmod(path, mode)


def make_disk(path, content, size="32M"):
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", content, path, size],
                   check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)


def check_disk(suite, name, path):
    done = subprocess.run(["e2fsck", "-f", "-n", path],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    suite.check(name, done.returncode == 0,
                done.stdout.decode("utf-8", "replace"))


def read_disk(path, file):
    return subprocess.run(["debugfs", "-R", "cat " + file, path],
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout


def check_end(suite, status, good=True):
    """Has the machine ended by itself? And well?"""
    suite.check("the machine ends", status is not None and
                (status == 0 or not good), "QEMU's status is %s" % status)


def start(target, boot, suite, good=True):
    """Runs a machine to its end; its console."""
    text, status = boot.run(TIMEOUT)
    print(text, file=suite.log, flush=True)
    check_end(suite, status, good)
    return text


def start_bad(*arguments):
    """One whose end may be a bad one."""
    return start(*arguments, good=False)


def sections(text):
    """What the commands between two `== name' lines have printed."""
    found = re.findall(r"^== ([\w-]+)\n(.*?)(?=^== )", text, re.M | re.S)
    return {name: output.strip() for name, output in found}


def make_content(directory):
    """A disk with some files, and a second one without a file system."""
    write(directory + "/content/from-host", DATA)
    write(directory + "/content/to-remove", b"x" * 100000)
    write(directory + "/second.img", DATA)
    make_disk(directory + "/disk.img", directory + "/content")
    return directory + "/disk.img"


def devices(directory):
    """QEMU's arguments."""
    return " ".join([
        "-device virtio-rng-pci",
        "-vga virtio",
        "-device virtio-serial-pci",
        "-chardev socket,id=port,path=%s/port" % directory,
        "-device virtserialport,chardev=port,name=port",
        "-drive if=none,id=second,format=raw,file=%s/second.img" % directory,
        "-device virtio-blk-pci,drive=second,disable-modern=on",
        "-netdev user,id=net1,net=10.0.3.0/24,ipv6=off",
        "-device e1000,netdev=net1,romfile="])


def programs(directory):
    """Those that busybox has not, for Linux's file system."""
    folder = directory + "/overlay/bin"
    os.makedirs(folder)
    for name in ("udp", "rtc"):
        subprocess.run(["gcc", "-static", "-O2", "-Wall", "-Wextra", "-Werror",
                        "-o", os.path.join(folder, name),
                        os.path.join(HERE, name + ".c")], check=True)
    return directory + "/overlay"


def run_devices(suite, target, directory):
    write(directory + "/shared/from-host", DATA)
    write(directory + "/shared/to-remove", b"")
    disk = make_content(directory)
    peers = [peer.Host(), peer.server6(), peer.Echo(),
             peer.Line(directory + "/port")]
    for each in peers:
        each.start()
    host, host6, echo, port = peers
    command = "host_port=%d host_port6=%s udp_port=%d datagrams=%d\n%s" % (
        host.port, host6.port, echo.port, DATAGRAMS, peer.script("guest.sh"))
    net = "%d:%d,udp:%d:%d" % (host.tcp, TCP_PORT, host.udp, UDP_PORT)
    with machine.Boot(target=target, command=command, disk=disk, net=net,
                      overlay=programs(directory),
                      share=directory + "/shared",
                      kernel_args=machine.EXIT_PORT,
                      qemu_args=devices(directory)) as boot:
        found = sections(start(target, boot, suite))
    suite.check("disk mounted", "/dev/vda /mnt ext4" in
                found.get("mounts", ""), "mounts are %r" % found.get("mounts"))
    check_block(suite, found, disk)
    suite.same("second disk read", found.get("second-disk"), sha1(DATA))
    check_network(suite, found, host)
    check_ipv6(suite, found, host6)
    check_share(suite, found, directory + "/shared")
    check_clock(suite, found)
    check_others(suite, found, port)
    return found


def check_block(suite, found, disk, prefix=""):
    """A disk as make_content has made it, and what Linux did to it."""
    suite.same(prefix + "disk read", found.get("disk-read"), sha1(DATA))
    written = read_disk(disk, "/written")
    suite.check(prefix + "disk written", len(written) == 4 << 20 and
                sha1(written) == found.get("disk-written"),
                "%d bytes" % len(written))
    suite.same(prefix + "file removed", read_disk(disk, "/to-remove"), b"")
    check_disk(suite, prefix + "fsck", disk)


def check_network(suite, found, host):
    suite.check("dhcp", "inet 10.0.2.15/24" in found.get("address", ""),
                found.get("address"))
    suite.check("ping", " 0% packet loss" in found.get("ping", ""),
                found.get("ping"))
    suite.same("tcp to Linux", found.get("tcp"), sha1(DATA))
    suite.check("tcp from Linux", host.received == DATA,
                "%d bytes" % len(host.received))
    suite.check("tcp by a forwarded port", host.echoed, "not the same bytes")
    suite.same("udp from Linux", found.get("udp"), str(DATAGRAMS))
    suite.same("udp by a forwarded port", host.datagrams, DATAGRAMS)
    suite.same("static address", found.get("static-addresses"), "10.0.3.77/24")
    suite.check("ping with it", " 0% packet loss" in found.get("static", ""),
                found.get("static"))


def check_ipv6(suite, found, host):
    address = found.get("ipv6-address", "")
    suite.check("ipv6 addresses", "inet6 fe80::" in address and
                "inet6 fec0::" in address, address)
    loopback = found.get("ipv6-loopback", "")
    suite.check("ipv6 loopback", " 0% packet loss" in loopback and
                loopback.endswith("\n%d" % DATAGRAMS), loopback)
    suite.check("ipv6 link-local", " 0% packet loss" in
                found.get("ipv6-link", ""), found.get("ipv6-link"))
    if host.port:
        suite.same("ipv6 tcp to Linux", found.get("ipv6-tcp"), sha1(DATA))
        suite.check("ipv6 tcp from Linux", host.received == DATA,
                    "%d bytes" % len(host.received))
    else:
        for name in ("ipv6 tcp to Linux", "ipv6 tcp from Linux"):
            suite.skip(name, "this machine has no IPv6")


def check_share(suite, found, folder):
    lines = found.get("9p", "").splitlines()
    suite.same("9p read", lines[:1], [sha1(DATA)])
    suite.same("9p folder", lines[1:], ["folder", "from-host", "from-linux"])
    suite.same("9p folder on the host", sorted(os.listdir(folder)),
               ["folder", "from-host", "from-linux"])
    for name, data in (("from-linux", b"by 9p\n"), ("folder/moved", DATA)):
        path = os.path.join(folder, name)
        content = None
        if os.path.exists(path):
            with open(path, "rb") as file:
                content = file.read()
        suite.check("9p written: " + name, content == data, "it differs")


def check_clock(suite, found):
    def number(name, line=0):
        lines = found.get(name, "").splitlines()
        text = lines[line] if len(lines) > line else ""
        return int(text) if text.isdigit() else 0

    clock = number("clock")
    suite.check("date", abs(clock - time.time()) < TIMEOUT,
                "off by %d seconds" % (clock - time.time()))
    suite.same("rtc", found.get("rtc-name"), "rtc_cmos\n1")
    # The date was set half a second off the clock at most; and computers are busy.
    suite.check("rtc read", -2 <= number("rtc") - clock <= 60,
                "date says %d, the clock %s" % (clock, found.get("rtc")))
    suite.same("rtc interrupts", found.get("rtc-interrupts"), "two updates")
    for line, name in enumerate(("rtc set", "date from the rtc")):
        value = number("rtc-set", line)
        suite.check(name, 0 <= value - 2000000000 <= 120, value)


def check_others(suite, found, port):
    suite.same("rng", found.get("rng"), "virtio_rng.0\n64")
    suite.same("virtio vga", found.get("vga"), "0x1af4\n0x00000001")
    suite.same("virtio port read", found.get("port"), "from the host")
    suite.same("virtio port written", port.received, b"by port\n")
    for name in ("virtio", "eth1", "rtc0", "ttyS0"):
        suite.check("interrupts of " + name, re.search(
            r"^ *\d+: +[1-9]\d* .*" + name, found.get("interrupts", ""),
            re.M), found.get("interrupts"))
    suite.check("timer interrupts", re.search(
        r"^LOC: +[1-9]", found.get("interrupts", ""), re.M),
        found.get("interrupts"))


def run_disk_init(suite, target, directory):
    """The disk as root."""
    root = directory + "/root"
    for name in ("dev", "proc", "sys", "run", "bin"):
        os.makedirs(os.path.join(root, name))
    busybox = subprocess.run(["which", "busybox"], stdout=subprocess.PIPE,
                             check=True).stdout.decode().strip()
    with open(busybox, "rb") as file:
        write(root + "/bin/busybox", file.read(), 0o755)
    write(root + "/sbin/init", DISK_INIT.encode(), 0o755)
    disk = directory + "/root.img"
    make_disk(disk, root)
    with machine.Boot(target=target, disk=disk, quiet=True,
                      kernel_args=machine.EXIT_PORT) as boot:
        text = start(target, boot, suite)
    suite.check("init of the disk", "init of the disk runs as 1\n" in text and
                "/dev/vda / ext4 rw" in text, text[-200:])
    suite.same("file of that init", read_disk(disk, "/by-init"), b"written\n")
    check_disk(suite, "fsck of that disk", disk)


def interrupt_names(found):
    """Number, controller, kind and devices of each, but for those of a PC
    that the microkernel has."""
    return ["%s %s %s %s" % line for line in re.findall(
        r"^ *(\d+): +\d+ +(IO-APIC|PCI-MSIX?-\S+) +\d+-(\w+) +(.*)$",
        found.get("interrupts", ""), re.M) if line[3] not in ("acpi", "timer")]


def run_target(target):
    suite = report.Suite("devices/" + target)
    with tempfile.TemporaryDirectory() as directory:
        found = run_devices(suite, target, directory)
        run_disk_init(suite, target, directory)
    suite.end()
    found["interrupt names"] = interrupt_names(found)
    return found


def run_pc(target):
    suite = report.Suite("devices/pc-" + target)
    with tempfile.TemporaryDirectory() as directory:
        found, screen = pc.run_devices(suite, target, directory, make_content,
                                       check_block, sections, check_end)
    suite.end()
    found["picture"] = screen.pictures[-1:]
    found["interrupt names"] = interrupt_names(found)
    return found


def run_firmware(target):
    suite = report.Suite("devices/firmware-" + target)
    with tempfile.TemporaryDirectory() as directory:
        found = firmware.run_devices(suite, target, directory, sections, check_end)
    suite.end()
    found["interrupt names"] = interrupt_names(found)
    return found


def main(targets):
    report.compare("devices/", {target: run_target(target)
                                for target in targets},
                   ("pci", "resources", "ioports", "iomem", "block", "net",
                    "interrupt names"))


def main_of_debian(targets):
    """Those that need the Linux of CONFIG=debian."""
    report.compare("devices/pc-", {target: run_pc(target)
                                   for target in targets},
                   ("pci", "ioports", "iomem", "input", "framebuffer",
                    "picture", "interrupt names"))
    report.compare("devices/firmware-", {target: run_firmware(target)
                                         for target in targets},
                   ("tables", "dmi", "acpi-devices", "pnp-devices", "pci", "config", "interrupt names",
                    "parts by UEFI"))
    table.run(targets)
    if "l4" not in targets:
        return
    with tempfile.TemporaryDirectory() as directory:
        make_content(directory)
        bad.run(start_bad, directory)


if __name__ == "__main__":
    main(sys.argv[1:] or ["l4"])
    main_of_debian(sys.argv[1:] or ["l4"])
    sys.exit(1 if report.Suite.totals[1] else 0)
