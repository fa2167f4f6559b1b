# SPDX-License-Identifier: GPL-2.0
# IPv6 on loopback: ping, TCP, UDP, an address of its own, neighbours.
ping -6 -q -c 2 -i 0.2 ::1 | grep -o '2 received'
ip -6 addr add fd00::1/128 dev lo
python3 - <<'script'
import socket, threading
server = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
port = server.getsockname()[1]
def serve():
    for _ in range(3):
        peer, address = server.accept()
        with peer:
            print(address[0], peer.recv(100))
thread = threading.Thread(target=serve)
thread.start()
for host in "::1", "fd00::1", "127.0.0.1":
    with socket.create_connection((host, port)) as one:
        one.sendall(host.encode())
        one.shutdown(socket.SHUT_WR)
        one.recv(1)
thread.join()
a = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
b = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
a.bind(("::1", 0))
b.sendto(b"x" * 60000, a.getsockname())
print(len(a.recv(65536)))
script
ip -6 addr del fd00::1/128 dev lo
ip -6 -br addr show dev lo | tr -s ' '
#= 2 received
#= ::1 b'::1'
#= fd00::1 b'fd00::1'
#= ::ffff:127.0.0.1 b'127.0.0.1'
#= 60000
#= lo UNKNOWN ::1/128 
