# SPDX-License-Identifier: GPL-2.0
"""A disk whose power can be cut: QEMU's blklogwrites notes each write and each
flush, and what was written after the last flush is lost in part, as in a disk's
own cache. The log's format is that of Linux's dm-log-writes."""

import os
import shutil
import struct

SECTOR = 512
SIZE = 8 << 30		# of the log, which is sparse
FLUSH, FUA, DISCARD = 1, 2, 4
MAGIC = 0x6a736677736872


class Disk:
    def __init__(self, path):
        self.path = path
        self.before = path + ".before"
        self.log = path + ".log"
        self.lost = self.written = self.flushes = 0

    def arguments(self):
        """QEMU's for the next run, from which on writes are noted."""
        shutil.copyfile(self.path, self.before)
        with open(self.log, "wb") as log:
            log.truncate(SIZE)
        return ("-blockdev driver=file,node-name=image,filename=%s "
                "-blockdev driver=file,node-name=log,filename=%s "
                "-blockdev driver=blklogwrites,node-name=logged,file=image,log=log "
                "-device virtio-blk-pci,drive=logged" % (self.path, self.log))

    def requests(self):
        """(flags, first byte, data) of each, in their order; zeros end the log."""
        found = []
        with open(self.log, "rb") as log:
            magic, version, _, size = struct.unpack("<QQQI", log.read(28))
            if (magic, version, size) != (MAGIC, 1, SECTOR):
                raise RuntimeError("no log of writes: " + self.log)
            log.seek(SECTOR)
            while True:
                sector, count, flags, _ = struct.unpack("<QQQQ", log.read(32))
                if not count and not flags:
                    return found
                log.seek(SECTOR - 32, os.SEEK_CUR)
                data = b"" if flags & DISCARD else log.read(count * SECTOR)
                found.append((flags, sector * SECTOR, data))

    def cut(self, chance):
        """The image is what it was before the run and all that was flushed, and
        of the rest some."""
        requests = self.requests()
        flushes = [number for number, (flags, _, _) in enumerate(requests)
                   if flags & FLUSH]
        safe = flushes[-1] if flushes else -1
        share = chance.choice((0.1, 0.5, 0.9))
        self.flushes += len(flushes)
        with open(self.before, "r+b") as image:
            for number, (flags, start, data) in enumerate(requests):
                self.written += bool(data)
                if number > safe and not flags & FUA and data and (
                        chance.random() < share):
                    self.lost += 1
                    continue
                image.seek(start)
                image.write(data)
        os.replace(self.before, self.path)
