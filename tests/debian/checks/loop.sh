# SPDX-License-Identifier: GPL-2.0
# A loop device: partitions, ext4 on it, a file in it, fsck.
truncate -s 64M disk
python3 - <<'script'
import struct
with open("disk", "r+b") as disk:
    disk.seek(446)
    for start, size in (2048, 65536), (67584, 63488):
        disk.write(struct.pack("<4B4BII", 0, 0, 0, 0, 0x83, 0, 0, 0, start, size))
    disk.seek(510)
    disk.write(b"\x55\xaa")
script
loop=$(losetup -f -P --show disk) || exit
for i in $(seq 50); do [ -b ${loop}p2 ] && break; sleep 0.1; done
lsblk -n -o SIZE $loop
mkfs.ext4 -q ${loop}p1 && mkdir m && mount ${loop}p1 m || exit
head -c 10000000 /dev/urandom >m/random; sum=$(sha1sum <m/random); sync
umount m; losetup -d $loop
loop=$(losetup -f -P --show disk); mount ${loop}p1 m
[ "$sum" = "$(sha1sum <m/random)" ] && echo same
fallocate -p -o 0 -l 4M m/random; stat -c '%s' m/random; fstrim m
umount m; fsck.ext4 -f -n ${loop}p1 2>&1 | grep -c 'files ('
losetup -d $loop
losetup -a | grep -c /disk
:
#=  64M
#=  32M
#=  31M
#= same
#= 10000000
#= 1
#= 0
