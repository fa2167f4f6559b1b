# SPDX-License-Identifier: GPL-2.0
# strace: calls and their results, a child, a fault that it puts in, counts.
strace -o out -e trace=openat,exit_group cat /none
grep -c 'openat(.*"/none", O_RDONLY) *= -1 ENOENT' out
tail -n 1 out
strace -f -o out -e trace=execve sh -c 'true; /bin/true; echo' >/dev/null
sed 's/^[0-9]* *//; s/ 0x[^)]*//; s,/\* [^)]*,,' out | grep -c '^execve(.*= 0'
touch file
strace -o out -e inject=unlink,unlinkat:error=EROFS rm -f file
echo $?
strace -c -o out true
tail -n 1 out | grep -o total
#= cat: /none: No such file or directory
#= 1
#= +++ exited with 1 +++
#= 2
#= rm: cannot remove 'file': Read-only file system
#= 1
#= total
