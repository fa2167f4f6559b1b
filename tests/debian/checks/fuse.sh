# SPDX-License-Identifier: GPL-2.0
# FUSE: a file system whose server is this script, by the kernel's protocol.
mkdir m
python3 - m <<'script'
import ctypes, errno, os, stat, struct, subprocess, sys

DATA = b"".join(b"line %d\n" % n for n in range(50000))
libc = ctypes.CDLL(None, use_errno=True)
fuse = os.open("/dev/fuse", os.O_RDWR)
options = b"fd=%d,rootmode=40000,user_id=0,group_id=0" % fuse
if libc.mount(b"script", sys.argv[1].encode(), b"fuse", 0, options):
    sys.exit(os.strerror(ctypes.get_errno()))

def attributes(node):
    mode, size = ((stat.S_IFDIR | 0o755, 0) if node == 1 else
                  (stat.S_IFREG | 0o644, len(DATA)))
    return struct.pack("<6Q10I", node, size, (size + 511) // 512, 0, 0, 0,
                       0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)

def answer(opcode, node, body):
    if opcode == 26:	# INIT
        return struct.pack("<IIIIHHIIHHI28x", 7, 31, 65536, 0, 12, 10, 65536,
                           1, 0, 0, 0)
    if opcode == 1:	# LOOKUP
        if body.rstrip(b"\0") != b"file":
            return -errno.ENOENT
        return struct.pack("<4Q2I", 2, 0, 1, 1, 0, 0) + attributes(2)
    if opcode == 3:	# GETATTR
        return struct.pack("<QII", 1, 0, 0) + attributes(node)
    if opcode in (14, 27):	# OPEN, OPENDIR
        return struct.pack("<QII", 7, 0, 0)
    if opcode == 15:	# READ
        _, offset, size = struct.unpack_from("<QQI", body)
        return DATA[offset:offset + size]
    if opcode == 28:	# READDIR
        offset, = struct.unpack_from("<8xQ", body)
        return b"" if offset else struct.pack("<QQII8s", 2, 1, 4, 8, b"file")
    if opcode in (18, 29, 25):	# RELEASE, RELEASEDIR, FLUSH
        return b""
    return -errno.ENOSYS

if os.fork() == 0:
    while True:
        try:
            request = os.read(fuse, 1 << 20)
        except OSError:
            os._exit(0)	# unmounted
        _, opcode, unique, node = struct.unpack_from("<IIQQ", request)
        if opcode in (2, 36, 42):	# FORGET, INTERRUPT, BATCH_FORGET
            continue
        reply = answer(opcode, node, request[40:])
        error = reply if isinstance(reply, int) else 0
        reply = b"" if error else reply
        os.write(fuse, struct.pack("<IiQ", 16 + len(reply), error, unique) +
                 reply)
os.close(fuse)
subprocess.run("""ls -l m | awk 'NR == 2 { print $1, $5, $9 }'; tail -n 1 m/file
	md5sum <m/file; cat m/none; grep -c 7 m/file; echo x >m/file
	stat -f -c %T m; umount m; ls m""", shell=True, stderr=subprocess.STDOUT)
os.wait()
script
#= -rw-r--r-- 538890 file
#= line 49999
#= 87ffdc7c0bbb8a6cd2d0954955c2ec36  -
#= cat: m/none: No such file or directory
#= 17195
#= /bin/sh: 2: cannot create m/file: Function not implemented
#= stat: cannot read file system information for 'm': Function not implemented
