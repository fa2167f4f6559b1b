# SPDX-License-Identifier: GPL-2.0
# Namespaces: each kind, and a user who is root inside only.
unshare -p -f --mount-proc sh -c 'echo $$; set -- /proc/[0-9]*; echo $#'
unshare -u sh -c 'hostname inside; hostname'
hostname
unshare -n ip -br link | tr -s ' ' | cut -d ' ' -f 1,2 | grep -v ^tunl0
unshare -m sh -c 'mount -t tmpfs none /mnt; touch /mnt/x; ls /mnt'
ls /mnt
unshare -i sh -c 'ipcmk -Q >/dev/null; ipcs -q | grep -c ^0x'
ipcs -q | grep -c ^0x
setpriv --reuid 65534 --regid 65534 --clear-groups unshare -U -r sh -c 'id -u; cat /proc/self/uid_map; mount -t tmpfs none /mnt; echo $?' 2>/dev/null
unshare -T --boottime 1000000 sh -c 'echo $(($(cut -d. -f1 /proc/uptime) > 1000000))'
unshare -C cat /proc/self/cgroup
ip netns add one && ip link add veth0 type veth peer name veth1 netns one &&
	ip addr add 10.9.9.1/24 dev veth0 && ip link set veth0 up &&
	ip -n one addr add 10.9.9.2/24 dev veth1 && ip -n one link set veth1 up &&
	ip netns exec one ping -q -c 3 -i 0.2 10.9.9.1 | grep -o '3 received'
ip netns del one
#= 1
#= 1
#= inside
#= l4debian
#= lo DOWN
#= x
#= 1
#= 0
#= 0
#=          0      65534          1
#= 32
#= 1
#= 0::/
#= 3 received
