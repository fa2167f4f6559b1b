# SPDX-License-Identifier: GPL-2.0
#
# Runs in Linux, by test.py, which sets host_port, host_port6, udp_port and
# datagrams: one section for each device.
host=10.0.2.2

pci
echo "== resources"
for device in /sys/bus/pci/devices/*; do
	grep -q ^0x03 $device/class || grep -v '^0x0* 0x0* ' $device/resource
done
# Of a PC's lists what is not the microkernel's; the clock has more natively.
echo "== ioports"
sed -n 's/^ *//; s/^0070-007[17]/0070/
	/ : \(0000:\|virtio\|e1000\|serial\|PCI conf1\|rtc0\)/p' /proc/ioports
echo "== iomem"
# Natively a display's ROM is where the BIOS has copied it to; where Linux
# itself is differs, too.
sed -n 's/^ *//; / : \(0000:\|virtio\|e1000\|bochs\|ahci\)/p' /proc/iomem |
	grep -v ' : 0000:00:02.0'
sed -n 's/.* : Kernel/Kernel/p' /proc/iomem
echo "== block"
ls /sys/class/block | grep -v loop
echo "== net"
ls /sys/class/net
echo "== mounts"
grep /mnt /proc/mounts

disk_content
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
udp echo 7001 &
nc $host $host_port </dev/null
kill %1
echo "== udp"
udp send $host $udp_port $datagrams
echo "== static"
killall udhcpc
ip addr flush dev eth1
ip addr add 10.0.3.77/24 dev eth1
ping -c 2 -W 5 -I eth1 10.0.3.2
echo "== static-addresses"
ip -4 -o addr show dev eth1 | awk '{ print $4 }'

echo "== ipv6-address"
for n in 1 2 3 4 5 6 7 8 9 10; do
	ip -6 addr show dev eth0 scope site 2>/dev/null | grep -v tentative |
		grep -q inet6 && break
	sleep 1
done
ip -6 addr show dev eth0
echo "== ipv6-loopback"
ping -c 2 -W 5 ::1
udp send ::1 7001 $datagrams
echo "== ipv6-link"
ping -c 2 -W 5 fe80::2%eth0
echo "== ipv6-host"
ping -c 5 -W 5 fec0::2
echo "== ipv6-tcp"
[ "$host_port6" = None ] ||
	nc fec0::2 $host_port6 </tmp/data | sha1sum | cut -d ' ' -f 1
kill %2

echo "== 9p"
sha1sum </share/from-host | cut -d ' ' -f 1
cp /share/from-host /share/copied
mkdir /share/folder
mv /share/copied /share/folder/moved
echo "by 9p" >/share/from-linux
rm /share/to-remove
ls -1 /share
umount /share
echo "== rng"
cat /sys/class/misc/hw_random/rng_current
dd if=/dev/hwrng bs=64 count=1 2>/dev/null | wc -c
# Its registers are all in one page: each driver maps that again.
echo "== vga"
for device in /sys/bus/virtio/devices/*; do
	[ $(cat $device/device) = 0x0010 ] && cat $device/vendor $device/status
done
echo "== port"
for port in /dev/vport*; do
	# What comes while nobody has it open is lost.
	exec 3<>$port
	echo "by port" >&3
	head -n 1 <&3
	exec 3>&-
done

echo "== clock"
date +%s
echo "== rtc-name"
cat /sys/class/rtc/rtc0/name | cut -d ' ' -f 1
cat /sys/class/rtc/rtc0/hctosys
echo "== rtc"
hwclock -u >/dev/null && cat /sys/class/rtc/rtc0/since_epoch
echo "== rtc-interrupts"
rtc
echo "== rtc-set"
date -u -s @2000000000 >/dev/null
hwclock -u -w
cat /sys/class/rtc/rtc0/since_epoch
date -u -s @1000000000 >/dev/null
hwclock -u -s
date +%s
echo "== interrupts"
cat /proc/interrupts
echo "== end"
