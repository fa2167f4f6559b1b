# SPDX-License-Identifier: GPL-2.0
# overlayfs: upper and lower, whiteouts, copy-up, rename.
mount -t tmpfs none . && cd "$PWD" || exit
mkdir low low2 up work all
seq 1000 >low/a; echo low >low/b; mkdir low/d; echo x >low/d/x; echo second >low2/c; echo hidden >low2/b
mount -t overlay overlay -o lowerdir=low:low2,upperdir=up,workdir=work all || exit
echo more >>all/a; rm all/b; mv all/c all/e; rm -r all/d; mkdir all/d; echo y >all/d/y
ls -1 all all/d
wc -l <all/a; wc -l <low/a; cat all/e low/b low2/c
stat -c '%F %t %T' up/b
exec 3<all/a; echo x >>all/a; wc -l <&3; exec 3<&-
umount all && ls up low
#= all:
#= a
#= d
#= e
#= 
#= all/d:
#= y
#= 1001
#= 1000
#= second
#= low
#= second
#= character special file 0 0
#= 1002
#= low:
#= a
#= b
#= d
#= 
#= up:
#= a
#= b
#= c
#= d
#= e
