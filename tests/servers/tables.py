# SPDX-License-Identifier: GPL-2.0
"""Partition tables, written into an image in memory (a bytearray)."""

import struct
import uuid
import zlib

SECTOR = 512
ENTRIES, SIZE = 128, 128


def put(image, sector, data):
    image[sector * SECTOR:sector * SECTOR + len(data)] = data


def mbr_sector(entries):
    """entries: type, first sector and how many, up to four of them."""
    data = bytearray(SECTOR)
    for i, (kind, first, count) in enumerate(entries):
        struct.pack_into("<B3xB3xII", data, 446 + 16 * i, 0, kind, first, count)
    data[510:] = b"\x55\xaa"
    return data


def mbr(image, primary, extended=None, logical=()):
    """primary: first sector and how many, of each. logical: of each the same, with
    the sector before it for its table; within extended, which is the next number."""
    entries = [(0x83, first, count) for first, count in primary]
    if extended:
        entries.append((5,) + extended)
    put(image, 0, mbr_sector(entries))
    tables = [extended[0]] + [first - 1 for first, _ in logical[1:]] if logical else []
    for i, (table, (first, count)) in enumerate(zip(tables, logical)):
        chain = [(0x83, first - table, count)]
        if tables[i + 1:]:
            chain.append((5, tables[i + 1] - extended[0], logical[i + 1][1] + 1))
        put(image, table, mbr_sector(chain))


def gpt(image, partitions):
    """partitions: first and last sector by number."""
    sectors = len(image) // SECTOR
    table = bytearray(ENTRIES * SIZE)
    for number, (first, last) in partitions.items():
        struct.pack_into("<16s16sQQQ", table, (number - 1) * SIZE, uuid.uuid4().bytes_le,
                         uuid.uuid4().bytes_le, first, last, 0)
    length = len(table) // SECTOR
    disk = uuid.uuid4().bytes_le
    for here, there, entries in ((1, sectors - 1, 2), (sectors - 1, 1, sectors - 1 - length)):
        def header(crc):
            return struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 0x10000, 92, crc, 0, here, there,
                               2 + length, sectors - 2 - length, disk, entries, ENTRIES, SIZE,
                               zlib.crc32(table))
        put(image, here, bytes(SECTOR))
        put(image, here, header(zlib.crc32(header(0))))
        put(image, entries, table)
    put(image, 0, mbr_sector([(0xee, 1, sectors - 1)]))
