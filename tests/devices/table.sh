# SPDX-License-Identifier: GPL-2.0
#
# Runs in Linux, by table.py, which sets lists of what its machine has: disks,
# serials, cards (NAME:NUMBER:PORT each), input; screens, console and sound,
# if these are to be tried, and plugged_disks and plugged_cards that come later. One
# section for each of them. All of a kind work at the same time.

# What is found behind a driver asks for one itself.
load()
{
	for n in 1 2 3; do
		modprobe -a -q $(cat /sys/bus/*/devices/*/modalias | sort -u) 2>/dev/null
		sleep 1
	done
}

# within SECONDS COMMAND: until it is true.
within()
{
	limit=$(($1 * 5))
	shift
	for n in $(seq $limit); do
		"$@" && return
		sleep 0.2
	done
	return 1
}

# The drivers of a device and of what it is connected to, its own first.
drivers()
{
	path=$(readlink -f "$1")
	while [ ${#path} -gt 12 ]; do
		[ ! -e $path/driver ] || basename "$(readlink $path/driver)"
		path=${path%/*}
	done | grep -v -x -E 'sd|sr|usb|hub|pcieport|mmcblk|port|ctrl' | uniq | xargs
}

# Each disk begins with its name.
find_disk()
{
	for found in /sys/block/*; do
		case ${found##*/} in loop*|ram*) continue ;; esac
		[ "$(head -c 64 /dev/${found##*/} 2>/dev/null | head -n 1)" = "disk $1" ] &&
			device=/dev/${found##*/} && return
	done
	return 1
}

no_disk()
{
	! find_disk $1
}

disk()
{
	within 30 find_disk $1 || { echo none; return; }
	drivers /sys/block/${device##*/}
	dd if=$device bs=64k skip=16 count=16 2>/dev/null | sha1sum | cut -d ' ' -f 1
	[ $(cat /sys/block/${device##*/}/ro) = 0 ] || return
	# A CD says only when it is written to that it cannot be.
	dd if=/dev/urandom of=$device bs=64k seek=32 count=16 conv=fsync,notrunc 2>/dev/null || return
	echo 3 >/proc/sys/vm/drop_caches
	dd if=$device bs=64k skip=32 count=16 2>/dev/null | sha1sum | cut -d ' ' -f 1
}

find_card()
{
	address=$(printf 52:54:00:00:01:%02x $1)
	for found in /sys/class/net/*; do
		[ "$(cat $found/address)" = $address ] && device=${found##*/} && return
	done
	return 1
}

no_card()
{
	! find_card $1
}

card()
{
	IFS=: read -r name number port <<-END
		$1
	END
	host=10.0.$number.2
	within 30 find_card $number || { echo none; return; }
	ip addr flush dev $device
	ip link set $device up
	ip addr add 10.0.$number.15/24 dev $device
	within 20 ping -c 1 -W 1 $host >/dev/null 2>&1
	drivers /sys/class/net/$device/device
	ping -c 3 -i 0.2 -W 5 $host | sed -n 's/.* \(.*% packet loss\).*/\1/p'
	timeout 60 nc $host $port </tmp/data | sha1sum | cut -d ' ' -f 1
}

# A line to the other side, and one from there.
serial()
{
	case $1 in
	pci-serial) pattern=ttyS ;;
	usb-serial) pattern=ttyUSB ;;
	esac
	for port in /sys/class/tty/$pattern*; do
		# The others are the PC's own.
		readlink -f $port | grep -q /pci || continue
		drivers $port/device
		exec 3<>/dev/${port##*/}
		stty raw -echo <&3
		echo "by port" >&3
		timeout 10 head -n 1 <&3
		exec 3>&-
	done
}

# at_once KIND FUNCTION ARGUMENT...: the function with each, all at the same
# time; then a section for each, by its name.
at_once()
{
	kind=$1 function=$2
	shift 2
	for argument; do
		$function $argument >/tmp/$kind-${argument%%:*} 2>&1 &
		waited="$waited $!"
	done
	wait $waited
	waited=
	for argument; do
		echo "== $kind-${argument%%:*}"
		cat /tmp/$kind-${argument%%:*}
	done
}

listen()
{
	for event in /sys/class/input/event*; do
		name=$(tr ' /' -- <$event/device/name)
		cat /dev/input/${event##*/} >/tmp/input-$name &
		drivers $event/device >/tmp/drivers-$name
	done
}

heard()
{
	for name in $input; do
		[ -s /tmp/input-$name ] || return 1
	done
}

sound()
{
	for card in /sys/class/sound/card*; do
		number=${card##*card}
		>/tmp/played
		play $number >/tmp/played 2>&1 &
		playing=$!
		within 25 [ -s /tmp/played ]
		echo "== sound-$number"
		echo $(drivers $card/device): $(cat /tmp/played)
		wait $playing
	done
}

# The drivers of a graphics card; virtio's is behind the one of its bus.
graphics()
{
	for part in $1/device/virtio[0-9]*; do
		[ -e $part ] || part=$1/device
		drivers $part
	done
}

screens()
{
	for found in /sys/class/drm/card?; do
		slot=$(readlink -f $found | sed 's/.*0000:00:\(..\)\.0.*/\1/')
		>/tmp/shown
		show ${found##*card} ff8000 20 >/tmp/shown 2>&1 &
		shown=$!
		within 5 [ -s /tmp/shown ]
		sleep 1
		echo "== screen-$slot"
		graphics $found
		cat /tmp/shown
		sleep 1		# the host looks at it
		kill $shown
	done
}

console()
{
	printf '\033[2J\033[H\033[?25l' >/dev/tty1
	sleep 1
	echo "== console-empty"
	graphics /sys/class/drm/card0
	sleep 1
	echo "this can be read on the screen" >/dev/tty1
	sleep 1
	echo "== console-text"
	sleep 1
}

# It is fed each second while COMMAND runs, then not any more.
watchdog_beside()
{
	watchdog -F -T 4 -t 1 /dev/watchdog0 &
	dog=$!
	sleep 6 &
	"$@"
	wait $!
	kill -9 $dog
	echo "== watchdog"
	drivers "$(ls -d /sys/bus/pci/drivers/i6300ESB*/0000:*)"
	sleep 6
}

dmesg -n 1
killall udhcpc 2>/dev/null
load
head -c 1048576 /dev/urandom >/tmp/data
sha1sum </tmp/data >/tmp/sum
[ -z "$console" ] || console
[ -z "$screens" ] || screens
at_once disk disk $disks
at_once serial serial $serials
at_once card card $cards
[ -z "$sound" ] || watchdog_beside sound
if [ "$input" ]; then
	listen
	sleep 1
	echo "== type"
	within 15 heard
	sleep 1
	for name in $input; do
		echo "== input-$name"
		cat /tmp/drivers-$name
		xxd -p -c 24 /tmp/input-$name
	done
fi
if [ "$plugged_disks" ]; then
	echo "== plug"
	load
	at_once disk disk $plugged_disks
	at_once card card $plugged_cards
	echo "== unplug"
	for name in $plugged_disks; do
		within 30 no_disk $name && echo $name
	done
	for name in $plugged_cards; do
		name=${name#*:}
		within 30 no_card ${name%:*} && echo card
	done
fi
echo "== sums"
cut -d ' ' -f 1 /tmp/sum
echo "== interrupts"
cat /proc/interrupts
echo "== messages"
dmesg | grep -E 'WARNING|BUG|Call Trace|cannot be bound|no device memory|not granted'
echo "== end"
