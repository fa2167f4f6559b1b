#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Devices by Linux's own drivers: test.py TARGET... (native, l4).

One boot with a disk, a network and some more devices; what Linux wrote is
checked here, on the host. The network is QEMU's own, and whom Linux talks to
is this program, on the loopback device."""

import hashlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(
    os.path.abspath(__file__)), ".."))
import report
import machine

TIMEOUT = 120
HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.urandom(1 << 20)
ECHO_PORT = 7000

# What the disk's own /sbin/init does, if it is the root.
DISK_INIT = """\
#!/bin/busybox sh
echo "init of the disk runs as $$"
/bin/busybox grep ' / ' /proc/mounts
echo written >/by-init
/bin/busybox poweroff -f
"""


def sha1(data):
    return hashlib.sha1(data).hexdigest()


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


class Host(threading.Thread):
    """The other end of Linux's connections. The first gets DATA; the second
    is kept until DATA came back from Linux's echo server, by the port that
    QEMU forwards."""

    def __init__(self):
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.received = b""
        self.echoed = False
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.forwarded = free.getsockname()[1]

    def run(self):
        client, _ = self.server.accept()
        with client:
            sender = threading.Thread(target=client.sendall, args=(DATA,))
            sender.start()
            while len(self.received) < len(DATA):
                part = client.recv(65536)
                if not part:
                    break
                self.received += part
            sender.join()
        client, _ = self.server.accept()
        with client:
            for _ in range(20):
                if self.echo():
                    self.echoed = True
                    break
                time.sleep(0.5)

    def echo(self):
        try:
            with socket.create_connection(("127.0.0.1", self.forwarded),
                                          timeout=20) as peer:
                sender = threading.Thread(target=self.send, args=(peer,))
                sender.start()
                back = b""
                while len(back) < len(DATA):
                    part = peer.recv(65536)
                    if not part:
                        break
                    back += part
                sender.join()
                return back == DATA
        except OSError:
            return False

    @staticmethod
    def send(peer):
        try:
            peer.sendall(DATA)
        except OSError:
            pass


def start(target, boot, suite, timeout=TIMEOUT):
    """Runs a machine to its end; its console."""
    try:
        text = subprocess.run(boot.qemu(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              timeout=timeout).stdout
    except subprocess.TimeoutExpired as late:
        text = (late.stdout or b"") + b"\n(it did not end)"
    text = text.decode("utf-8", "replace").replace("\r", "")
    print(text, file=suite.log, flush=True)
    return text


def sections(text):
    """What the commands between two `== name' lines have printed."""
    found = re.findall(r"^== ([\w-]+)\n(.*?)(?=^== )", text, re.M | re.S)
    return {name: output.strip() for name, output in found}


def devices(directory):
    """QEMU's arguments, and what they need."""
    write(directory + "/second.img", DATA)
    write(directory + "/shared/from-host", DATA)
    return " ".join([
        "-device virtio-rng-pci",
        "-device virtio-serial-pci",
        "-chardev file,id=port,path=%s/port" % directory,
        "-device virtserialport,chardev=port,name=port",
        "-virtfs local,path=%s/shared,mount_tag=host,security_model=none" %
        directory,
        "-drive if=none,id=second,format=raw,file=%s/second.img" % directory,
        "-device virtio-blk-pci,drive=second,disable-modern=on",
        "-netdev user,id=net1,net=10.0.3.0/24",
        "-device e1000,netdev=net1,romfile="])


def run_devices(suite, target, directory):
    write(directory + "/content/from-host", DATA)
    write(directory + "/content/to-remove", b"x" * 100000)
    disk = directory + "/disk.img"
    make_disk(disk, directory + "/content")
    host = Host()
    host.start()
    with open(os.path.join(HERE, "guest.sh")) as script:
        command = "host_port=%d\n%s" % (host.port, script.read())
    with machine.Boot(target=target, command=command, disk=disk,
                      net="%d:%d" % (host.forwarded, ECHO_PORT),
                      kernel_args=machine.EXIT_PORT,
                      qemu_args=devices(directory)) as boot:
        found = sections(start(target, boot, suite))
    check_block(suite, found, disk)
    check_network(suite, found, host)
    check_others(suite, found, directory)
    return found


def check_block(suite, found, disk):
    suite.check("disk mounted", "/dev/vda /mnt ext4" in
                found.get("mounts", ""), "mounts are %r" % found.get("mounts"))
    suite.same("disk read", found.get("disk-read"), sha1(DATA))
    written = read_disk(disk, "/written")
    suite.check("disk written", len(written) == 4 << 20 and
                sha1(written) == found.get("disk-written"),
                "%d bytes" % len(written))
    suite.same("file removed", read_disk(disk, "/to-remove"), b"")
    check_disk(suite, "fsck", disk)
    suite.same("second disk read", found.get("second-disk"), sha1(DATA))


def check_network(suite, found, host):
    suite.check("dhcp", "inet 10.0.2.15/24" in found.get("address", ""),
                found.get("address"))
    suite.check("ping", " 0% packet loss" in found.get("ping", ""),
                found.get("ping"))
    suite.same("tcp to Linux", found.get("tcp"), sha1(DATA))
    suite.check("tcp from Linux", host.received == DATA,
                "%d bytes" % len(host.received))
    suite.check("tcp by a forwarded port", host.echoed, "not the same bytes")


def check_others(suite, found, directory):
    suite.same("9p read", found.get("9p"), sha1(DATA))
    path = directory + "/shared/from-linux"
    suite.check("9p written", os.path.exists(path) and
                open(path).read() == "by 9p\n", "no such file")
    suite.same("rng", found.get("rng"), "virtio_rng.0\n64")
    with open(directory + "/port") as port:
        suite.same("virtio port", port.read(), "by port\n")
    clock = int(found.get("clock") or 0)
    suite.check("clock", abs(clock - time.time()) < TIMEOUT,
                "off by %d seconds" % (clock - time.time()))
    for name in ("virtio", "eth1"):
        suite.check("interrupts of " + name, re.search(
            r"^ *\d+: +[1-9]\d* .*" + name, found.get("interrupts", ""),
            re.M), found.get("interrupts"))


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


def run_bad(suite, target, directory):
    """No disk, and a disk that is none."""
    done = subprocess.run([os.path.join(report.TOP, "tools/run"), "--disk",
                           directory + "/none", "--cmd", "true"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    suite.check("DISK missing", done.returncode and
                done.stdout.decode() == "DISK: there is no file %s/none\n" %
                directory, done.stdout.decode())
    write(directory + "/zero.img", bytes(1 << 20))
    with machine.Boot(target=target, disk=directory + "/zero.img",
                      command="true", kernel_args=machine.EXIT_PORT) as boot:
        text = start(target, boot, suite)
    suite.check("DISK without a file system",
                "init: /dev/vda holds no file system" in text, text[-200:])


def run_target(target):
    suite = report.Suite("devices/" + target)
    with tempfile.TemporaryDirectory() as directory:
        found = run_devices(suite, target, directory)
        run_disk_init(suite, target, directory)
        if target == "l4":
            run_bad(suite, target, directory)
    suite.end()
    return found


def main(targets):
    results = {target: run_target(target) for target in targets}
    (first, wanted), *others = results.items()
    for target, found in others:
        suite = report.Suite("devices/%s=%s" % (target, first))
        for name in ("pci", "resources", "block", "net"):
            suite.same(name, found.get(name), wanted.get(name))
        suite.end()


if __name__ == "__main__":
    main(sys.argv[1:] or ["l4"])
    sys.exit(1 if report.Suite.totals[1] else 0)
