# SPDX-License-Identifier: GPL-2.0
# An encrypted disk with XFS, a snapshot of it, and what the disk itself shows.
truncate -s 340M disk; loop=$(losetup -f --show disk) || exit
yes | head -c 128 | tr -d '\n' >key
cryptsetup open -q --type plain --cipher aes-xts-plain64 --key-size 512 --key-file key $loop secret || exit
mkfs.xfs -q /dev/mapper/secret && mkdir m && mount /dev/mapper/secret m || exit
yes 'nobody reads this' | head -c 5000000 >m/text; cp --reflink=always m/text m/copy
sum=$(sha1sum <m/text); sync
grep -c 'nobody reads this' disk
stat -f -c %T m
umount m; dmsetup info -c --noheadings -o name,open secret
cryptsetup close secret
cryptsetup open -q --type plain --cipher aes-xts-plain64 --key-size 512 --key-file key $loop secret || exit
xfs_repair -n /dev/mapper/secret >/dev/null 2>&1; echo $?
size=$(blockdev --getsz /dev/mapper/secret)
truncate -s 32M changes; cow=$(losetup -f --show changes)
dmsetup create origin --table "0 $size snapshot-origin /dev/mapper/secret"
dmsetup create snapshot --table "0 $size snapshot /dev/mapper/secret $cow N 8"
mount /dev/mapper/origin m && echo changed >m/text && umount m
mount -o nouuid,ro,norecovery /dev/mapper/snapshot m && [ "$sum" = "$(sha1sum <m/text)" ] && echo 'the snapshot is as it was'
umount m; mount /dev/mapper/origin m; cat m/text; umount m
dmsetup remove snapshot; dmsetup remove origin; cryptsetup close secret; losetup -d $loop $cow
#= 0
#= xfs
#= secret:0
#= 0
#= the snapshot is as it was
#= changed
