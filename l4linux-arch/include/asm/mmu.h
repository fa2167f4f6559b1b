/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What an address space has beside Linux's own structures: the guest task that
 * its user mode runs on. The guest's mappings are only a cache of Linux's page
 * tables and may be emptied at any time.
 */
#ifndef _ASM_L4_MMU_H
#define _ASM_L4_MMU_H

#include <linux/list.h>
#include <linux/spinlock_types_raw.h>
#include <linux/types.h>

struct vdso_image;

enum guest_state {
	GUEST_NEW,			/* it has never had a page */
	GUEST_EMPTIED,
	GUEST_USED,			/* it may hold mappings */
};

typedef struct {
	unsigned int slot;		/* capability of the guest task; 0: none */
	enum guest_state state;
	raw_spinlock_t aged_lock;	/* guards the next two; interrupts are off */
	unsigned long aged_start;	/* these pages are to be taken from it before */
	unsigned long aged_end;		/* it runs again; 0: none (age.c) */
	struct list_head link;		/* in all contexts (context.c) */

	const struct vdso_image *vdso_image;
	void __user *vdso;
} mm_context_t;

#endif
