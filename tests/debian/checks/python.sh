# SPDX-License-Identifier: GPL-2.0
# python3: processes, threads, mmap, sockets, ctypes, asyncio.
python3 - <<'script'
import asyncio, ctypes, hashlib, json, mmap, multiprocessing, os, signal
import socket, subprocess, sys, threading

print(sys.version_info[:2], hashlib.sha256(b"abc").hexdigest()[:16])
context = multiprocessing.get_context("fork")
with context.Pool(4) as pool:
    print(sum(pool.map(abs, range(-1000, 0))))
total, lock = 0, threading.Lock()
def add():
    global total
    for _ in range(2000):
        with lock:
            total += 1
threads = [threading.Thread(target=add) for _ in range(8)]
[t.start() for t in threads], [t.join() for t in threads]
print(total)
shared = mmap.mmap(-1, 8192)
if os.fork() == 0:
    shared[4096:4100] = b"fork"
    os._exit(3)
print(os.waitstatus_to_exitcode(os.wait()[1]), shared[4096:4100])
print(ctypes.CDLL(None).getpid() == os.getpid())
signal.signal(signal.SIGALRM, lambda *_: print("alarm"))
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause()

async def serve():
    async def echo(reader, writer):
        writer.write(await reader.read(100000))
        writer.close()
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async def client(number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(bytes([number]) * 50000)
        writer.write_eof()
        return len(await reader.read(-1)) > 0
    print(all(await asyncio.gather(*map(client, range(20)))))
asyncio.run(serve())
print(subprocess.run(["tr", "a", "b"], input=b"banana",
                     stdout=subprocess.PIPE).stdout)
print(json.dumps({"pi": 3.25, "l": [1, None]}))
script
#= (3, 11) ba7816bf8f01cfea
#= 500500
#= 16000
#= 3 b'fork'
#= True
#= alarm
#= True
#= b'bbnbnb'
#= {"pi": 3.25, "l": [1, null]}
