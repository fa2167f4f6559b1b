#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory that is swapped out, to a file and to a disk, on Linux as it has booted.
# A section is what comes after a line "== name"; test.py knows what it must be.
# ROUNDS is how often there is pressure.
C=/sys/fs/cgroup

counter()
{
	sed -n "s/^$1 //p" /proc/vmstat
}

# Runs what its other arguments say; so many pages must have gone to swap, and come back.
swapping()
{
	least=$1; shift
	out=$(counter pswpout); in=$(counter pswpin)
	"$@"; echo "status $?"
	out=$(($(counter pswpout) - out)); in=$(($(counter pswpin) - in))
	[ $out -ge $least ] && [ $in -ge $least ] && echo "out and in" ||
		echo "only $out out, $in in"
	said '(WARNING|BUG|Oops|Bad (page|swap)|bad pte|get_swap_device|I/O error)'
}

# A command in a group with limits: "max=16M swap.max=8M" and the like.
limited()
{
	group=$C/$1; shift
	mkdir -p $group
	for limit in $1; do
		echo ${limit#*=} >$group/memory.${limit%=*}
	done
	shift
	sh -c 'echo $$ >$0/cgroup.procs; exec "$@"' $group "$@"
}

# Tells a group's processes to end, and waits for who started them.
end()
{
	kill $(cat $1/cgroup.procs)
	wait $2; echo "status $?"
}

# Events of the group that happened, or not, and its largest sizes in MiB, rounded up.
events()
{
	for event in "$@"; do
		awk -v event=$event '$1 == event { print event, ($2 > 0 ? "yes" : "no") }' $group/memory.events
	done | tr '\n' ' '
	echo "peak $((($(cat $group/memory.peak) >> 20) + 1)) M"
}

mount -t cgroup2 cgroup2 $C
echo +memory >$C/cgroup.subtree_control

section swapon
mkdir -p /mnt
mount -t ext4 /dev/vda /mnt
dd if=/dev/zero of=/mnt/swap bs=1M count=96 2>/dev/null
chmod 600 /mnt/swap
mkswap /mnt/swap >/dev/null
mkswap /dev/vdb >/dev/null
swapon /mnt/swap && swapon /dev/vdb
awk 'NR > 1 { print $1, $2, $3 }' /proc/swaps

section memory
swapping 10000 limited memory "" swap memory $C/memory

section sharing
swapping 4000 limited sharing "" swap sharing $C/sharing

pressure()
{
	for round in $(seq ${ROUNDS:-1}); do swap pressure $round; done | sort -u
}

section pressure
swapping 10000 pressure

# Limits of groups, while another process keeps what it has. Swap is memory now: if a disk is slow,
# a group has nothing but pages that are on their way there, which counts as nothing.
modprobe brd rd_nr=1 rd_size=65536 && mkswap /dev/ram0 >/dev/null && swap prefer /dev/ram0
limited others "" swap keep 2048 >/tmp/others &
others=$!

section limit
swapping 10000 limited max "max=16M" swap use 10240 3
events max oom_kill
[ $(cat $group/memory.swap.peak) -gt $((20 << 20)) ] && echo swapped

section limit-high
swapping 10000 limited high "high=16M" swap use 10240 3
events high max oom_kill

section limit-both
limited both "max=16M swap.max=8M" swap use 10240 3; echo "status $?"
events max oom_kill
[ $(cat $group/memory.swap.peak) -gt $((7 << 20)) ] && echo swapped
[ $(cat $group/memory.swap.peak) -le $((8 << 20)) ] && echo "as far as allowed"

section limit-no-swap
limited none "max=16M swap.max=0" swap use 10240 3; echo "status $?"
events max oom_kill
cat $group/memory.swap.peak

# The limit comes when the process has more already.
section limit-lowered
limited later "" swap keep 10240 >/tmp/later &
later=$!
until grep -q filled /tmp/later; do sleep 0.1; done
group=$C/later
out=$(counter pswpout)
echo 16M >$group/memory.max
[ $(cat $group/memory.current) -le $((16 << 20)) ] && echo "within it"
[ $(($(counter pswpout) - out)) -gt 5000 ] && echo swapped
sleep 1
end $group $later
cat /tmp/later
events oom_kill | sed 's/ peak.*//'
rmdir $group && echo gone

# Who had no limit has lost nothing meanwhile.
section limit-others
group=$C/others
end $group $others
cat /tmp/others
events max oom_kill

section swapoff
swapoff /dev/ram0 && swapoff /mnt/swap && swapoff /dev/vdb && umount /mnt && grep SwapTotal /proc/meminfo

section afterwards
cat /proc/sys/kernel/tainted
