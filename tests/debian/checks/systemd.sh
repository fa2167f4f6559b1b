# SPDX-License-Identifier: GPL-2.0
# The machine is up, and no unit has failed. Starting may go on for a while
# after the login.
for i in $(seq 120); do
	state=$(systemctl is-system-running) && break
	[ "$state" = starting ] || break
	sleep 1
done
echo "$state"
systemctl --failed --no-legend --plain
systemctl is-active ssh systemd-networkd systemd-journald dbus
journalctl -q -b -n 1 -o cat >/dev/null
#= running
#= active
#= active
#= active
#= active
