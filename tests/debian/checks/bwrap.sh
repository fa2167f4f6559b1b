# SPDX-License-Identifier: GPL-2.0
# bubblewrap: a container without network and with its own root.
# (tunl0 comes by itself with the module of IP tunnels.)
mkdir rw
bwrap --unshare-all --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib64 /lib64 \
	--symlink usr/lib /lib --proc /proc --dev /dev --tmpfs /tmp --bind rw /rw \
	--uid 1000 --gid 1000 --die-with-parent --new-session --hostname box \
	sh -c 'id -u; hostname; echo /*; touch /usr/x 2>&1; echo to the host >/rw/file
		set -- /proc/[0-9]*; echo $#; ls -1 /sys/class/net 2>&1 | wc -l; grep : /proc/net/dev | grep -vc tunl0'
echo $?
cat rw/file
setpriv --reuid 65534 --regid 65534 --clear-groups \
	bwrap --ro-bind / / --unshare-user --unshare-pid --uid 0 id -u
#= 1000
#= box
#= /bin /dev /lib /lib64 /proc /rw /tmp /usr
#= touch: cannot touch '/usr/x': Read-only file system
#= 2
#= 1
#= 1
#= 0
#= to the host
#= 0
