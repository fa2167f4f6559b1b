/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel's memory code needs around it when it runs on the host: RAM,
 * panic, objects, a TLB; and checks that the tests share.
 */
#ifndef TEST_HOST_H
#define TEST_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/kmem.h"
#include "base/object.h"
#include "base/quota.h"
#include "memory/cap.h"
#include "memory/guest.h"
#include "memory/map.h"
#include "memory/place.h"
#include "memory/mapdb.h"
#include "memory/space.h"
#include "map_calls.h"
#include "random.h"

#define HOST_RAM	(64UL << 20)
#define LARGE		(2UL << 20)
#define UPPER		0xffff888000000000UL

/* Setup and teardown of each test: notes the free kernel memory and compares it. */
int host_begin(void **state);
int host_end(void **state);

extern struct quota host_quota;		/* without limit worth speaking of */

extern struct steps host_work;		/* of what is called one at a time */
extern u64 host_points;			/* preemption points that were passed */
extern u64 host_flushes;		/* calls of tlb_flush_range */
extern bool host_loaded_elsewhere;	/* another CPU has every guest loaded */
extern u64 host_objects_dead;		/* objects whose last capability went */

/*
 * The TLB: host_touch caches a translation as the CPU might; host_tlb_check
 * fails if a cached one allows what the tables no longer do.
 */
void host_touch(struct space *space, u64 va);
void host_tlb_check(void);
void host_tlb_size(unsigned int entries);	/* how many it remembers, at most 4096 */

/* Page table as seen by a walk: the frame of va, or ~0, and the rights there. */
phys_t host_frame(const struct space *space, u64 va, u64 *rights);

/* The same, asserted; rights 0 means not mapped. */
void host_expect(const struct space *space, u64 va, phys_t phys, u64 rights);

/* As the CPU reads the I/O bitmap. */
bool host_port_allowed(const struct space *space, u64 port);

/* Takes a space apart as its task's end does. */
static inline bool host_destroy(struct space *space)
{
	return space_destroy(space, map_node_gone);
}

/* An item, from its receiver's window to its end, as IPC maps it in steps. */
static inline int host_map_item(struct space *source, struct l4_item item, struct space *target,
				u64 window, struct steps *steps)
{
	u64 fpage, where;
	int error = map_decode_item(item, window, &fpage, &where);
	s64 count = error ? error : map_range(source, fpage, target, where, steps);

	return count < 0 ? (int)count : 0;
}

/* Live counts, no empty tables, kernel entry, both views alike. */
void host_check_tables(const struct space *space);

/* Order, tables, overlap, links and origins of the nodes of a space. Returns how many there are. */
u64 host_check_nodes(const struct space *space);

#endif
