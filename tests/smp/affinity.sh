# SPDX-License-Identifier: GPL-2.0
#
# Interrupts on the CPU that they are sent to: one of a pin, the console's, and one
# of a message, the network's. Then the CPU that has them goes.

# count NAME CPU: how often it has interrupted that CPU
count()
{
	awk -v name="$1" -v column=$(($2 + 2)) '$NF == name { print $column }' /proc/interrupts
}

number()
{
	awk -v name="$1" '$NF == name { sub(":", "", $1); print $1 }' /proc/interrupts
}

use()
{
	case $1 in
	ttyS0)	echo "affinity: some words for the line" >/dev/ttyS0 ;;
	*)	ping -q -c 2 -W 10 10.0.2.2 >/dev/null || echo "affinity: no answer" ;;
	esac
}

# belongs NAME CPU: only there it interrupts
belongs()
{
	before=$(count "$1" "$2")
	use "$1"
	[ "$(cat /proc/irq/$(number "$1")/effective_affinity_list)" = "$2" ] &&
		[ "$(count "$1" "$2")" -gt "$before" ]
}

last=$(($(nproc) - 1))
for name in ttyS0 virtio0-input.0; do
	irq=/proc/irq/$(number $name)
	for cpu in $(seq $last -1 0) $last; do
		echo $cpu >$irq/smp_affinity_list
		use $name		# what was under way before
		belongs $name $cpu && echo "affinity: $name on $cpu"
	done
done
if [ $last -gt 0 ]; then
	echo 0 >/sys/devices/system/cpu/cpu$last/online
	for name in ttyS0 virtio0-input.0; do
		gone=$(cat /proc/irq/$(number $name)/effective_affinity_list)
		[ "$gone" != $last ] && belongs $name "$gone" && echo "affinity: $name elsewhere"
	done
	echo 1 >/sys/devices/system/cpu/cpu$last/online
fi
