# SPDX-License-Identifier: GPL-2.0
# tmpfs: its limits, holes, remount, swapless memory given back.
mkdir m && mount -t tmpfs -o size=8m,nr_inodes=20,mode=700 none m
head -c 20000000 /dev/zero 2>/dev/null >m/big; stat -c %s m/big
df --output=avail m | tail -n 1; rm m/big
for i in $(seq 30); do : >m/$i; done 2>&1 | grep -c 'No space left'
ls m | wc -l; rm m/*
mount -o remount,size=64m m && head -c 30000000 /dev/urandom >m/f && cp m/f m/g && cmp m/f m/g && echo same
fallocate -p -o 4096 -l 8192 m/g && stat -c '%s %b' m/g
setfattr -n user.x -v y m/f 2>/dev/null; getfattr --only-values -n user.x m/f 2>/dev/null
umount m; ls m
#= 8388608
#=     0
#= 11
#= 19
#= same
#= 30000000 58584
