# SPDX-License-Identifier: GPL-2.0
"""What a boot is made of: the boot image and the QEMU command line.

A Boot describes one start of the machine: which kernel, which root file
system, which arguments. iso() writes GRUB's image of it, qemu() gives the
command that starts it. tools/run and the tests differ only in what they do
with the console.
"""

import functools
import glob
import os
import re
import secrets
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(TOP, "build")
BOOT = os.path.join(BUILD, "boot")

# A value v that is written to port 0xf4 ends QEMU with status 2v + 1; the
# microkernel is told so by its command line. The rep instructions of QEMU's
# emulation go byte by byte; without ERMS Linux copies by other means.
CPU = "max,-erms"
QEMU = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", CPU,
        "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04"]
EXIT_PORT = "exit_port=0xf4"
STICK = ("-drive if=none,id=stick,format=raw,readonly=on,file={} -device qemu-xhci "
         "-device usb-storage,drive=stick,bootindex=0")
# When an image was made that is to have the same bytes each time.
SAME_TIME, EPOCH = "2024-01-01 00:00:00", "1704067200"
# Of the file server's disk, which tools/boot-files.cfg names so; other devices come from below.
FILES_SLOT = ",addr=10"
# With the folders of programs that only root has in its path.
SBIN = dict(os.environ, PATH=os.environ["PATH"] + ":/sbin:/usr/sbin")
OVMF = "/usr/share/ovmf/OVMF.fd"

# GRUB's modules for the menu below; all of them would make a larger image
# and a slower start.
GRUB_MODULES = ("normal linux multiboot2 serial terminal search iso9660 "
                "part_msdos part_gpt boot configfile echo test reboot halt "
                "all_video gfxterm cpuid sleep")

GRUB_HEAD = """\
serial --unit=0 --speed=115200
if [ $grub_platform = efi ]; then insmod efi_gop; fi
terminal_input serial console
terminal_output serial console
if ! cpuid -l; then
	echo "This machine's CPU has no 64-bit mode, which Linux here needs, on the microkernel and without it."
	sleep --interruptible 3600
fi
set timeout={timeout}
set default=0
"""

GRUB_L4 = """\
menuentry "{title}" {{
	multiboot2 /boot/microkernel.elf {kernel_args}
{modules}
}}
"""

GRUB_NATIVE = """\
menuentry "{title}" {{
	set gfxpayload=auto
	linux /boot/bzImage {cmdline}
	initrd /boot/{initramfs}
}}
"""


def configs():
    """What CONFIG= can be: the options beside those that each Linux has."""
    folder = os.path.join(TOP, "l4linux-arch/configs")
    return sorted(name[:-len(".config")] for name in os.listdir(folder)
                  if name.endswith(".config") and
                  name not in ("common.config", "l4.config"))


def wanted_cpus(usual):
    """Of a machine: CPUS= of who started this, or what is usual there."""
    return int(os.environ.get("CPUS") or usual)


