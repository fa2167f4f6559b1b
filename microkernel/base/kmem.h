/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel's own memory: page frames of the range set aside at boot, and
 * small objects cut from such pages. Everything handed out is zeroed (but by
 * kmem_alloc_raw) and is charged, at the size handed out, to a quota.
 *
 *   range:    [ used | never used yet ................ ]   taken from the left
 *   pages:    free_pages -> page -> page -> 0              given back, taken first
 *             clear_pages, the same, zero but for the link: not to be cleared again
 *   slabs:    class 96: page { header | obj | obj | free -> free }
 *             a slab with a free object is in its class's list; a slab
 *             without any object in use goes back to the pages
 */
#ifndef KMEM_H
#define KMEM_H

#include "base/quota.h"

#define KMEM_MAX_SIZE	PAGE_SIZE	/* of kmem_alloc */

/* With KMEM_POISON set, what is freed is filled with this: no present page-table entry, no address. */
#ifndef KMEM_POISON
#define KMEM_POISON	0
#endif
#define KMEM_JUNK	0x5a

/* Boot: the physical range [first, last), page aligned, becomes kernel memory. */
void kmem_init(phys_t first, phys_t last);

/* A zeroed page, or NULL. quota NULL: the kernel's own needs at boot. */
void *kmem_page_alloc(struct quota *quota) __must_check;
void kmem_page_free(struct quota *quota, void *page);
/* The same for one whose words are all zero but for the first. */
void kmem_page_free_cleared(struct quota *quota, void *page);

/*
 * A zeroed object of 1..KMEM_MAX_SIZE bytes, aligned to 16 (a whole page,
 * aligned as such, above 2016), or NULL. Freed with the same quota and size.
 */
void *kmem_alloc(struct quota *quota, size_t size) __must_check;
void kmem_free(struct quota *quota, void *object, size_t size);

/* The same with anything in it, for who fills it. */
void *kmem_alloc_raw(struct quota *quota, size_t size) __must_check;

/* What kmem_alloc charges for a size. */
size_t kmem_charge(size_t size);

/* Bytes added and not handed out: the same before and after, nothing leaked. */
u64 kmem_free_bytes(void);
u64 kmem_total_bytes(void);

#endif
