# SPDX-License-Identifier: GPL-2.0
# Btrfs as RAID 6 on four loop devices: with two of them spoilt nothing is lost.
for i in 1 2 3 4; do
	truncate -s 128M disk$i; loops="$loops $(losetup -f --show disk$i)"
done
set -- $loops
mkfs.btrfs -q -d raid6 -m raid1c3 $loops >/dev/null 2>&1 && mkdir m && mount $1 m || exit
for i in $(seq 8); do head -c 4000000 /dev/urandom >m/random$i; done
btrfs subvolume create m/sub >/dev/null && cp --reflink=always m/random1 m/random1.copy || exit
btrfs subvolume snapshot m m/snapshot >/dev/null
sums=$(cat m/random* | sha1sum); umount m
for i in 3 4; do dd if=/dev/zero of=disk$i bs=1M seek=1 count=100 conv=notrunc status=none; done
mount $1 m && [ "$sums" = "$(cat m/random* | sha1sum)" ] && echo same
btrfs scrub start -B m 2>/dev/null | grep -c 'Uncorrectable:  0\|no errors found\|Unverified:  0'
rm m/random*; ls m/snapshot | wc -l
umount m; btrfs check $1 2>&1 | grep -c 'no error found'
losetup -d $loops
#= same
#= 1
#= 10
#= 1
