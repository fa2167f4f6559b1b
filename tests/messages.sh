# SPDX-License-Identifier: GPL-2.0
#
# Comes before a guest.sh: sections of what it prints, and the kernel's messages.
D=/sys/kernel/debug
mount -t debugfs debugfs $D
sysctl -q -w kernel.printk_ratelimit=0

section()
{
	dmesg -c >/dev/null
	echo "== $1"
}

# The kernel's messages since the section began that match.
said()
{
	dmesg | sed 's/^<[0-9]*>//; s/^\[[^]]*\] //' | grep -E "$@" | uniq
}
