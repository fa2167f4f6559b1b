/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a disk driver does, and the block service, which has disks of drivers and
 * gives parts of them to others in the same words. A client attaches buffers, memory
 * of its own that it maps to the server, and then names places in them. It can take
 * a buffer back at any time; then requests that name it fail. Sectors have 512 bytes.
 */
#ifndef L4_DISK_H
#define L4_DISK_H

#include <l4/message.h>

#define L4_PROTO_DISK		4
#define DISK_SECTOR		512UL
#define DISK_BUFFERS		16	/* of a client; numbers are below */
#define DISK_BUFFER_ORDER	16	/* the largest buffer */
#define DISK_BUFFER_SIZE	(1UL << DISK_BUFFER_ORDER)

#define DISK_EIO		0x100	/* error of its own: the device reports one */

/* -L4_ERIGHTS: no part of the disk is the client's */
struct disk_size { };
struct disk_size_reply {
	l4_word_t sectors;		/* of the client's part of the disk; they count from 0 */
};
L4_OPERATION(disk_size, L4_PROTO_DISK, 5);

/*
 * With an item: the buffer of that number. It takes the place of the one before.
 * -L4_EINVAL: no such number; -L4_ERIGHTS: no part of the disk is the client's; -L4_EFAULT:
 * no memory came, and the one before may be gone
 */
struct disk_attach {
	l4_word_t buffer;
};
struct disk_attach_reply {
	l4_word_t sectors;		/* as of disk_size */
};
L4_OPERATION(disk_attach, L4_PROTO_DISK, 1);

/*
 * -L4_EINVAL: outside the part or the buffer; -L4_EFAULT: the buffer is not
 * there; -L4_ETIMEDOUT: the device does not answer; -L4_ERIGHTS: it can only be read; -DISK_EIO.
 * After an error part may have been done.
 */
struct disk_transfer {
	l4_word_t sector, count;
	l4_word_t offset;		/* in the buffer; even */
	l4_word_t buffer;
};
struct disk_read { struct disk_transfer transfer; };
struct disk_read_reply { };
L4_OPERATION(disk_read, L4_PROTO_DISK, 2);

struct disk_write { struct disk_transfer transfer; };
struct disk_write_reply { };
L4_OPERATION(disk_write, L4_PROTO_DISK, 3);

/* What was written before, by anyone, then outlives a loss of power. -L4_ERIGHTS, -L4_ETIMEDOUT, -DISK_EIO */
struct disk_flush { };
struct disk_flush_reply { };
L4_OPERATION(disk_flush, L4_PROTO_DISK, 4);

#endif
