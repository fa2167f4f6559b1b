# SPDX-License-Identifier: GPL-2.0
# cgroup v2: limits of memory, processes and CPU time hold; freezing and killing.
c=/sys/fs/cgroup/check
mkdir $c && echo '+memory +pids +cpu' >/sys/fs/cgroup/cgroup.subtree_control
inside() { sh -c "echo \$\$ >$c/cgroup.procs; exec $1"; }
echo 40M >$c/memory.max; echo 1 >$c/memory.oom.group 2>/dev/null
inside 'python3 -c "x = bytearray(20 << 20); print(len(x))"'
inside 'python3 -c "x = bytearray(120 << 20); print(len(x))"' 2>/dev/null
echo $?
awk '$1 == "oom_kill" { print ($2 > 0) }' $c/memory.events
echo max >$c/memory.max
echo 5 >$c/pids.max
inside "sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 20 & done'" 2>&1 | grep -c 'Cannot fork'
cat $c/pids.current | awk '{ print ($1 <= 5) }'
echo 1 >$c/cgroup.kill
for i in $(seq 100); do grep -q 'populated 0' $c/cgroup.events && break; sleep 0.1; done
grep populated $c/cgroup.events
echo max >$c/pids.max
echo '20000 100000' >$c/cpu.max
used() { awk '$1 == "usage_usec" { print $2 }' $c/cpu.stat; }
before=$(used)
inside 'timeout 5 sh -c "while :; do :; done"'
used=$(($(used) - before))
echo $((used > 300000 && used < 1600000))
awk '$1 == "nr_throttled" { print ($2 > 10) }' $c/cpu.stat
echo max >$c/cpu.max
(inside 'sleep 100' 2>/dev/null &)
until [ $(cat $c/pids.current) = 1 ]; do sleep 0.1; done
echo 1 >$c/cgroup.freeze
for i in $(seq 100); do grep -q 'frozen 1' $c/cgroup.events && break; sleep 0.1; done
grep frozen $c/cgroup.events
echo 0 >$c/cgroup.freeze; echo 1 >$c/cgroup.kill
for i in $(seq 100); do rmdir $c 2>/dev/null && break; sleep 0.1; done; ls -d $c 2>&1 | grep -c 'No such'
#= 20971520
#= 137
#= 1
#= 1
#= 1
#= populated 0
#= 1
#= 1
#= frozen 1
#= 1
