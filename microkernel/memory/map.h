/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mapping, granting and unmapping flexpages between ordinary spaces, with the
 * mapping database and what it stands for kept in step:
 *
 *     map_range ---- finds pieces of source nodes ----> mapdb (who from whom)
 *         |                                                |
 *         +-- page tables, I/O bitmaps, cap tables <-- map_node_gone
 *
 * Invariant: every leaf that is neither PTE_ALIAS nor PTE_PINNED, every
 * allowed port and every capability lies in a node of its space. (The other
 * way round only with memory for splitting: a node may lack leaves.)
 */
#ifndef MAP_H
#define MAP_H

#include "memory/fpage.h"
#include "memory/space.h"
#include "sched/steps.h"

#include <l4/ipc.h>

/*
 * Maps what `source' has in the flexpage, with the rights both it and the
 * flexpage have, to `where' (address, port or slot: not shifted) of `target';
 * with L4_FPAGE_GRANT in the flexpage moves it. All words may be ring 3's.
 * Returns the number of pages, ports or slots mapped, or -L4_EINVAL, -L4_EFAULT,
 * -L4_EEXIST, -L4_ENOMEM as l4/syscall.h says. target may be source. PREEMPTED:
 * broken off, to be called again with the same arguments, or steps_drop()ped.
 */
s64 map_range(struct space *source, u64 fpage, struct space *target, u64 where,
	      struct steps *steps);

/*
 * The usual request, the short way: one page of memory shared (fpage_is_page, with
 * R), to where nothing is but a page table. False, and nothing done: it is another
 * one, for map_range(). What was broken off it may do as well: nothing is left then.
 */
bool map_one_page(struct space *source, u64 fpage, struct space *target, u64 where);

/*
 * What of an IPC item is mapped where, with a copy of the receiver's window of its
 * type: for the above. 0, -L4_EINVAL or -L4_EOVERFLOW.
 */
int map_decode_item(struct l4_item item, u64 window, u64 *fpage, u64 *where) __must_check;

/*
 * map_range() of what is bad, or short: a page, a port or a slot to where nothing is.
 * 0 or an error. PREEMPTED: it is another one, and nothing was done.
 */
int map_at_once(struct space *source, u64 fpage, struct space *target, u64 where,
		struct steps *steps) __must_check;

/*
 * Takes fpage's rights from all that got it from this space, and with
 * L4_UNMAP_SELF from the space itself; with L4_UNMAP_HOLD takes nothing but that
 * the space executes there itself. -L4_EINVAL, PREEMPTED, or 0; with
 * L4_UNMAP_STATUS L4_RIGHT_R if that memory was accessed, and L4_RIGHT_W if it
 * was written to, since this was asked last.
 */
int unmap_range(struct space *space, u64 fpage, u64 flags, struct steps *steps);

/*
 * The usual request, the short way: one page of memory (fpage_is_page, with R), from
 * those who got it directly. False: it is another one, for unmap_range(), or only begun.
 */
bool unmap_one_page(struct space *space, u64 fpage, u64 flags);

/*
 * Boot: gives a space (sigma0) memory or ports that come from nobody:
 * [base, base + size) are the frames or ports from origin on. 0, -L4_EINVAL,
 * -L4_ENOMEM.
 */
int map_root(struct space *space, unsigned int kind, u64 base, u64 origin, u64 size,
	     u64 rights) __must_check;

#endif
