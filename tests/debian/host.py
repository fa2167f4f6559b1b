# SPDX-License-Identifier: GPL-2.0
"""Checks of Debian that need somebody outside: this program. Each is given
the login and returns what is wrong, or None."""

import concurrent.futures
import hashlib
import http.client
import socket
import threading

CHECKS = []
HTTP, UDP = 80, -7000
# TCP ports of Debian that are forwarded; negative: UDP.
PORTS = (HTTP, UDP)

CLIENTS = 8
REQUESTS = 25	# of each client
DATAGRAMS = 200
TIMEOUT = 120

# Debian echoes datagrams, and sends the host as many of its own.
ECHO = """\
import socket, sys
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.bind(('0.0.0.0', 7000))
print('ready', flush=True)
while True:
    data, sender = one.recvfrom(2048)
    if data == b'end':
        break
    one.sendto(data, sender)
"""
SEND = """\
import socket, sys
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.settimeout(20)
back = 0
for number in range(%d):
    data = b'%%d' %% number * 200
    one.sendto(data, ('10.0.2.2', %d))
    try:
        back += one.recv(2048) == data
    except TimeoutError:
        pass
print(back)
"""


def check(function):
    CHECKS.append(function)
    return function


@check
def ssh(debian):
    done = debian.ssh("cat /etc/hostname; tty || :; cat", input=b"sent\n",
                      stdin=None)
    if done.stdout != b"l4debian\nnot a tty\nsent\n":
        return "found %r" % done.stdout
    data = bytes(range(256)) * 8192
    done = debian.ssh("sha1sum", input=data, stdin=None)
    if hashlib.sha1(data).hexdigest().encode() not in done.stdout:
        return "2 MiB by ssh: found %r" % done.stdout
    return None


def fetch(port, wanted):
    """One client's requests; what went wrong. Every second connection is
    kept for the next request."""
    wrong = []
    connection = None
    for number in range(REQUESTS):
        name = sorted(wanted)[number % len(wanted)]
        try:
            connection = connection or http.client.HTTPConnection(
                "127.0.0.1", port, timeout=TIMEOUT)
            connection.request("GET", "/" + name)
            answer = connection.getresponse()
            data = answer.read()
            if (answer.status != 200 or
                    hashlib.md5(data).hexdigest() != wanted[name]):
                wrong.append("%s: status %d, %d bytes" % (
                    name, answer.status, len(data)))
            if number % 2:
                connection.close()
                connection = None
        except (OSError, http.client.HTTPException) as error:
            wrong.append("%s: %r" % (name, error))
            connection = None
    return wrong


@check
def nginx(debian):
    """Files of many sizes to clients at once, while the machine is busy."""
    sums = debian.run(
        "cd /var/www/html && for size in 1 100 4096 65537 1000000; do head "
        "-c $size /dev/urandom >f$size; done; systemctl start nginx; "
        "md5sum f*; cd /root")
    wanted = {name: digest for digest, name in
              (line.split() for line in sums.splitlines())}
    if len(wanted) != 5:
        return "found %r" % sums
    debian.run("sh -c 'stress-ng -q --cpu 1 --vm 1 --vm-bytes 32M -t 600 &'")
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        wrong = sum(pool.map(lambda _: fetch(debian.port[HTTP], wanted),
                             range(CLIENTS)), [])
    debian.run("pkill -INT -o stress-ng")
    served = debian.run("grep -c '\" 200 ' /var/log/nginx/access.log; "
                        "cat /var/log/nginx/error.log; systemctl stop nginx")
    if wrong:
        return "%d of %d wrong: %s" % (
            len(wrong), CLIENTS * REQUESTS, wrong[:3])
    if served != "%d\n" % (CLIENTS * REQUESTS):
        return "served %r" % served
    return None


@check
def udp_to_debian(debian):
    debian.run("cat >echo.py <<'end'\n%send\nsh -c 'python3 echo.py "
               ">echo.out &'; until grep -q ready echo.out; do sleep 0.2; done" % ECHO)
    back = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.settimeout(20)
        one.connect(("127.0.0.1", debian.port[UDP]))
        for number in range(DATAGRAMS):
            data = b"%d" % number * 200
            one.send(data)
            try:
                back += one.recv(2048) == data
            except TimeoutError:
                pass
        one.send(b"end")
    # Datagrams may be lost, but not on this way, unless something is wrong.
    return None if back >= DATAGRAMS - 2 else "%d of %d came back" % (
        back, DATAGRAMS)


@check
def udp_from_debian(debian):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def echo():
            while True:
                data, sender = server.recvfrom(2048)
                if not data:
                    return
                server.sendto(data, sender)

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        back = debian.run("cat >send.py <<'end'\n%send\npython3 send.py" % (
            SEND % (DATAGRAMS, server.getsockname()[1])), timeout=600)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", server.getsockname())
        thread.join(10)
    return None if int(back or 0) >= DATAGRAMS - 2 else \
        "%s of %d came back" % (back.strip(), DATAGRAMS)