class Boot:
    """modules: what differs from the usual boot modules of the microkernel,
    by name: another file, or None for none. words: what follows their names
    on their lines, by name, in GRUB's quotes. script: the boot script. disk:
    a raw image. net: "1" for a network, or also ports of this machine's
    loopback and of Linux: "2222:22,udp:5353:53". share: a folder, whose tag in
    Linux is "share". config: which Linux of those built with CONFIG=. window:
    what QEMU shows the machine's screen by. kernel: another microkernel. cpus:
    of the machine, all of which the microkernel starts; Linux has so many
    virtual ones if it is built with SMP, or vcpus. by_turns: QEMU has one thread for
    all CPUs; with one for each, a CPU may still run code that another has changed.
    grub: commands before its menu. screen: the machine's screen is a console, too;
    so it is with a window. accel: "kvm", if the machine is not to be emulated; without
    it what ACCEL= says. live: the file of a whole system, which the image takes along for
    further entries of its menu. stick: the machine starts from a USB stick, not from a CD.
    files: a raw image with ext3, the file server's disk."""

    def __init__(self, target="l4", mem="512M", cmdline="", overlay=None,
                 command=None, timeout=0, menu=False, qemu_args="",
                 kernel_args="", script=None, modules=None, words=None,
                 no_reboot=True, uefi=False, quiet=False, disk=None, net=None, config="",
                 window=None, share=None, kernel=None, cpus=1, vcpus=None, by_turns=False, grub="",
                 screen=False, accel=None, live=None, stick=False, files=None):
        if files:
            with open(os.path.join(TOP, "tools/boot-files.cfg")) as file:
                script = script or file.read()
            modules = dict(server_modules(script), **modules or {})
        self.files = files
        self.target = target
        self.mem = mem
        self.overlay = overlay
        self.command = command
        self.timeout = timeout
        self.menu = menu
        self.qemu_args = shlex.split(qemu_args)
        self.kernel = kernel or os.path.join(BOOT, "microkernel.elf")
        self.cpus = cpus
        self.vcpus = vcpus
        self.by_turns = by_turns
        self.grub = grub
        self.kernel_args = kernel_args + (" cpus=%d" % cpus if cpus > 1 else "")
        self.script = script
        self.modules = modules or {}
        self.words = words or {}
        self.no_reboot = no_reboot
        self.uefi = uefi
        self.disk = disk
        self.net = net
        self.suffix = "-" + config if config else ""
        self.window = window
        self.share = share
        self.live = live
        self.stick = stick
        self.accel = accelerator(accel or os.environ.get("ACCEL") or "tcg")
        self.mark = "@@" + secrets.token_hex(8)
        # A panic must end the machine when nobody sits in front of it, and
        # the output of a command must not be mixed with the kernel's.
        args = ["console=tty0"] if window or screen else []
        args.append("console=ttyS0,115200")
        if no_reboot:
            args.append("panic=-1")
        if quiet or command is not None:
            args.append("quiet loglevel=1")
        if disk:
            args.append("root=/dev/vda")
        self.cmdline = " ".join(args + [cmdline]).strip()
        self.dir = None

    def __enter__(self):
        os.makedirs(os.path.join(BUILD, "run"), exist_ok=True)
        self.dir = tempfile.mkdtemp(dir=os.path.join(BUILD, "run"))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir, ignore_errors=True)

    def _modules(self, target):
        """The folder of a kernel's modules, or None."""
        path = os.path.join(BOOT, "modules-" + target + self.suffix)
        return path if os.path.isdir(path) else None

    def _initramfs(self, path, target):
        """The base archive, then the kernel's modules and the caller's files,
        if any.

        Linux unpacks archives that follow each other; later files win."""
        with open(path, "wb") as out:
            with open(os.path.join(BUILD, "initramfs.cpio.gz"), "rb") as base:
                shutil.copyfileobj(base, out)
            # Linux looks for a plain archive at multiples of four only.
            out.write(bytes(-out.tell() % 4))
            modules = self._modules(target)
            if modules:
                out.write(cpio(modules))
            if self.overlay:
                out.write(cpio(self.overlay))
            if self.command is not None:
                extra = os.path.join(self.dir, "extra")
                os.makedirs(os.path.join(extra, "run.d"))
                write(os.path.join(extra, "run.d/command"),
                      self.command + "\n")
                write(os.path.join(extra, "run.d/mark"), self.mark + "\n")
                out.write(cpio(extra))

    def _script(self):
        path = os.path.join(self.dir, "boot.cfg")
        script = self.script
        if script is None:
            with open(os.path.join(TOP, "tools/boot.cfg")) as template:
                script = template.read()
        # The script's quoted words know no escapes.
        script = script.replace("@CMDLINE@", self.cmdline.replace('"', "'"))
        write(path, script.replace("@CPUS@", str(self.vcpus or self._linux_cpus())))
        return path

    def _linux_cpus(self):
        config = os.path.join(BUILD, "linux-l4" + self.suffix, ".config")
        if self.cpus > 1 and os.path.isfile(config):
            with open(config) as options:
                if "CONFIG_SMP=y\n" in options:
                    return self.cpus
        return 1

    def _grub_l4(self, boot, title="Linux on the microkernel", kernel_args="", more=""):
        link(self.kernel, os.path.join(boot, "microkernel.elf"))
        files = {"sigma0": os.path.join(BOOT, "sigma0.elf"),
                 "roottask": os.path.join(BOOT, "roottask.elf"),
                 "boot.cfg": self._script(),
                 "vmlinux": os.path.join(BOOT, "vmlinux" + self.suffix),
                 "initramfs": os.path.join(self.dir, "initramfs")}
        files.update(self.modules)
        lines = []
        for name, source in files.items():
            if source is None:
                continue
            link(source, os.path.join(boot, name))
            words = self.words.get(name, more if name == "vmlinux" else "")
            lines.append(("\tmodule2 /boot/%s %s %s" % (name, name, words)).rstrip())
        return GRUB_L4.format(title=title, kernel_args=(self.kernel_args + " " + kernel_args).strip(),
                              modules="\n".join(lines))

    def _grub_native(self, boot, title="Native Linux", more=""):
        """With modules of its own, where there are such beside the other kernel."""
        name = "initramfs"
        if self.target != "native" and (self._modules("native") or self._modules("l4")):
            name = "initramfs-native"
        source = os.path.join(self.dir, name)
        if not os.path.exists(source):
            self._initramfs(source, "native")
        link(os.path.join(BOOT, "bzImage" + self.suffix), os.path.join(boot, "bzImage"))
        link(source, os.path.join(boot, name))
        return GRUB_NATIVE.format(title=title, initramfs=name, cmdline=(self.cmdline + " " + more).strip())

    def _entries(self, boot):
        """GRUB's menu: each kernel that there is with each system."""
        l4 = self.target == "l4"
        native = not l4 or (self.menu and os.path.exists(
            os.path.join(BOOT, "bzImage" + self.suffix)))
        if self.live and l4:
            yield self._grub_l4(boot, "Debian on the microkernel", more="live")
        if self.live and native:
            yield self._grub_native(boot, "Debian, native", more="live")
        if l4:
            yield self._grub_l4(boot)
        if native:
            yield self._grub_native(boot)
        if l4 and self.menu:
            yield self._grub_l4(boot, "Linux on the microkernel, its debugger on the serial line", "kdb")

    def iso(self, path=None, same=False):
        """Writes the boot image and returns its path. same: of the same files the
        same bytes, whenever that is."""
        root = os.path.join(self.dir, "iso")
        boot = os.path.join(root, "boot")
        os.makedirs(os.path.join(boot, "grub"))
        if self.modules.get("initramfs", "") is not None:
            self._initramfs(os.path.join(self.dir, "initramfs"), self.target)
        if self.live:
            os.mkdir(os.path.join(root, "live"))
            link(self.live, os.path.join(root, "live/system.squashfs"))
        config = GRUB_HEAD.format(timeout=self.timeout) + self.grub + "\n" + "".join(self._entries(boot))
        write(os.path.join(boot, "grub/grub.cfg"), config)
        path = path or os.path.join(self.dir, "boot.iso")
        log = os.path.join(BUILD, "logs/iso.log")
        os.makedirs(os.path.dirname(log), exist_ok=True)
        command = ["grub-mkrescue", "-o", path, "--fonts=", "--locales=", "--themes=",
                   "--install-modules=" + GRUB_MODULES + " mmap" * bool(self.grub), root]
        environment = dict(os.environ)
        if same:
            subprocess.run([os.path.join(TOP, "tools/packages.sh"), "faketime"], check=True)
            # GRUB finds the disk by a number that is made of the time.
            command = ["faketime", "-f", SAME_TIME] + command
            environment.update(SOURCE_DATE_EPOCH=EPOCH, TZ="UTC")
        with open(log, "w") as output:
            if subprocess.call(command, stdout=output, stderr=output, env=environment):
                raise SystemExit("making the boot image failed, see " + log)
        return path

    def qemu(self, image=None, more=()):
        """The command that starts this boot, with more arguments; the console is its stdio."""
        args = QEMU + ["-m", self.mem, "-serial", "mon:stdio",
                       "-display", self.window or "none"]
        image = image or self.iso()
        args += shlex.split(STICK.format(shlex.quote(image))) if self.stick else [
            "-cdrom", image, "-boot", "d"]
        if self.cpus > 1:
            args += ["-smp", str(self.cpus)]
        # Who waits for another's lock must not keep the CPU from it.
        if self.by_turns or (self.accel == "tcg" and
                             self._linux_cpus() > (os.cpu_count() or 1)):
            args[args.index("tcg")] = "tcg,thread=single"
        if self.no_reboot:
            args.append("-no-reboot")
        if self.uefi:
            args += ["-bios", OVMF]
        if os.environ.get("QEMU_PLUGIN"):
            args += ["-plugin", os.environ["QEMU_PLUGIN"]]
        args += self._devices() + self.qemu_args + list(more)
        return under_kvm(args) if self.accel == "kvm" else args

    def run(self, timeout, stderr=None):
        """Runs the machine to its end. What the console showed, and QEMU's
        status: None if it did not end in so many seconds. stderr: a file for
        what QEMU says itself."""
        try:
            done = subprocess.run(self.qemu(), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=stderr, timeout=timeout)
            text, status = done.stdout, done.returncode
        except subprocess.TimeoutExpired as late:
            text = (late.stdout or b"") + b"\n(it did not end)"
            status = None
        return text.decode("utf-8", "replace").replace("\r", ""), status

    def _devices(self):
        args = []
        for name, path, slot in (("disk", self.disk, ""), ("files", self.files, FILES_SLOT)):
            # QEMU takes a doubled comma for one.
            args += ["-drive", "if=none,id=%s,format=raw,file=%s" % (name, path.replace(",", ",,")),
                     "-device", "virtio-blk-pci,drive=%s%s" % (name, slot)] if path else []
        if self.share:
            args += ["-virtfs", "local,mount_tag=share,multidevs=remap,"
                     "security_model=none,path=" +
                     self.share.replace(",", ",,")]
        if not self.net:
            return args + ["-net", "none"]
        network = "user,id=net"
        for protocol, host, inside in forwards(self.net):
            network += ",hostfwd=%s:127.0.0.1:%d-:%d" % (
                protocol, host, inside)
        return args + ["-netdev", network,
                       "-device", "virtio-net-pci,netdev=net,romfile="]


