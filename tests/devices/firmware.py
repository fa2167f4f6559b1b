# SPDX-License-Identifier: GPL-2.0
"""What firmware's tables tell of a PC: where interrupt lines arrive, batteries and
temperatures, names of parts, slots, the power button. With more memory than some
devices reach."""

import os
import re
import subprocess
import time

import machine
import peer
from monitor import Monitor, follow, listens_at, start
from peer import DATA

HERE = os.path.dirname(os.path.abspath(__file__))
TIMEOUT = 300
SD_CARD = 8 << 20
UUID = "77777777-7777-7777-7777-777777777777"

BATTERY = """\
NAME=BAT0
TYPE=Battery
STATUS=Discharging
PRESENT=1
TECHNOLOGY=Li-ion
CYCLE_COUNT=0
VOLTAGE_MIN_DESIGN=12000000
VOLTAGE_NOW=11520000
CURRENT_NOW=700000
CHARGE_FULL_DESIGN=32902000
CHARGE_FULL=23400000
CHARGE_NOW=3210000
CAPACITY=13
CAPACITY_LEVEL=Normal
MODEL_NAME=L4-9
MANUFACTURER=tests
SERIAL_NUMBER=77"""


class Person:
    """Puts a disk into a slot, takes it away, presses the power button."""

    def __init__(self, monitor):
        self.monitor = monitor

    def at(self, mark):
        if mark == "plug":
            self.monitor.call("device_add", driver="virtio-blk-pci", bus="slot1", drive="plugged", id="plugged")
        elif mark == "unplug":
            self.monitor.call("device_del", id="plugged")
        elif mark == "button":
            self.monitor.call("system_powerdown")


def make_files(directory):
    subprocess.run([os.path.join(machine.TOP, "tools/packages.sh"), "acpica-tools", "swtpm"], check=True)
    subprocess.run(["iasl", "-p", directory + "/parts", os.path.join(HERE, "parts.asl")], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(directory + "/card.img", "wb") as file:
        file.write(DATA.ljust(SD_CARD, b"\0"))
    with open(directory + "/plugged.img", "wb") as file:
        file.write(DATA)


def start_tpm(directory):
    """A program that is one, until QEMU lets go of it."""
    os.mkdir(directory + "/tpm")
    return subprocess.Popen(["swtpm", "socket", "--tpm2", "--tpmstate", "dir=%s/tpm" % directory, "--terminate",
                             "--ctrl", "type=unixio,path=%s/tpm.socket" % directory],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(path):
    for _ in range(100):
        if os.path.exists(path):
            return
        time.sleep(0.1)
    raise SystemExit("there is no " + path)


def run(target, directory):
    """One boot: the console's text, and QEMU's status."""
    control = directory + "/qmp"
    arguments = " ".join([
        "-machine q35",
        "-acpitable file=%s/parts.aml" % directory,
        "-smbios type=1,manufacturer=L4,product=firmware",
        "-smbios type=2,serial=77",
        "-device virtio-rng-pci",
        "-device pcie-root-port,id=slot1,chassis=1",
        "-device pcie-root-port,id=behind,chassis=2 -device e1000e,bus=behind,romfile=",
        "-drive if=none,id=card,format=raw,file=%s/card.img" % directory,
        "-device sdhci-pci -device sd-card,drive=card",
        "-drive if=none,id=plugged,format=raw,file=%s/plugged.img" % directory,
        "-chardev socket,id=tpm,path=%s/tpm.socket -tpmdev emulator,id=tpm,chardev=tpm" % directory,
        "-device tpm-tis,tpmdev=tpm",
        listens_at(control)])
    with machine.Boot(target=target, command=peer.script("firmware.sh"), config="debian", mem="6G",
                      cmdline="pci=nomsi", kernel_args=machine.EXIT_PORT, qemu_args=arguments) as boot:
        wait_for(directory + "/tpm.socket")
        with start(boot.qemu(), TIMEOUT) as process:
            text = follow(process, Person(Monitor(control)))
            status = process.wait()
    return text, status


def check(suite, directory, found):
    suite.same("battery", found.get("battery"), BATTERY)
    suite.same("power supply", found.get("supply"), "0")
    suite.same("lid", found.get("lid"), "state:      open")
    suite.same("temperature", [line.rpartition(":")[2] for line in found.get("temperature", "").splitlines()],
               ["acpitz", "40000", "100000"])
    suite.same("buttons", found.get("buttons"), 'Name="Lid Switch"\nName="Power Button"')
    suite.same("names of the parts", found.get("dmi", "").splitlines()[1:], ["L4", "firmware", "77"])
    suite.same("tpm", found.get("tpm"), "2\n80010000001c000000000010")
    card = DATA.ljust(SD_CARD, b"\0")
    suite.same("disk by way of a bounce buffer", found.get("bounced", "").split(),
               [peer.sha1(card), "-", "bounced"])
    with open(directory + "/card.img", "rb") as file:
        suite.check("and written", file.read(8) == b"written ", "it is not")
    suite.same("a disk put into a slot", found.get("plug"), peer.sha1(DATA) + "  -")
    suite.same("and taken away", found.get("unplug"), "")
    suite.same("problems", found.get("problems"), "")


def check_uefi(suite, target):
    """The names of the parts where UEFI tells of them."""
    with machine.Boot(target=target, command="sha1sum </sys/firmware/dmi/tables/DMI\n"
                      "cat /sys/class/dmi/id/product_name", uefi=True, kernel_args=machine.EXIT_PORT,
                      qemu_args="-machine q35 -smbios type=1,product=uefi,uuid=%s" % UUID) as boot:
        text, _ = boot.run(TIMEOUT)
    print(text, file=suite.log, flush=True)
    found = re.search(r"^([0-9a-f]{40})  -\nuefi$", text, re.M)
    suite.check("names of the parts by UEFI", found, text[-300:])
    return found and found.group(1)


def run_devices(suite, target, directory, sections, check_end):
    make_files(directory)
    with start_tpm(directory) as tpm:
        try:
            text, status = run(target, directory)
        finally:
            tpm.terminate()
    print(text, file=suite.log, flush=True)
    check_end(suite, status)
    suite.check("by the power button", "nobody has pressed it" not in text and "== button\n" in text, text[-300:])
    found = sections(text + "== end\n")
    check(suite, directory, found)
    found["parts by UEFI"] = check_uefi(suite, target)
    return found
