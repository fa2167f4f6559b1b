# SPDX-License-Identifier: GPL-2.0
"""Steps that need more than one line: keys, jobs, clocks, and load.

Each returns the output to compare between kernels and what is wrong, or
None."""

import hashlib
import re
import time

from console import (BACKSPACE, CTRL_BACKSLASH, CTRL_C, CTRL_D, CTRL_Z,
                     ESCAPE, UP)

STEPS = []


def step(function):
    STEPS.append((function.__name__.replace("_", "-"), function))
    return function


def expected(output, wanted):
    if output == wanted:
        return output, None
    return output, "found %r, expected %r" % (output, wanted)


def matching(output, pattern):
    if re.search(pattern, output):
        return "", None
    return None, "found %r" % output


def settle(seconds=0.3):
    """Lets a program that was just typed get as far as reading."""
    time.sleep(seconds)


def type_lines(con, lines):
    """Types all but the last line at the shell's second prompt."""
    for line in lines[:-1]:
        con.line(line)
        con.expect("\n> ")
    return con.sh(lines[-1])


@step
def here_document(con):
    con.sh("x=42")
    return expected(type_lines(con, [
        "cat <<END", "x is $x", "$(echo sub) \\$x", "END"]),
        "x is 42\nsub $x")


@step
def here_document_quoted(con):
    return expected(type_lines(con, [
        "tr a-z A-Z <<'END' | rev", "abc $x", "END"]), "X$ CBA")


@step
def typed_loop(con):
    return expected(type_lines(con, [
        "for i in 1 2", "do", "echo turn $i", "done"]), "turn 1\nturn 2")


@step
def line_editing(con):
    return expected(con.sh("echo wrr" + 2 * BACKSPACE + "ord"), "word")


@step
def history(con):
    con.sh("echo remember me")
    con.send(UP)
    con.expect("remember me")
    con.line("")
    con.expect("\nremember me\r+\n")
    con.prompt()
    return "", None


@step
def completion(con):
    con.sh("mkdir -p comp; echo inside >comp/averylongname")
    con.send("cat comp/aver\t")
    con.expect("longname")
    return expected(con.sh(""), "inside")


@step
def end_of_file(con):
    con.line("cat")
    settle()
    con.line("typed")
    con.expect("typed\ntyped\n".replace("\n", "\r+\n"))
    con.send(CTRL_D)
    con.prompt()
    return expected(con.sh("echo $?"), "0")


@step
def background(con):
    con.sh("sleep 1 &")
    first = con.sh("jobs")
    con.sh("wait")
    second = con.sh("jobs")
    return matching(first + second, r"^\[1\]\+  Running +sleep 1$")


@step
def foreground(con):
    con.sh("sleep 100 &")
    con.line("fg")
    con.expect("sleep 100\r+\n")
    settle()
    con.send(CTRL_C)
    con.prompt()
    return expected(con.sh("echo $?"), "130")


@step
def interrupt_shell_loop(con):
    con.line("while :; do :; done")
    settle()
    con.send(CTRL_C)
    con.prompt()
    return expected(con.sh("echo $?"), "130")


@step
def interrupt_pipeline(con):
    con.line("yes pipeline | cat >/dev/null")
    settle()
    con.send(CTRL_C)
    con.prompt()
    return expected(con.sh("ps -o args | grep '[y]es pipeline'"), "")


@step
def quit_key(con):
    con.line("sleep 100")
    settle()
    con.send(CTRL_BACKSLASH)
    con.prompt()
    return expected(con.sh("echo $?"), "131")


@step
def stop_and_background(con):
    con.line("sleep 100")
    settle()
    con.send(CTRL_Z)
    stopped = con.prompt()
    con.sh("bg")
    running = con.sh("jobs")
    con.line("fg")
    con.expect("sleep 100\r+\n")
    settle()
    con.send(CTRL_C)
    con.prompt()
    gone = con.sh("jobs")
    return matching("|".join([stopped, running, gone]),
                    r"\[1\]\+  Stopped +sleep 100\n\|"
                    r"\[1\]\+  Running +sleep 100\|$")


@step
def stop_and_continue(con):
    con.line("cat >typed")
    settle()
    con.line("before")
    settle()
    con.send(CTRL_Z)
    con.prompt()
    con.line("fg")
    con.expect("cat 1?>typed\r+\n")
    settle()
    con.line("after")
    settle()
    con.send(CTRL_D)
    con.prompt()
    return expected(con.sh("cat typed"), "before\nafter")


