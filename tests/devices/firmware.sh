# SPDX-License-Identifier: GPL-2.0
#
# Runs in Linux, by firmware.py: what firmware's tables tell of the machine, and what
# comes of it.

# The command succeeds, or ten seconds pass.
soon()
{
	for n in $(seq 100); do
		"$@" && break
		sleep 0.1
	done
}

echo "== tables"
(cd /sys/firmware/acpi/tables && sha1sum [A-Z]*[A-Z0-9])
echo "== dmi"
sha1sum </sys/firmware/dmi/tables/DMI
cat /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name /sys/class/dmi/id/board_serial
echo "== acpi-devices"
for device in /sys/bus/acpi/devices/*; do
	driver=$(readlink $device/driver)
	echo "${device##*/} $(cat $device/status 2>/dev/null) ${driver##*/}"
done
echo "== pnp-devices"
# The keyboard's controller has its driver by these natively only, see docs/caveats.md.
for device in /sys/bus/pnp/devices/*; do
	driver=$(readlink $device/driver | grep -v i8042)
	echo "${device##*/} $(cat $device/id) ${driver##*/}"
	cat $device/resources
done
echo "== battery"
sed -n 's/^POWER_SUPPLY_//p' /sys/class/power_supply/BAT0/uevent
echo "== supply"
cat /sys/class/power_supply/ADP0/online
echo "== lid"
cat /proc/acpi/button/lid/LID0/state
echo "== temperature"
grep . /sys/class/thermal/thermal_zone0/type /sys/class/thermal/thermal_zone0/temp \
	/sys/class/thermal/thermal_zone0/trip_point_0_temp
echo "== buttons"
sed -n 's/^N: //p' /proc/bus/input/devices | grep -i -e button -e lid | sort

pci
echo "== config"
# The whole of it, but for what changes by itself: the devices' states.
for device in /sys/bus/pci/devices/*; do
	echo "${device##*/} $(cat $device/irq) $(wc -c <$device/config) $(dd if=$device/config bs=256 skip=1 2>/dev/null | sha1sum)"
done
echo "== interrupts"
cat /proc/interrupts

# A TPM's numbers: the command of TPM 2.0 that asks for 16 bytes, and its answer's head and size.
echo "== tpm"
cat /sys/class/tpm/tpm0/tpm_version_major
exec 3<>/dev/tpm0
printf '\200\001\0\0\0\014\0\0\001\173\0\020' >&3
head -c 28 <&3 | head -c 12 | xxd -p
exec 3>&-

# A disk whose controller reaches the first 4 GiB only, into memory that is mostly above.
echo "== bounced"
mount -t debugfs debugfs /sys/kernel/debug
soon [ -b /dev/mmcblk0 ]
sha1sum </dev/mmcblk0
echo written by way of a bounce buffer | dd of=/dev/mmcblk0 bs=512 conv=sync oflag=direct 2>/dev/null
[ $(cat /sys/kernel/debug/swiotlb/io_tlb_used_hiwater) -gt 0 ] && echo bounced

# Who plugs it in waits for that line, and who takes it away for the next one.
echo "== plug"
soon [ -b /dev/vda ]
sha1sum </dev/vda
echo "== unplug"
soon [ ! -b /dev/vda ]
ls /sys/block | grep vd
echo "== problems"
dmesg | grep -i -e 'acpi.*error' -e 'acpi.*warn' -e 'cut here' -e "can't derive" -e 'no GSI'
echo "== button"
sleep 60
echo "nobody has pressed it"
