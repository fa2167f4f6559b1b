/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an IPC message looks like and how an IPC is asked for.
 *
 * IPC is synchronous (Liedtke, "Improving IPC by kernel design", SOSP 1993):
 * sender and receiver meet, the message is copied once, nothing is buffered.
 * A message is a tag, up to 64 untyped words and up to 8 items: flexpages or strings. Words 0..3
 * travel in registers and are never stored in the UTCB; words 4..63 are taken
 * from the sender's UTCB and put in the receiver's at the same index.
 */
#ifndef L4_IPC_H
#define L4_IPC_H

#include <l4/fpage.h>

#define L4_MSG_REGS		4	/* words that travel in registers */
#define L4_MSG_WORDS		64
#define L4_MSG_ITEMS		8
#define L4_ITEM_STRING		3UL	/* type of an item that is no flexpage */
#define L4_STRING_MAX		(1UL << 22)
#define L4_STRING_ATTEMPTS	16	/* pagers are asked so often for what one step of the copy lacks */

/*
 * The tag:
 *   bits 0-6   number of untyped words, 0..64
 *   bits 7-10  number of items, 0..8
 *   bits 16-31 protocol: free for the partners below 0x8000; from 0x8000 on
 *              set by the kernel only (bit 31 is cleared in what a thread sends)
 *   bits 32-62 free for the partners
 */
#define L4_TAG_ITEMS_SHIFT	7
#define L4_TAG_PROTO_SHIFT	16
#define L4_TAG_USER_SHIFT	32

#define L4_PROTO_PAGE_FAULT	0x8000	/* mr0 = address | rights wanted, mr1 = ip */
#define L4_PROTO_EXCEPTION	0x8001	/* mr0 = vector, mr1 = error code, mr2 = ip, mr3 = sp, then all
					 * registers (utcb.h); a reply of as many words sets them */
#define L4_PROTO_IO_FAULT	0x8002	/* mr0 = fpage of the ports, mr1 = ip */
#define L4_PROTO_IRQ		0x8003	/* no words; the label tells which */
#define L4_PROTO_VCPU_DEAD	0x8004	/* a vCPU could not be given its upcall: words as in EXCEPTION;
					 * it stays stopped, whatever the reply, until
					 * it is continued with registers set */

/*
 * The flags argument of l4_ipc (register rdx):
 *   bits 0-7   phases, below
 *   bits 16-31 timeout of the send phase, bits 32-47 of the receive phase
 */
#define L4_IPC_SEND		(1UL << 0)	/* send to the destination gate */
#define L4_IPC_REPLY		(1UL << 1)	/* send to whom this thread owes a reply, using up that right */
#define L4_IPC_RECV		(1UL << 2)	/* then wait for a message */
#define L4_IPC_CALL		(1UL << 3)	/* with SEND and RECV: give a one-shot reply right, accept only the reply */
#define L4_IPC_CLOSED		(1UL << 4)	/* with RECV, without CALL: receive only from whom the destination
						 * names: the thread behind a gate, a thread, or one irq */

#define L4_IPC_SEND_TIMEOUT_SHIFT 16
#define L4_IPC_RECV_TIMEOUT_SHIFT 32

/* Timeouts are m * 2^e microseconds, m in bits 0-9, e in bits 10-14. */
#define L4_TIMEOUT_NEVER	0UL
#define L4_TIMEOUT_ZERO		(1UL << 10)
#define L4_TIMEOUT_MASK		0x7fffUL

/*
 * An item, in the UTCB of the sender. A string item is copied from the
 * sender's memory to the receiver's:
 *   what   l4_string(length), 1 byte to 4 MiB
 *   where  address of the first byte; when received, of the receiver's buffer
 * A map or grant item:
 *   what   the flexpage, in the sender's space, and the rights to pass on;
 *          L4_FPAGE_GRANT moves it
 *   where  hot spot: the receiver's window of that type names a region; the
 *          destination is window.base + (where mod window size), aligned to
 *          the smaller of both sizes. With a whole-space window it is `where'
 *          itself.
 *
 * Strings take their time, and flexpages but for one page, port or slot shared to where
 * nothing is; sender and receiver are bound to each other meanwhile. The work is done at the higher priority of the two, so a
 * receiver is held up by nobody whom it would not be held up by itself, and
 * for no longer than either one's string_timeout (utcb.h).
 */
#ifndef __ASSEMBLER__

struct l4_item {
	l4_word_t what;
	l4_word_t where;
};

/* Memory for a string item; size 0 accepts none. */
struct l4_buffer {
	l4_word_t address;
	l4_word_t size;
};

static inline l4_word_t l4_string(l4_word_t length)
{
	return length << 12 | L4_ITEM_STRING << L4_FPAGE_TYPE_SHIFT;
}

static inline l4_word_t l4_string_length(l4_word_t what)
{
	return what >> 12;
}

static inline l4_word_t l4_tag(unsigned int words, unsigned int items, unsigned int proto)
{
	return words | ((l4_word_t)items << L4_TAG_ITEMS_SHIFT) |
	       ((l4_word_t)proto << L4_TAG_PROTO_SHIFT);
}

static inline unsigned int l4_tag_words(l4_word_t tag)
{
	return tag & 0x7f;
}

static inline unsigned int l4_tag_items(l4_word_t tag)
{
	return (tag >> L4_TAG_ITEMS_SHIFT) & 0xf;
}

static inline unsigned int l4_tag_proto(l4_word_t tag)
{
	return (tag >> L4_TAG_PROTO_SHIFT) & 0xffff;
}

#endif
#endif
