# SPDX-License-Identifier: GPL-2.0
#
# Runs in Linux, by test.py, which sets host_port: one section for each device.
host=10.0.2.2

echo "== pci"
for device in /sys/bus/pci/devices/*; do
	driver=$(readlink $device/driver)
	echo "${device##*/} $(cat $device/vendor $device/device $device/class |
		tr '\n' ' ')${driver##*/}"
done
echo "== resources"
for device in /sys/bus/pci/devices/*; do
	# Natively a display's ROM is where the BIOS has copied it to.
	grep -q ^0x03 $device/class || grep -v '^0x0* 0x0* ' $device/resource
done
echo "== block"
ls /sys/class/block | grep -v loop
echo "== net"
ls /sys/class/net
echo "== mounts"
grep /mnt /proc/mounts

echo "== disk-read"
sha1sum </mnt/from-host | cut -d ' ' -f 1
echo "== disk-written"
dd if=/dev/urandom of=/mnt/written bs=64k count=64 2>/dev/null
sync
echo 3 >/proc/sys/vm/drop_caches
sha1sum </mnt/written | cut -d ' ' -f 1
rm /mnt/to-remove
umount /mnt
echo "== second-disk"
sha1sum </dev/vdb | cut -d ' ' -f 1

echo "== address"
ip addr show dev eth0
echo "== ping"
ping -c 2 -W 5 $host
echo "== tcp"
head -c 1048576 /dev/vdb >/tmp/data
nc $host $host_port </tmp/data | sha1sum | cut -d ' ' -f 1
nc -ll -p 7000 -e /bin/cat &
nc $host $host_port </dev/null
kill %1

echo "== 9p"
mkdir /tmp/9p
mount -t 9p -o trans=virtio,version=9p2000.L host /tmp/9p
sha1sum </tmp/9p/from-host | cut -d ' ' -f 1
echo "by 9p" >/tmp/9p/from-linux
umount /tmp/9p
echo "== rng"
cat /sys/class/misc/hw_random/rng_current
dd if=/dev/hwrng bs=64 count=1 2>/dev/null | wc -c
echo "== port"
for port in /dev/vport*; do
	echo "by port" >$port
done
echo "== clock"
date +%s
echo "== interrupts"
cat /proc/interrupts
echo "== end"