def free_port(kind=socket.SOCK_STREAM):
    """A port of this machine's loopback device that nobody uses, for NET=."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def forwards(net):
    """The protocol, this machine's port and Linux's for each pair that a NET=
    names."""
    found = []
    for pair in net.split(",") if net != "1" else []:
        parts = re.fullmatch(r"(?:(tcp|udp):)?(\d+):(\d+)", pair)
        if not parts or not all(0 < int(port) < 65536
                                for port in parts.groups()[1:]):
            raise ValueError(pair)
        protocol, host, inside = parts.groups()
        found.append((protocol or "tcp", int(host), int(inside)))
    return found


def kvm_usable(cpuinfo="/proc/cpuinfo", device="/dev/kvm"):
    """/dev/kvm alone says too little: where the CPU does not show its
    extension, KVM is a software that only runs guests made for it."""
    with open(cpuinfo) as info:
        flags = info.read().split()
    return (("svm" in flags or "vmx" in flags) and
            os.access(device, os.R_OK | os.W_OK))


@functools.lru_cache
def accelerator(wanted, usable=kvm_usable):
    """What runs machines where `wanted' is asked for; says so, once, if that
    is something else."""
    if wanted not in ("tcg", "kvm"):
        raise SystemExit("ACCEL: neither tcg nor kvm: " + wanted)
    if wanted == "kvm" and not usable():
        print("ACCEL: this machine has no KVM with hardware virtualisation; "
              "QEMU's emulation does it instead.", file=sys.stderr, flush=True)
        return "tcg"
    return wanted


def under_kvm(command):
    """The same machine by KVM, on this machine's CPU or the model that was named.
    What counts or records instructions, or takes CPUs by turns, stays in QEMU's emulation."""
    if {"-icount", "-plugin", "tcg,thread=single"} & set(command):
        return command
    at = command.index("tcg")
    return command[:at] + ["kvm", "-cpu", "host"] + command[at + 3:]


def in_roottasks_place(program):
    """The modules of a boot in which this server is what the microkernel starts, and no Linux is."""
    return {"roottask": program, "boot.cfg": None, "vmlinux": None, "initramfs": None}


def server_modules(script, programs=()):
    """The boot modules of the programs that a script names, by their names: of servers/, and these."""
    modules = {}
    words = {word + ".elf" for word in re.findall(r"[\w.-]+", script)}
    for file in sorted(glob.glob(os.path.join(BUILD, "servers/*/*.elf"))) + list(programs):
        if os.path.basename(file) in words:
            stripped = file[:-4] + ".stripped"
            subprocess.run(["strip", "-s", "-o", stripped, file], check=True)
            modules[os.path.basename(file)[:-4]] = stripped
    return modules


def make_files(path):
    """A disk for the file server, if there is none yet."""
    if os.path.exists(path):
        return
    print("FILES: making %s, a file system of 64 MiB" % path, file=sys.stderr, flush=True)
    with open(path, "wb") as image:
        image.truncate(64 << 20)
    subprocess.run(["mke2fs", "-qF", "-t", "ext3", path], check=True, env=SBIN)


def example(name, script=None, disk=None, files=None, programs=(), **arguments):
    """A boot of the servers in examples/NAME, without Linux. disk: a raw
    image, the machine's first IDE disk. files: one for a virtio disk. programs: more of them, paths. Those
    of servers/ are there, too; what the script does not name is left out."""
    folder = os.path.join(TOP, "examples", name)
    if not os.path.isfile(os.path.join(folder, "boot.cfg")):
        raise SystemExit("EXAMPLE: there is no folder examples/%s; there are: %s" % (
            name, " ".join(sorted(
                entry for entry in os.listdir(os.path.join(TOP, "examples"))
                if os.path.isdir(os.path.join(TOP, "examples", entry))))))
    if script is None:
        with open(os.path.join(folder, "boot.cfg")) as file:
            script = file.read()
    built = os.path.join(BUILD, "examples", name)
    modules = server_modules(script, [os.path.join(built, file) for file in sorted(os.listdir(built))] +
                             list(programs))
    modules.update(vmlinux=None, initramfs=None)
    boot = Boot(script=script, modules=modules, **arguments)
    boot.files = files
    if disk:
        boot.qemu_args += ["-drive", "if=ide,index=0,format=raw,file=" +
                           disk.replace(",", ",,")]
    return boot


def cpio(directory):
    """A directory's files as a cpio archive, owned by root."""
    names = subprocess.run(["find", ".", "-mindepth", "1", "-print0"],
                           cwd=directory, stdout=subprocess.PIPE, check=True)
    archive = subprocess.run(["cpio", "--quiet", "-0", "-o", "-H", "newc",
                              "-R", "0:0"], cwd=directory, check=True,
                             input=b"\0".join(sorted(
                                 names.stdout.split(b"\0"))[1:]) + b"\0",
                             stdout=subprocess.PIPE)
    return archive.stdout


def write(path, text):
    with open(path, "w") as out:
        out.write(text)


def link(source, path):
    """A hard link where possible: boot files are replaced, not rewritten.
    Entries of a menu may name the same file."""
    if not os.path.exists(source):
        raise SystemExit("%s is missing" % source)
    if os.path.exists(path):
        return
    try:
        os.link(os.path.realpath(source), path)
    except OSError:
        shutil.copy(source, path)