@step
def two_jobs(con):
    con.sh("sleep 101 & sleep 102 &")
    con.sh("kill %1; wait %1")
    con.line("fg %2")
    con.expect("sleep 102\r+\n")
    settle()
    con.send(CTRL_C)
    con.prompt()
    return expected(con.sh("jobs"), "")


@step
def background_reads(con):
    con.sh("cat &")
    settle()
    con.sh("")
    output = con.sh("jobs")
    con.sh("kill -9 %1; wait %1")
    con.sh("")
    return matching(output, r"\[1\]\+  Stopped \(tty input\) +cat")


@step
def trap_interrupt(con):
    con.line("sh -c 'trap \"echo trapped\" INT; while :; do sleep 1 || "
             "break; done; echo end'")
    settle(0.5)
    con.send(CTRL_C)
    con.expect("trapped\r+\n")
    output = con.prompt()
    return expected(output, "end\n")


@step
def silent_read(con):
    con.line("stty -echo; read secret; stty echo; echo \"<$secret>\"")
    settle()
    con.line("invisible")
    return expected(con.prompt().split("\n", 1)[1], "<invisible>\n")


@step
def vi_create(con):
    con.line("stty cols 80; vi made; stty cols 400")
    con.expect("made")
    settle()
    con.send("ifirst line\rsecond line\rthird" + ESCAPE)
    settle()
    con.send(":wq\r")
    con.prompt()
    return expected(con.sh("cat made"), "first line\nsecond line\nthird")


@step
def vi_change(con):
    con.line("stty cols 80; vi made; stty cols 400")
    con.expect("third")
    settle()
    for keys in ("dd", "G", "yyp", "k0cwlast" + ESCAPE,
                 ":%s/line/row/g\r", ":x\r"):
        con.send(keys)
        settle()
    con.prompt()
    return expected(con.sh("cat made"), "second row\nlast\nthird")


@step
def pager(con):
    con.line("seq 100 | more")
    con.expect("--More--")
    con.send(" ")
    con.expect("--More--")
    con.send("q")
    output = con.prompt()
    return expected(output.count("50\n"), 0)


@step
def follow(con):
    con.sh("echo line1 >log; (sleep 1; echo line2 >>log) &")
    con.line("tail -f log")
    con.expect("line1\r+\nline2\r+\n")
    con.send(CTRL_C)
    con.prompt()
    return expected(con.sh("jobs"), "")


@step
def other_user(con):
    con.line("su - user")
    con.expect(r"\$ ")
    con.line("id -un; exit")
    output = con.prompt()
    return expected(output.split("\n")[1], "user")


@step
def flood_out(con):
    output = con.sh("seq 20000", timeout=120)
    wanted = "\n".join(str(n) for n in range(1, 20001))
    return expected(hashlib.md5(output.encode()).hexdigest(),
                    hashlib.md5(wanted.encode()).hexdigest())


@step
def flood_in(con):
    lines = "".join("%03d %s\n" % (n, "x" * 60) for n in range(150))
    con.line("stty -echo; cat >flood; stty echo")
    settle()
    con.send(lines)
    con.send(CTRL_D)
    con.prompt()
    return expected(con.sh("md5sum <flood"),
                    hashlib.md5(lines.encode()).hexdigest() + "  -")


@step
def sort_large(con):
    con.sh("awk 'BEGIN { for (i = 0; i < 160000; i++) "
           "printf \"%064d\\n\", i * 7919 % 160001 }' >large", timeout=120)
    con.sh("sort large >sorted", timeout=120)
    output = con.sh("stat -c %s large sorted; sort -c sorted; "
                    "sed -n '1p;$p' sorted; md5sum <sorted", timeout=120)
    con.sh("rm large sorted")
    wanted = sorted("%064d" % (i * 7919 % 160001) for i in range(160000))
    text = "\n".join(wanted) + "\n"
    return expected(output, "%d\n%d\n%s\n%s\n%s  -" % (
        len(text), len(text), wanted[0], wanted[-1],
        hashlib.md5(text.encode()).hexdigest()))


