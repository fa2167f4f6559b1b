#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What Linux's own checks say (CONFIG=debug): first nothing, at start and under
# load; then of mistakes what they are. A section is what comes after a line
# "== name"; test.py knows what it must be.
cd /debug

complaints()
{
	said '(WARNING|BUG|ODEBUG|KASAN|KFENCE): |Call Trace|possible|suspicious|kmemleak: [0-9]'
}

# Of a complaint, what does not depend on addresses, numbers and the other lines.
heads()
{
	said "$@" | sed 's/ (.*//; s/+0x.*//; s/CPU: .*//; s,^sh/[0-9]*,sh,; s/ by task.*//; s,/[^ ]*/,,; s/:[0-9]*!*$//; s/[0-9a-f]\{16\}/ADDRESS/g; s/-0x[0-9a-f]*//' |
		uniq
}

# The messages of the start are still there.
echo "== start"
complaints
said 'testcases passed' | sed 's/ |$//'
said -c 'validator: '
said '^kfence: initialized' | sed 's/ at .*//'
said '^rodata_test: '
said '^Write protecting the kernel read-only data: ' | sed 's/: .*//'

section lockdep
for what in lock-classes 'direct dependencies' 'max locking depth'; do
	[ $(sed -n "s/^ *$what: *\([0-9]*\).*/\1/p" /proc/lockdep_stats) -gt 4 ] && echo "$what"
done
sed -n 's/^ *debug_locks: *//p' /proc/lockdep_stats

section load-processes
for round in 1 2 3; do
	for i in $(seq 20); do (exec true) & done
	wait
done
seq 20000 | sort -n | md5sum
for i in 1 2 3 4; do seq 20000 | gzip | gunzip | md5sum & done | sort -u
wait
timeout 1 sh -c 'while :; do :; done' 2>/dev/null
complaints

section load-files
for i in 1 2 3 4; do
	mkdir /mnt/$i && cp /bin/busybox /debug/* /mnt/$i &
done
wait
sync
cmp /bin/busybox /mnt/4/busybox && mv /mnt/4/busybox /mnt/moved && ln /mnt/moved /mnt/1/linked
rm -r /mnt/[2-4]
echo 3 >/proc/sys/vm/drop_caches
cmp /mnt/1/linked /bin/busybox && umount /mnt && mount /dev/vda /mnt && ls /mnt/1 | wc -l
dd if=/dev/zero of=/tmp/big bs=1M count=64 2>/dev/null && rm /tmp/big
complaints

section load-network
mkfifo /tmp/open
nc -l -p 99 </tmp/open >/tmp/got &
exec 3>/tmp/open
sleep 1
nc 127.0.0.1 99 </bin/busybox
exec 3>&-
wait
cmp /tmp/got /bin/busybox && echo same
ping -c 3 10.0.2.2 | grep -c 'seq='
ifconfig eth0 down && ifconfig eth0 up
complaints

for program in faults fpu threads giveback ports debug perf abi; do
	section load-$program
	$program >/tmp/found; echo "status $?"
	# Some end with 0 whatever they find, but say it.
	[ -s /tmp/found ] || echo silent
	grep 'wrong$' /tmp/found | grep -v ' 0 wrong$'
	complaints
done

section load-afterwards
sed -n 's/^ *debug_locks: *//p' /proc/lockdep_stats
cat /proc/sys/kernel/tainted

section kfence
modprobe kfence_test
said '^ *(not )?ok [0-9]+ test_|^# kfence: |^(not )?ok 1 kfence' | sed 's/^ *//'
rmmod kfence_test
said '(WARNING|BUG): ' | grep -v 'BUG: KFENCE: '

insmod mistake.ko
make()
{
	(echo "$1" >$D/mistake) 2>&1
}

section leak
echo scan >$D/kmemleak; echo clear >$D/kmemleak
make leak
sleep 6; echo scan >$D/kmemleak; sleep 6; echo scan >$D/kmemleak
[ $(grep -c 'unreferenced object .*size 1024' $D/kmemleak) -gt 90 ] && echo many
grep -m 1 -o 'leak+.*mistake' $D/kmemleak | sed 's/+.* / /'

section sleeping
make sleeping
heads 'BUG: |^ sleeping\+'

section sysrq
echo d >/proc/sysrq-trigger
heads 'Showing all locks'

for kind in freed beyond warning count list; do
	section mistake-$kind
	make $kind; echo "status $?"
	heads 'WARNING: |BUG: |list_add|RIP: 0010|refcount_t:|(allocated|freed) by|^ (freed|beyond|count|list)\+'
done

# Ends the checks of locks: after the first mistake they look for no others.
section order
make order
heads 'WARNING: |DEADLOCK|is trying|already holding|lock\('
sed -n 's/^ *debug_locks: *//p' /proc/lockdep_stats

# These end who makes them.
for kind in bug null text constant module execute; do
	section mistake-$kind
	make $kind; echo "status $?"
	heads -m 2 'BUG|RIP: 0010'
done
section mistake-heap
make heap; echo "status $?"
heads -m 1 'BUG'

section afterwards
echo alive
