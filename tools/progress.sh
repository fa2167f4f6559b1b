# SPDX-License-Identifier: GPL-2.0
#
# To be sourced: progress LOG COMMAND... runs the command with its output in
# LOG and says every 20 seconds how far a Linux build has come.

progress()
{
	progress_log=$1
	shift
	# It must not outlive an interrupted build, and a shell's background
	# processes do not hear Ctrl-C.
	while sleep 20 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
		echo "          $(grep -c '^  CC' "$progress_log") files compiled"
	done &
	progress_pid=$!
	progress_status=0
	"$@" >"$progress_log" 2>&1 || progress_status=$?
	kill $progress_pid 2>/dev/null
	return $progress_status
}
