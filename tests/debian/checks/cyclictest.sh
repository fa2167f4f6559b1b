# SPDX-License-Identifier: GPL-2.0
# cyclictest: high-resolution timers wake a real-time thread. How late depends on
# the machine that emulates this one, so only nonsense is refused.
cyclictest -q -m -t 2 -p 80 -i 2000 -l 1000 >out 2>&1
echo $?
grep -c '^T: [01] .*C: *[0-9]* Min: *[0-9]* Act:' out
awk '/^T: 0/ { sub(/.*C: */, ""); print ($1 == 1000); sub(/.*Avg: */, ""); print ($1 < 2000) }' out
grep -c 'High resolution timers are not' out
awk '/^ *\.resolution:/ { print $2; exit }' /proc/timer_list
#= 0
#= 2
#= 1
#= 1
#= 0
#= 1
