# SPDX-License-Identifier: GPL-2.0
# RAID 5 and 6 by md: a disk fails, another one takes its place.
for level in 5 6; do
	rm -f disk*; loops=
	for i in 1 2 3 4 5; do
		truncate -s 32M disk$i; loops="$loops $(losetup -f --show disk$i)"
	done
	set -- $loops
	mdadm -q --create /dev/md$level --run --level=$level --raid-devices=4 $1 $2 $3 $4 2>/dev/null || exit
	mkfs.ext4 -q /dev/md$level && mkdir -p m && mount /dev/md$level m || exit
	head -c 20000000 /dev/urandom >m/random; sum=$(sha1sum <m/random); sync
	mdadm -q /dev/md$level --fail $2 --remove $2 2>/dev/null
	echo 3 >/proc/sys/vm/drop_caches
	[ "$sum" = "$(sha1sum <m/random)" ] && echo "level $level: the same without a disk"
	mdadm -q /dev/md$level --add $5 2>/dev/null
	for i in $(seq 300); do
		active=$(mdadm --detail /dev/md$level | grep -c 'active sync')
		[ $active = 4 ] && break; sleep 0.1
	done
	echo "level $level: $active disks"
	echo 3 >/proc/sys/vm/drop_caches
	[ "$sum" = "$(sha1sum <m/random)" ] && echo "level $level: the same with a new one"
	umount m; mdadm -q --stop /dev/md$level; losetup -d $loops
done
#= level 5: the same without a disk
#= level 5: 4 disks
#= level 5: the same with a new one
#= level 6: the same without a disk
#= level 6: 4 disks
#= level 6: the same with a new one
