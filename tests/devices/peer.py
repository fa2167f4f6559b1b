# SPDX-License-Identifier: GPL-2.0
"""The other end of Linux's connections, on this machine's loopback device."""

import hashlib
import os
import socket
import threading
import time

import machine

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.urandom(1 << 20)
DATAGRAMS = 40


def sha1(data):
    return hashlib.sha1(data).hexdigest()


def script(name):
    """What Linux runs: functions for all, and this file."""
    text = ""
    for part in "common.sh", name:
        with open(os.path.join(HERE, part)) as file:
            text += file.read()
    return text


def receive(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(65536)
        if not part:
            break
        data += part
    return data


def exchange(connection):
    """Sends DATA while it receives as much; what came."""
    def send():
        try:
            connection.sendall(DATA)
        except OSError:
            pass
    sender = threading.Thread(target=send)
    sender.start()
    data = receive(connection, len(DATA))
    sender.join()
    return data


class Echo(threading.Thread):
    """Sends back each datagram."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def run(self):
        while True:
            data, sender = self.socket.recvfrom(65536)
            self.socket.sendto(data, sender)


class Server(threading.Thread):
    """Exchanges DATA with one client. Without IPv6 on this machine its server
    has no port."""

    def __init__(self, address="127.0.0.1", family=socket.AF_INET):
        super().__init__(daemon=True)
        self.port = None
        self.received = b""
        try:
            self.server = socket.create_server((address, 0), family=family)
            self.port = self.server.getsockname()[1]
        except OSError:
            pass

    def run(self):
        if not self.port:
            return
        client, _ = self.server.accept()
        with client:
            self.received = exchange(client)


def server6():
    return Server("::1", socket.AF_INET6)


class Host(threading.Thread):
    """The first connection exchanges DATA. The second is kept until DATA came
    back from Linux's echo servers, by the ports that QEMU forwards."""

    def __init__(self):
        super().__init__(daemon=True)
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.received = b""
        self.echoed = False
        self.datagrams = 0
        self.tcp = machine.free_port()
        self.udp = machine.free_port(socket.SOCK_DGRAM)

    def run(self):
        client, _ = self.server.accept()
        with client:
            self.received = exchange(client)
        client, _ = self.server.accept()
        with client:
            for _ in range(20):
                if self.echo():
                    self.echoed = True
                    break
                time.sleep(0.5)
            self.datagrams = self.send_datagrams()

    def echo(self):
        try:
            with socket.create_connection(("127.0.0.1", self.tcp),
                                          timeout=20) as peer:
                return exchange(peer) == DATA
        except OSError:
            return False

    def send_datagrams(self):
        """One after the other; how many come back as they were."""
        right = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(10)
            peer.connect(("127.0.0.1", self.udp))
            for n in range(DATAGRAMS):
                data = DATA[n * 1000:(n + 1) * 1000]
                try:
                    peer.send(data)
                    right += peer.recv(65536) == data
                except OSError:
                    break
        return right


class Line(threading.Thread):
    """A virtio port's other end: reads a line and answers it."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.received = b""
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(path)
        self.server.listen()

    def run(self):
        client, _ = self.server.accept()
        with client:
            while not self.received.endswith(b"\n"):
                part = client.recv(100)
                if not part:
                    return
                self.received += part
            client.sendall(b"from the host\n")
            client.recv(100)	# until the machine ends