@step
def many_processes(con):
    """200 at once, all alive at the same moment."""
    con.line("sh -c 'n=0; while [ $n -lt 200 ]; do sleep 60 & n=$((n+1)); "
             "done; ps -o args | grep -c \"^sleep 60\"; kill $(jobs -p); "
             "wait; ps -o args | grep -c \"^sleep 60\"' 2>/dev/null")
    return expected(con.prompt(120).partition("\n")[2], "200\n0\n")


@step
def many_forks(con):
    return expected(con.sh("n=0; while [ $n -lt 500 ]; do (exit 3); "
                           "n=$((n + $? - 2)); done; echo $n", timeout=120),
                    "500")


@step
def fork_bomb(con):
    """A limit of 40 processes holds; nothing is left behind."""
    # Who sleeps stays until it is killed, so that a busy host's stalls thin nothing out.
    con.sh("echo 'ulimit -u 40; f() { f | f & sleep 600; }; f' >bomb")
    con.sh("su user -c 'sh bomb' 2>refused & sleep 1")
    # Its top lasts too short a time to be sure to be seen: what fork said tells that it came there.
    highest = int(con.sh("most=0; for i in $(seq 300); do "
                         "n=$(ls -ld /proc/[0-9]* 2>/dev/null | grep -c ' user '); "
                         "[ $n -gt $most ] && most=$n; [ $i -gt 20 ] && [ -s refused ] && break; "
                         "done; echo $most", 120))
    # init takes the dead away once a second.
    con.sh("n=0; while ls -ld /proc/[0-9]* | grep -q ' user ' && [ $n -lt 100 ]; do "
           "su user -c 'kill -9 -1' 2>/dev/null; n=$((n+1)); sleep 0.1; done; wait", 120)
    con.sh("")
    left = con.sh("ls -ld /proc/[0-9]* | grep -c ' user '")
    refused = con.sh("grep -q 'can.t fork: Resource temporarily unavailable' refused; echo $?; "
                     "rm bomb refused")
    if highest > 41:
        return None, "%d processes under a limit of 40" % highest
    return expected(refused + " " + left, "0 0")


@step
def out_of_memory(con):
    """The kernel ends the one program that eats all; the shell goes on."""
    output = con.sh("tail /dev/zero; echo $?", timeout=120)
    # The kernel's own message on the console differs in its numbers.
    output = re.sub(r"^\[.*\n", "", output)
    killed = con.sh("dmesg | grep -c 'Out of memory: Killed process .*tail'")
    return expected(output + "|" + killed, "Killed\n137|1")


@step
def after_out_of_memory(con):
    return expected(con.sh("seq 1000 | sort -n | tail -n 1; "
                           "awk '/MemAvail/ { print ($2 > 300000) }' "
                           "/proc/meminfo"), "1000\n1")


@step
def clocks(con):
    """Sleep, date and uptime run as fast as the host's clock: 5 %."""
    con.line("cut -d' ' -f1 /proc/uptime; date +%s; sleep 20; date +%s; "
             "cut -d' ' -f1 /proc/uptime; echo ended")
    con.expect(r"\d+\.\d+\r+\n\d+\r+\n")
    start = time.monotonic()
    first = con.child.after.split()
    con.expect(r"\d+\r+\n\d+\.\d+\r+\nended\r+\n")
    host = time.monotonic() - start
    second = con.child.after.split()
    con.prompt()
    uptime = float(second[1]) - float(first[0])
    date = int(second[0]) - int(first[1])
    if abs(host - 20) <= 1 and abs(uptime - host) <= 1 and 19 <= date <= 21:
        return "", None
    return None, "20 s of sleep: host %.2f, uptime %.2f, date %d" % (
        host, uptime, date)


@step
def date_of_host(con):
    guest = int(con.sh("date +%s"))
    if abs(guest - time.time()) <= 3:
        return "", None
    return None, "the guest's date is %d s off" % (guest - time.time())


@step
def sysrq_by_break(con):
    """The serial line's break, then a letter."""
    con.send("\x01b")		# for QEMU's console: Ctrl-A B
    con.send("h")
    con.expect("sysrq: HELP.*loglevel[^\n]*\n")
    con.line("")
    con.prompt()
    return expected(con.sh("dmesg | grep -c 'sysrq: HELP'"), "1")


@step
def power_off(con):
    con.line("poweroff")
    if con.ends():
        return "", None
    return None, "QEMU ended with status %s" % con.child.exitstatus
