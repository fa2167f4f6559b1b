# SPDX-License-Identifier: GPL-2.0
# The devices, and which driver has which.
lspci -k | sed 's/^[^ ]* //' | grep -v -i 'subsystem\|modules'
#= Host bridge: Intel Corporation 440FX - 82441FX PMC [Natoma] (rev 02)
#= Red Hat, Inc. Qemu virtual machine
#= ISA bridge: Intel Corporation 82371SB PIIX3 ISA [Natoma/Triton II]
#= Red Hat, Inc. Qemu virtual machine
#= IDE interface: Intel Corporation 82371SB PIIX3 IDE [Natoma/Triton II]
#= Red Hat, Inc. Qemu virtual machine
#= driver in use: ata_piix
#= Bridge: Intel Corporation 82371AB/EB/MB PIIX4 ACPI (rev 03)
#= Red Hat, Inc. Qemu virtual machine
#= VGA compatible controller: Device 1234:1111 (rev 02)
#= Red Hat, Inc. Device 1100
#= driver in use: bochs-drm
#= SCSI storage controller: Red Hat, Inc. Virtio block device
#= Red Hat, Inc. Virtio block device
#= driver in use: virtio-pci
#= SCSI storage controller: Red Hat, Inc. Virtio block device
#= Red Hat, Inc. Virtio block device
#= driver in use: virtio-pci
#= SCSI storage controller: Red Hat, Inc. Virtio block device
#= Red Hat, Inc. Virtio block device
#= driver in use: virtio-pci
#= Ethernet controller: Red Hat, Inc. Virtio network device
#= Red Hat, Inc. Virtio network device
#= driver in use: virtio-pci
