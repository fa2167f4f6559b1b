# SPDX-License-Identifier: GPL-2.0
# Several CPUs: all tell the same number; programs run where they are bound, or where
# a cpuset lets them; events are counted on each; CPUs go and come under load, with
# irqbalance moving interrupts; nobody complains.
n=$(nproc --all) last=$(($(nproc --all) - 1)) said=$(dmesg | wc -l)
numbers="$(nproc) $(grep -c ^processor /proc/cpuinfo) $(lscpu -p=CPU | grep -vc '#') $(ls -d /sys/devices/system/cpu/cpu[0-9]* | wc -l)"
[ "$numbers" = "$n $n $n $n" ] && echo same numbers || echo "$numbers"
lscpu | grep -E '^(On-line CPU|Thread|Core|Socket)' | sed "s/ \+/ /g; s/: 0\([-,]$last\)\?$/: all/; s/: $n$/: all/"
for cpu in $(seq 0 $last); do
	[ "$(taskset -c $cpu cut -d ' ' -f 39 /proc/self/stat)" = $cpu ] || echo not on $cpu
done
systemd-run -q --wait --pipe -p AllowedCPUs=$last sh -c \
	"cut -d ' ' -f 39 /proc/self/stat; grep Cpus_allowed_list /proc/self/status; nproc" |
	sed "1,2s/\b$last\$/last/"
cat >a.py <<'file'
import ctypes, os, struct, subprocess
libc = ctypes.CDLL(None, use_errno=True)
def counter(config, cpu):
    # PERF_TYPE_SOFTWARE, of all processes on the CPU
    attributes = ctypes.create_string_buffer(struct.pack("IIQ", 1, 64, config) + bytes(48))
    fd = libc.syscall(298, attributes, -1, cpu, -1, 0)
    if fd < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return fd
CLOCK, SWITCHES = 0, 3
cpus = sorted(os.sched_getaffinity(0))
counters = [(counter(CLOCK, cpu), counter(SWITCHES, cpu)) for cpu in cpus]
for cpu in cpus:
    subprocess.run(["taskset", "-c", str(cpu), "sh", "-c", "sleep 0.1; sleep 0.1"], check=True)
counted = [all(struct.unpack("Q", os.read(fd, 8))[0] > 2 for fd in pair) for pair in counters]
print("counted on", "all" if all(counted) else counted)
file
python3 a.py
irqbalance --foreground --interval=1 >/dev/null 2>&1 &
balancer=$!
stress-ng --cpu $n --fork 1 --mmap 1 --mmap-bytes 8M --futex 1 --pipe 1 -t 20 >stress 2>&1 &
stress=$!
while kill -0 $stress 2>/dev/null; do
	for cpu in $(seq 1 $last); do
		echo 0 >/sys/devices/system/cpu/cpu$cpu/online || echo does not go
		taskset -c $cpu true 2>/dev/null && echo runs on a CPU that is gone
		echo 1 >/sys/devices/system/cpu/cpu$cpu/online || echo does not come
	done
	sleep 0.2
done
wait $stress; echo "stress-ng: $?"
kill $balancer 2>/dev/null	# where it finds one CPU only it ends by itself
wait $balancer; echo "irqbalance: $?"
nproc --all | sed "s/^$n$/all/"
dmesg | tail -n +$((said + 1)) | grep -E 'WARNING|BUG|Call Trace|INFO: (rcu|task)|lockup' || echo no complaint
#= same numbers
#= On-line CPU(s) list: all
#= Thread(s) per core: 1
#= Core(s) per socket: all
#= Socket(s): 1
#= last
#= Cpus_allowed_list:	last
#= 1
#= counted on all
#= stress-ng: 0
#= irqbalance: 0
#= all
#= no complaint
