/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a disk driver does. A client attaches a buffer, memory of its own that
 * it maps to the driver, and then names places in it. It can take its buffer
 * back at any time; then its requests fail. Sectors have 512 bytes.
 */
#ifndef DISK_H
#define DISK_H

#include <l4/message.h>

#define DISK_PROTOCOL		(L4_PROTOCOL_OWN + 1)
#define DISK_SECTOR		512UL
#define DISK_BUFFER_ORDER	16	/* the largest buffer */

#define DISK_EIO		0x100	/* error of its own: the device reports one */

/* With an item: the buffer. It takes the place of the one before. -L4_ERIGHTS: no part is its */
struct disk_attach { };
struct disk_attach_reply {
	l4_word_t sectors;		/* of the client's part of the disk; they count from 0 */
};
L4_OPERATION(disk_attach, DISK_PROTOCOL, 1);

/*
 * -L4_EINVAL: outside the part or the buffer; -L4_EFAULT: the buffer is not
 * there; -L4_ETIMEDOUT: the device does not answer; -DISK_EIO.
 * After an error part may have been done.
 */
struct disk_transfer {
	l4_word_t sector, count;
	l4_word_t offset;		/* in the buffer */
};
struct disk_read { struct disk_transfer transfer; };
struct disk_read_reply { };
L4_OPERATION(disk_read, DISK_PROTOCOL, 2);

struct disk_write { struct disk_transfer transfer; };
struct disk_write_reply { };
L4_OPERATION(disk_write, DISK_PROTOCOL, 3);

#endif
