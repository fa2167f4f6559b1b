# SPDX-License-Identifier: GPL-2.0
"""Lines of QEMU's, a device each: what table.py gives its machines, and what
docs/devices.md names. {} is the line's own name: of a drive, a network, a sound
file or a line of characters that it is connected to."""

# Of each machine. Linux has PCI Express's own way of hot plug, not ACPI's.
MACHINE = ("-machine q35 -global "
           "ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off")

# Each has a disk.
DISKS = {
    "virtio-blk": "-device virtio-blk-pci,drive={}",
    "virtio-scsi": "-device virtio-scsi-pci,id=vs "
                   "-device scsi-hd,bus=vs.0,drive={}",
    "nvme": "-device nvme,serial=1,drive={}",
    "ahci": "-device ahci,id=sata -device ide-hd,bus=sata.0,drive={}",
    "ide-cd": "-device ide-cd,bus=sata.1,drive={}",
    "sd-card": "-device sdhci-pci -device sd-card,drive={}",
    "megasas": "-device megasas,id=mega "
               "-device scsi-hd,bus=mega.0,drive={}",
    "megasas-gen2": "-device megasas-gen2,id=mega2 "
                    "-device scsi-hd,bus=mega2.0,drive={}",
    "pvscsi": "-device pvscsi,id=pv -device scsi-hd,bus=pv.0,drive={}",
    "lsi53c895a": "-device lsi53c895a,id=lsi "
                  "-device scsi-hd,bus=lsi.0,drive={}",
    "am53c974": "-device am53c974,id=am -device scsi-hd,bus=am.0,drive={}",
}
READ_ONLY = {"ide-cd"}

# Disks, too, by USB of each age.
USB_DISKS = {
    "usb-hub": "-device qemu-xhci,id=xhci "
               "-device usb-hub,bus=xhci.0,port=1 "
               "-device usb-storage,bus=xhci.0,port=1.1,drive={}",
    "usb-uas": "-device usb-uas,id=uas,bus=xhci.0,port=2 "
               "-device scsi-hd,bus=uas.0,drive={}",
    "nec-xhci": "-device nec-usb-xhci,id=nec "
                "-device usb-storage,bus=nec.0,drive={}",
    "ehci": "-device usb-ehci,id=ehci "
            "-device usb-storage,bus=ehci.0,drive={}",
    "ohci": "-device pci-ohci,id=ohci "
            "-device usb-storage,bus=ohci.0,drive={}",
    "uhci": "-device piix3-usb-uhci,id=uhci "
            "-device usb-storage,bus=uhci.0,drive={}",
}

# A line of characters each.
SERIAL = {
    "pci-serial": "-device pci-serial,chardev={}",
    "usb-serial": "-device usb-serial,bus=xhci.0,port=3,chardev={}",
}

# Where the next ones are put, and taken away again, while Linux runs: the
# driver and its properties for QEMU's monitor.
SLOTS = ("-device pcie-root-port,id=slot1,chassis=1 "
         "-device pcie-root-port,id=slot2,chassis=2 "
         "-device pcie-root-port,id=slot3,chassis=3")
PLUGGED_DISKS = {
    "plug-nvme": "nvme,bus=slot1,serial=2,drive={}",
    "plug-virtio-blk": "virtio-blk-pci,bus=slot2,drive={}",
    "plug-usb-storage": "usb-storage,bus=xhci.0,port=4,drive={}",
}
PLUGGED_CARDS = {"plug-e1000e": "e1000e,bus=slot3,netdev={},romfile="}

CARDS = {name: "-device %s,netdev={}" % name for name in (
    "virtio-net-pci", "e1000", "e1000-82545em", "e1000e", "rtl8139",
    "pcnet", "ne2k_pci", "tulip", "i82557b", "i82801", "vmxnet3")}
CARDS["usb-net"] = ("-device qemu-xhci,id=xhci "
                    "-device usb-net,bus=xhci.0,netdev={}")

# The only screen of a machine: Linux's console is on it.
CONSOLES = {name: "-vga " + name for name in (
    "std", "virtio", "qxl", "cirrus")}

# Several of one machine. By the number of their place on the bus Linux and
# this side agree which one is meant.
SCREENS = {
    "secondary-vga": "-device secondary-vga,id={},addr=0x11",
    "bochs-display": "-device bochs-display,id={},addr=0x12",
    "qxl-second": "-device qxl,id={},addr=0x13",
    "virtio-gpu-pci": "-device virtio-gpu-pci,id={},addr=0x14",
}
# Natively, too.
KNOWN = {"secondary-vga": "black"}

# Each belongs to one of the screens, by which the monitor names it, but for
# the mouse that has all that is nobody's.
INPUT = {
    "usb-kbd": ("-device qemu-xhci,id=xhci -device usb-hub,bus=xhci.0,port=1 "
                "-device usb-kbd,bus=xhci.0,port=1.1,display=secondary-vga",
                "secondary-vga", "QEMU-QEMU-USB-Keyboard"),
    "usb-mouse": ("-device usb-mouse,bus=xhci.0,port=1.2",
                  None, "QEMU-QEMU-USB-Mouse"),
    "usb-tablet": ("-device usb-tablet,bus=xhci.0,port=2,"
                   "display=bochs-display",
                   "bochs-display", "QEMU-QEMU-USB-Tablet"),
    "virtio-keyboard": ("-device virtio-keyboard-pci,display=virtio-gpu-pci",
                        "virtio-gpu-pci", "QEMU-Virtio-Keyboard"),
    "virtio-mouse": ("-device virtio-mouse-pci,display=qxl-second",
                     "qxl-second", "QEMU-Virtio-Mouse"),
    "virtio-tablet": ("-device virtio-tablet-pci,display=virtio-gpu-pci",
                      "virtio-gpu-pci", "QEMU-Virtio-Tablet"),
}

# The monitor is told when nobody feeds it; the machine goes on.
WATCHDOG = {"i6300esb": "-device i6300esb -action watchdog=none"}

SOUND = {
    "intel-hda": "-device intel-hda -device hda-output,audiodev={}",
    "ich9-intel-hda": "-device ich9-intel-hda "
                      "-device hda-micro,audiodev={}",
    "AC97": "-device AC97,audiodev={}",
    "ES1370": "-device ES1370,audiodev={}",
    "usb-audio": "-device usb-audio,bus=xhci.0,port=3,audiodev={}",
}
