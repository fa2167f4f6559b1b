#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Packs a Debian that tools/debian.sh has made on a disk of its own into
# build/debian-live.squashfs, once: the system of a boot image that needs no disk. Who made it
# stays behind: neither the machine's ssh keys nor the one that opens it are in it,
# and its ssh server does not start by itself.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build
image=$build/debian-live.img
packed=$build/debian-live.squashfs
log=$build/logs/debian-live-squashfs.log

[ -f "$packed" ] && exit 0
"$top/tools/packages.sh" squashfs-tools
IMAGE=${image##*/} "$top/tools/debian.sh"
root=$(mktemp -d)
trap 'umount "$root" 2>/dev/null; rmdir "$root"' EXIT
mount -o ro,loop "$image" "$root"
echo "  DEBIAN  live system (log: ${log#"$top/"})"
if ! mksquashfs "$root" "$packed.new" -noappend -no-progress -comp gzip -wildcards \
	-e etc/fstab 'etc/ssh/ssh_host_*' root/.ssh 'etc/systemd/system/multi-user.target.wants/ssh.service' \
	-p 'etc/fstab f 644 0 0 echo overlay / overlay defaults 0 0' >"$log" 2>&1; then
	echo "packing the live system failed, see $log" >&2
	exit 1
fi
mv "$packed.new" "$packed"
