# SPDX-License-Identifier: GPL-2.0
#
# Runs in Linux, by pc.py, which sets host_port and screen: devices for which
# the small Linux has no drivers.
# The disk at the controller's first or second port: their names may be swapped.
disk()
{
	for name in /sys/block/sd*; do
		readlink $name | grep -q "/ata$1/" && echo /dev/${name##*/}
	done
}

pci
echo "== ioports"
# The keyboard's are one range here and two natively, see docs/caveats.md.
sed -n 's/^ *//; / : \(0000:\|serial\|PCI conf1\|e1000e\|ahci\)/p' /proc/ioports
echo "== iomem"
# Natively a display's ROM is where the BIOS has copied it to.
sed -n 's/^ *//; / : \(0000:\|e1000e\|bochs\|ahci\)/p' /proc/iomem |
	grep -v ' : 0000:00:02.0'
mount $(disk 1) /mnt
disk_content

echo "== tcp"
mount -t tmpfs tmpfs /mnt
dd if=$(disk 2) of=/mnt/data bs=64k count=16 2>/dev/null
# This card takes some seconds until it is connected.
for n in $(seq 30); do
	ip route | grep -q default && break
	sleep 1
done
nc 10.0.2.2 $host_port </mnt/data | sha1sum | cut -d ' ' -f 1

if [ "$screen" ]; then
	echo "== input"
	sed -n 's/^N: //p' /proc/bus/input/devices | sort
	echo "== framebuffer"
	cat /sys/class/vtconsole/vtcon1/name
	printf '\033[2J\033[H\033[?25l' >/dev/tty1
	setsid sh -c 'PS1="> " exec sh -i </dev/tty1 >/dev/tty1 2>&1' &
	for event in /sys/class/input/event*; do
		grep -q Mouse $event/device/name || continue
		cat /dev/input/${event##*/} >/tmp/mouse &
	done
	sleep 1
	echo "== ready"
	for n in $(seq 600); do
		[ -s /tmp/typed ] && [ -s /tmp/mouse ] && break
		sleep 0.1
	done
	sleep 1
	echo "== typed"
	cat /tmp/typed
	echo "== mouse"
	xxd -p -c 24 /tmp/mouse
	echo "== seen"
	sleep 1		# the host looks at the screen
fi
echo "== interrupts"
cat /proc/interrupts
echo "== end"
