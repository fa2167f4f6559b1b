#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Makes build/initramfs.cpio.gz from rootfs/ and Debian's unmodified static
# busybox.  Needs no root: device nodes and owners come from Linux's own
# gen_init_cpio.  The same input gives the same bytes.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build
out=$build/initramfs.cpio.gz
list=$build/rootfs.list
gen=$build/gen_init_cpio
source=$build/linux-src/usr/gen_init_cpio.c

# dpkg may have moved the path into /usr.
busybox=$(dpkg -L busybox-static | grep -m 1 -x '\(/usr\)\?/bin/busybox')

[ "$gen" -nt "$source" ] || gcc -O2 -o "$gen" "$source"
{
	for dir in bin dev etc proc root run run.d sbin sys tmp usr \
		usr/bin usr/sbin var mnt etc/acpi etc/acpi/PWRF; do
		echo "dir /$dir 755 0 0"
	done
	echo "nod /dev/console 600 0 0 c 5 1"
	echo "nod /dev/null 666 0 0 c 1 3"
	echo "file /init $top/rootfs/init 755 0 0"
	echo "file /sbin/dhcp-event $top/rootfs/dhcp-event 755 0 0"
	echo "file /sbin/session $top/rootfs/session 755 0 0"
	echo "file /etc/acpi/PWRF/00000080 $top/rootfs/power-button 755 0 0"
	echo "file /bin/l4report $top/rootfs/l4report 755 0 0"
	for file in "$top"/rootfs/etc/*; do
		echo "file /etc/${file##*/} $file 644 0 0"
	done
	echo "file /bin/busybox $busybox 755 0 0"
	"$busybox" --list-full | grep / | grep -vx bin/busybox |
		sed 's,.*,slink /& /bin/busybox 777 0 0,'
} >"$list"
"$gen" -t 0 "$list" | gzip -9n >"$out.new"
mv "$out.new" "$out"
