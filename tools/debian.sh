#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Makes build/debian.img, once: a Debian 12 on an ext4 disk, from the package
# source that this machine's apt uses. EXTRA= names further packages, SIZE= the
# size of the disk, IMAGE= another file. Root's password is "l4"; build/debian.key
# opens ssh.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build
image=$build/${IMAGE:-debian.img}
root=${image%.img}.root
log=$build/logs/$(basename "$image" .img).log

[ -f "$image" ] && exit 0
"$top/tools/packages.sh" debootstrap e2fsprogs openssh-client
mkdir -p "$build/logs"
if [ "$(id -u)" != 0 ]; then
	echo "make debian must be run by root: debootstrap changes its root directory" >&2
	exit 1
fi

base="systemd-sysv udev dbus kmod netbase iproute2 iputils-ping procps"
packages="openssh-server ca-certificates psmisc less nano file e2fsprogs pciutils
	gcc g++ libc6-dev make python3 perl git sqlite3 strace gdb libpam-systemd
	nginx-light nftables bubblewrap stress-ng irqbalance rt-tests fuse3 curl libcap2-bin
	ethtool btrfs-progs cryptsetup-bin dmsetup mdadm xfsprogs ${EXTRA:-}"

fail()
{
	echo "making the Debian image failed: $1, see $log" >&2
	exit 1
}

inside()
{
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@" >>"$log" 2>&1
}

# What is mounted while packages are set up must not stay when that fails.
trap 'umount "$root/proc" 2>/dev/null || :' EXIT

mirror=$(apt-get indextargets --format '$(REPO_URI)' \
	'Created-By: Packages' 'Codename: bookworm' | head -n 1)
[ -n "$mirror" ] || fail "apt knows no source of Debian 12"

echo "  DEBIAN  base system (log: ${log#"$top/"})"
rm -rf "$root"
debootstrap --variant=minbase --include="$(echo $base | tr ' ' ,)" bookworm \
	"$root" "$mirror" >"$log" 2>&1 || fail "debootstrap"

echo "  DEBIAN  packages"
mount -t proc proc "$root/proc"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
inside apt-get update || fail "apt-get update"
inside apt-get install -y --no-install-recommends $packages || fail "installing packages"
rm "$root/usr/sbin/policy-rc.d"
umount "$root/proc"

echo "  DEBIAN  settings"
echo l4debian >"$root/etc/hostname"
printf '127.0.0.1 localhost l4debian\n::1 localhost\n' >"$root/etc/hosts"
echo "/dev/vda / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"
# The name server of QEMU's user network.
echo "nameserver 10.0.2.3" >"$root/etc/resolv.conf"
cat >"$root/etc/systemd/network/wired.network" <<-end
	[Match]
	Name=en* eth*

	[Network]
	DHCP=yes
end
# The folder that SHARE= names, if there is one.
cat >"$root/etc/systemd/system/share.mount" <<-end
	[Unit]
	ConditionPathExistsGlob=/sys/bus/virtio/drivers/9pnet_virtio/virtio*

	[Mount]
	What=share
	Where=/share
	Type=9p
	Options=trans=virtio,version=9p2000.L

	[Install]
	WantedBy=local-fs.target
end
mkdir -p "$root/root/.ssh"
[ -f "$build/debian.key" ] || ssh-keygen -q -t ed25519 -N '' -C '' -f "$build/debian.key"
cp "$build/debian.key.pub" "$root/root/.ssh/authorized_keys"
chmod 700 "$root/root/.ssh"
inside systemctl enable systemd-networkd ssh share.mount || fail "enabling services"
inside systemctl disable nginx || fail "disabling nginx"
echo root:l4 | chroot "$root" chpasswd

echo "  DEBIAN  disk"
truncate -s "${SIZE:-3G}" "$image.new"
mkfs.ext4 -q -F -L debian -d "$root" "$image.new" >>"$log" 2>&1 || fail "mkfs.ext4"
rm -rf "$root"
mv "$image.new" "$image"
