#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Installs the Debian packages that the build and the tests need and that are
# not there yet.  Asks dpkg only, so a second run costs a few milliseconds.
set -eu

packages="gcc libc6-dev make flex bison bc libelf-dev xz-utils cpio rsync e2fsprogs
	kmod patch gdb linux-source-6.12 busybox-static libcmocka-dev
	grub-common grub-pc-bin grub-efi-amd64-bin xorriso mtools
	qemu-system-x86 ovmf python3 python3-pexpect $*"

top=$(cd "$(dirname "$0")/.." && pwd)
log=$top/build/logs/packages.log

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' |
	sed -n 's/^installed //p')
missing=
for p in $packages; do
	echo "$installed" | grep -qxF "$p" || missing="$missing $p"
done
[ -z "$missing" ] && exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "missing packages, and neither root nor sudo:$missing" >&2
		exit 1
	fi
	as_root=sudo
fi
mkdir -p "${log%/*}"
echo "  APT     $(echo $missing | wc -w) packages:$missing"
# Of two that want packages, as suites do that run side by side, one waits.
exec 9>"$log.lock"
flock 9
install_missing()
{
	$as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -q --no-install-recommends $missing
}
if ! install_missing >"$log" 2>&1; then
	# The package lists of a fresh machine are old or absent.
	{ $as_root apt-get update -q && install_missing; } >>"$log" 2>&1 || {
		echo "installing packages failed, see $log" >&2
		tail -n 5 "$log" >&2
		exit 1
	}
fi
