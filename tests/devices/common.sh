# SPDX-License-Identifier: GPL-2.0
#
# Comes before guest.sh and pc.sh: sections that both print.

pci()
{
	echo "== pci"
	for device in /sys/bus/pci/devices/*; do
		driver=$(readlink $device/driver)
		echo "${device##*/} $(cat $device/vendor $device/device $device/class |
			tr '\n' ' ')${driver##*/}"
	done
}

# The disk on /mnt, with what the host has written there.
disk_content()
{
	echo "== disk-read"
	sha1sum </mnt/from-host | cut -d ' ' -f 1
	echo "== disk-written"
	dd if=/dev/urandom of=/mnt/written bs=64k count=64 2>/dev/null
	sync
	echo 3 >/proc/sys/vm/drop_caches
	sha1sum </mnt/written | cut -d ' ' -f 1
	rm /mnt/to-remove
	umount /mnt
}
