/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest updates: mappings without nodes, from a host's memory into its guests
 * and into its own upper half. Picture and lock: guest.h.
 */
#include "guest.h"

static const struct paging_filter aliases = {
	.mask = PTE_ALIAS, .match = PTE_ALIAS, .last = ~0UL,
};

static int guest_map(struct space *host, struct space *target, u64 to, u64 from, u64 pages,
		     u64 rights)
{
	const struct paging_filter *replace = target == host ? &aliases : &paging_any;
	u64 flags = paging_flags(rights) | (target == host ? PTE_ALIAS : 0);
	/* Bits that a leaf must have set, and clear, for these rights to be passed on. */
	u64 set = PTE_P | (rights & L4_RIGHT_W ? PTE_W : 0);
	u64 clear = PTE_PINNED | (rights & L4_RIGHT_X ? PTE_NX : 0);
	u64 start = to, run;
	bool replaced = false;
	int error = 0;

	for (u64 left = pages; left && !error; left -= run) {
		unsigned int level;
		u64 leaf = paging_walk(&host->paging, from, &level);
		phys_t phys = paging_leaf_phys(leaf, level, from);

		if (unlikely((leaf & (set | clear)) != set)) {
			error = -L4_EFAULT;
			break;
		}
		run = 1UL << 9 * level;
		run = left == 1 ? 1 : min_u64(left, run - ((from >> PAGE_SHIFT) & (run - 1)));
		if (run > 1 ||
		    !paging_map_page(&target->paging, to, phys | flags, replace, &replaced))
			error = paging_map(&target->paging, to, phys, run, flags, replace,
					   &replaced);
		from += run << PAGE_SHIFT;
		to += run << PAGE_SHIFT;
	}
	space_paging_done(target, start, replaced ? pages : 0);
	return error;
}

static void guest_unmap(struct space *host, struct space *target, u64 va, u64 pages, u64 rights)
{
	if (paging_take(&target->paging, va, va + ((pages << PAGE_SHIFT) - 1), rights,
			target == host ? &aliases : &paging_any))
		space_paging_done(target, va, pages);
}

/* What the pages of a batch mostly have in common, found once. */
struct nearby {
	u64 from, offset;	/* a page of the host's; all bits of an offset into its leaf */
	u64 leaf, delta;	/* that leaf; from + delta is the physical address */
	u64 to, *parent;	/* a page of the guest's; what names its table, NULL: unknown */
};

/*
 * The short way for most of all entries: a page for a guest, from the host's
 * upper half, where the guest has the tables already. False: nothing done.
 */
static bool map_page(struct space *host, struct space *guest, struct nearby *nearby, u64 word,
		     u64 from)
{
	u64 leaf, old, *entry;
	u64 set = PTE_P | (word & L4_RIGHT_W ? PTE_W : 0);
	u64 clear = PTE_PINNED | (word & L4_RIGHT_X ? PTE_NX : 0);

	if (unlikely(word >= USER_LOWER_END || from < KERNEL_SLOT_END || from & (PAGE_SIZE - 1) ||
		     (word & (PAGE_SIZE - 1) & ~(L4_RIGHT_W | L4_RIGHT_X)) != L4_RIGHT_R))
		return false;
	if ((from ^ nearby->from) & ~nearby->offset) {
		unsigned int level;

		nearby->from = from;
		nearby->leaf = paging_walk(&host->paging, from, &level);
		nearby->offset = (1UL << paging_level_shift(level)) - 1;
		nearby->delta = paging_leaf_phys(nearby->leaf, level, from) - from;
	}
	if (!nearby->parent || (word ^ nearby->to) >> paging_level_shift(1)) {
		nearby->to = word;
		if (!paging_page_entry(&guest->paging, word, &nearby->parent))
			nearby->parent = NULL;
	}
	if (unlikely(!nearby->parent || (nearby->leaf & (set | clear)) != set))
		return false;
	leaf = (from + nearby->delta) | paging_flags(word);
	entry = paging_entry(paging_table(*nearby->parent), word, 0);
	old = *entry;
	*entry = leaf;
	if (!old)
		paging_count(nearby->parent, entry);
	else if (old != leaf)
		tlb_flush_range(guest, word & ~(PAGE_SIZE - 1), 1);
	return true;
}

static int guest_update_one(struct space *host, struct space *target, u64 word, u64 from,
			    u64 pages)
{
	u64 va = word & ~(PAGE_SIZE - 1), rights = word & L4_BATCH_RIGHTS;
	u64 operation = word & (PAGE_SIZE - 1) & ~L4_BATCH_RIGHTS;
	u64 span = (pages << PAGE_SHIFT) - 1;
	u64 base = target == host ? KERNEL_SLOT_END : 0;
	u64 size = target == host ? -KERNEL_SLOT_END : USER_LOWER_END;

	if (unlikely(va - base >= size || pages - 1 >= (size - (va - base)) >> PAGE_SHIFT))
		return -L4_EINVAL;
	if (operation == L4_BATCH_UNMAP) {
		guest_unmap(host, target, va, pages, rights);
		return 0;
	}
	if (unlikely(operation != L4_BATCH_MAP || !(rights & L4_RIGHT_R) ||
		     (from & (PAGE_SIZE - 1)) || !paging_range_ok(from, from + span)))
		return -L4_EINVAL;
	return guest_map(host, target, va, from, pages, rights);
}

int guest_update(struct space *host, struct space *target, const struct l4_batch_entry *batch,
		 u64 count, u64 *done)
{
	struct nearby nearby = { .from = 0 };

	*done = 0;
	if (unlikely(count - 1 >= L4_BATCH_MAX || (target && target->host != host)))
		return -L4_EINVAL;
	if (!target)
		target = host;
	if (unlikely(!target->paging.top || space_is_guest(host)))
		return -L4_EINVAL;
	host->has_alias |= target == host;
	while (*done < count) {
		/* Ring 3 can change the entry meanwhile: each word is read once, then checked. */
		const volatile struct l4_batch_entry *entry = &batch[*done];
		u64 word = entry->guest_va, from = entry->host_va, pages = entry->pages;

		if (pages != 1 || target == host ||
		    !map_page(host, target, &nearby, word, from)) {
			int error = guest_update_one(host, target, word, from, pages);

			if (unlikely(error))
				return error;
			nearby.parent = NULL;
		}
		++*done;
	}
	return 0;
}
