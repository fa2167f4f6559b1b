/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far a long operation came that was broken off (preempt.h): a
 * continuation, owned by the thread that the operation is done for, which makes
 * the same call again to go on. Nothing in it is trusted that might not hold any
 * more: each call looks up and checks all that it works on, as the first one did.
 *
 *   NONE --begin, broken off--> MAP, UNMAP, GUEST, PUTC --again, to its end--> NONE
 *                                        |
 *                                        +--dropped: nothing is left of it--> NONE
 */
#ifndef STEPS_H
#define STEPS_H

#include "base/map_node.h"

enum steps_of {
	STEPS_NONE,
	STEPS_MAP,
	STEPS_UNMAP,
	STEPS_GUEST,
	STEPS_PUTC,
};

struct map_steps {
	u64 done;		/* how much of the flexpage: bytes, ports or slots */
	s64 units;		/* mapped of that */
	u64 clearing;		/* how much of the target is being cleared; 0: not at that now */
	/* Of the piece that is next; filled 0: not begun. */
	u64 filled;		/* bytes, from its beginning */
	s64 filled_units;	/* mapped of that */
	u64 serial;		/* of its node */
};

struct unmap_steps {
	u64 done;		/* how much of the flexpage */
	u64 youngest;		/* nodes of the space that are younger are not meant; 0: all are */
	u64 serial, origin;	/* of the node whose piece is next; of that: */
	bool asked, copied;	/* its status; taken from guests */
	u8 seen;		/* L4_UNMAP_STATUS: rights that stand for accesses */
};

struct guest_steps {
	u64 entries;		/* done */
	u64 pages;		/* done of the next one */
};

struct putc_steps {
	u32 polls;		/* that found the port busy */
	bool returned;		/* the carriage return before a line feed has been sent */
	bool sent;		/* all that the port is to have has been */
	u32 line;		/* of its pixels on the screen the next one */
};

struct steps {
	u8 of;			/* enum steps_of */
	struct map_cursor cursor;
	union {
		struct map_steps map;
		struct unmap_steps unmap;
		struct guest_steps guest;
		struct putc_steps putc;
	};
};

_Static_assert(sizeof(struct map_steps) >= sizeof(struct unmap_steps) &&
	       sizeof(struct map_steps) >= sizeof(struct guest_steps) &&
	       sizeof(struct map_steps) >= sizeof(struct putc_steps), "it clears all of them");

/* The operation is over, or given up: the next one begins at its beginning. */
static inline void steps_drop(struct steps *steps)
{
	if (likely(steps->of == STEPS_NONE))
		return;
	map_cursor_drop(&steps->cursor);
	steps->of = STEPS_NONE;
}

/* An operation begins, unless it goes on. */
static inline void steps_begin(struct steps *steps, enum steps_of of)
{
	if (steps->of == of)
		return;
	steps_drop(steps);
	steps->cursor.mark.parent = NULL;
	steps->cursor.copies.serial = 0;
	steps->map = (struct map_steps){ 0 };
	steps->of = of;
}

#endif
