/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest updates: mappings without nodes, from a host's memory into its guests
 * and into its own upper half. Picture and lock: guest.h.
 */
#include "memory/guest.h"

#include "sched/preempt.h"

#define SLICE	64	/* pages that are mapped one by one at a time */
#define COST	128	/* instructions for such a page, at most */

static const struct paging_filter aliases = {
	.mask = PTE_ALIAS, .match = PTE_ALIAS, .last = ~0UL,
};

/* With L4_BATCH_WC among the rights a device's leaf is PTE_WC. */
static int guest_map(struct space *host, struct space *target, u64 to, u64 from, u64 pages,
		     u64 rights)
{
	const struct paging_filter *replace = target == host ? &aliases : &paging_any;
	u64 flags = paging_flags(rights) | PTE_USED | (target == host ? PTE_ALIAS : 0);
	u64 keep = rights & L4_BATCH_WC ? PTE_WC : PTE_DEVICE;
	/* Bits that a leaf must have set, and clear, for these rights to be passed on. */
	u64 set = PTE_P | PTE_A | (rights & L4_RIGHT_W ? PTE_W | PTE_D : 0);
	u64 clear = PTE_PINNED | PTE_ALIAS | (rights & L4_RIGHT_X ? PTE_NO_X : 0);
	u64 start = to, run, type;
	bool replaced = false;
	int error = 0;

	space_edit_begin(target);
	for (u64 left = pages; left && !error; left -= run) {
		unsigned int level;
		u64 leaf = paging_walk(&host->paging, from, &level);
		phys_t phys = paging_leaf_phys(leaf, level, from);

		if (unlikely((leaf & (set | clear)) != set)) {
			if (((leaf | PTE_USED) & (set | clear)) != set) {
				error = -L4_EFAULT;
				break;
			}
			/* Who has it may use it, without telling. */
			__atomic_fetch_or(paging_lowest(&host->paging, from, &level), set & PTE_USED,
					  __ATOMIC_RELAXED);
		}
		run = 1UL << 9 * level;
		run = left == 1 ? 1 : min_u64(left, run - ((from >> PAGE_SHIFT) & (run - 1)));
		type = leaf & keep;
		if (run > 1 ||
		    !paging_map_one_page(&target->paging, to, phys | flags | type, replace, &replaced))
			error = paging_map_range(&target->paging, to, phys, run, flags | type, replace,
					   &replaced);
		from += run << PAGE_SHIFT;
		to += run << PAGE_SHIFT;
	}
	space_edit_end(target);
	space_paging_done(target, start, replaced ? pages : 0);
	return error;
}

#define SHORT_MAX	32	/* pages of an entry; more are mapped with less work together */

#define TABLE_SPAN ((PAGING_ENTRIES - 1UL) << PAGE_SHIFT)	/* what pages of one table differ in */

/* What the short way did, and how far it goes at once: in instructions, but for some thirty of each entry. */
struct short_work {
	u64 replaced;		/* 0: nothing; a page, with rights; or SHORT_PAGES: several */
	unsigned int cost;
};

#define SHORT_PAGES	(~0UL)
#define SHORT_COST	4000	/* then it is another sort of entry's turn, or a point's */
#define SHORT_WALK	100
#define SHORT_PAGE	10

/*
 * Only where the table, the leaf or the rights change is anything looked up or
 * checked. Ring 3 can change the entries meanwhile: each word is read once,
 * then checked. Whoever calls it has the guest's tables to change; the host's may
 * be changed meanwhile (guest.h).
 */
static __always_inline u64 update_short(struct space *host, struct space *guest,
			const volatile struct l4_batch_entry *entry, u64 count, struct short_work *work)
{
	u64 last_to = 0, last_from = 0, offset = 0, delta = 0, flags = 0, fresh = 0, done;
	u64 *parent = NULL, *table = NULL, *lowest = NULL;

	for (done = 0; done < count; done++, entry++) {
		u64 to = entry->guest_va, from = entry->host_va, left = entry->pages - 1;
		u64 new, *page;

		if (!table || ((to ^ last_to) & ~TABLE_SPAN) | ((from ^ last_from) & ~offset)) {
			u64 set = PTE_P | PTE_A | (to & L4_RIGHT_W ? PTE_W | PTE_D : 0);
			u64 clear = PTE_DEVICE | PTE_PINNED | PTE_ALIAS | (to & L4_RIGHT_X ? PTE_NO_X : 0);
			unsigned int level;
			u64 leaf;

			if (to >= USER_LOWER_END || from < KERNEL_SLOT_END ||
			    from & (PAGE_SIZE - 1) ||
			    (to & (PAGE_SIZE - 1) & ~(L4_RIGHT_W | L4_RIGHT_X)) != L4_RIGHT_R ||
			    (work->cost += SHORT_WALK) > SHORT_COST)
				break;
			leaf = paging_walk(&host->paging, from, &level);
			if (unlikely((leaf & (set | clear)) != set))
				break;
			if (!table || (to ^ last_to) >> paging_level_shift(1)) {
				if (fresh)
					paging_count(parent, lowest, fresh);
				fresh = 0;
				lowest = paging_page_entry(&guest->paging, to, &parent);
				if (!lowest)
					break;
				table = paging_table(*parent);
			}
			offset = ((1UL << paging_level_shift(level)) - 1) & ~(PAGE_SIZE - 1);
			delta = paging_leaf_phys(leaf, level, 0) - (from & ~offset);
			flags = paging_flags(to) | PTE_USED;
			last_to = to;
			last_from = from;
		}
		if (left && (left >= SHORT_MAX ||
			     ((to ^ (to + (left << PAGE_SHIFT))) & ~TABLE_SPAN) ||
			     ((from ^ (from + (left << PAGE_SHIFT))) & ~offset) ||
			     (work->cost += SHORT_PAGE * left) > SHORT_COST))
			break;
		page = paging_entry(table, to, 0);
		if (unlikely(page < lowest))
			lowest = page;
		new = (from + delta) | flags;
		for (;; new += PAGE_SIZE, to += PAGE_SIZE) {
			u64 old = *page;

			paging_set(page, new);
			if (!old)
				fresh++;
			else if (old != new)
				work->replaced = work->replaced ? SHORT_PAGES : to;
			if (likely(!left--))
				break;
			page++;
		}
	}
	if (fresh)
		paging_count(parent, lowest, fresh);
	return done;
}

static u64 pages_replaced(const struct short_work *work)
{
	return work->replaced == SHORT_PAGES ? PAGING_ALL : 1;
}

u64 guest_update_short(struct space *host, struct space *guest,
		       const volatile struct l4_batch_entry *entry, u64 count)
{
	struct short_work work = { 0 };
	u64 done;

	space_edit_begin(guest);
	done = update_short(host, guest, entry, count, &work);
	space_edit_end(guest);
	if (unlikely(work.replaced))
		tlb_flush_range(guest, align_down(work.replaced, PAGE_SIZE), pages_replaced(&work));
	return done;
}

bool guest_try_update(struct space *host, struct space *guest, const struct l4_utcb *utcb, u64 count)
{
	struct short_work work = { 0 };
	u64 done = 0;

	if (__atomic_exchange_n(&guest->edited, true, __ATOMIC_ACQUIRE))
		return false;
	if (!guest->flush_due && !guest_batch_is_old(guest, utcb))
		done = update_short(host, guest, utcb->batch, count, &work);
	if (unlikely(work.replaced) &&
	    !tlb_flush_here(guest, align_down(work.replaced, PAGE_SIZE), pages_replaced(&work))) {
		guest->flush_due = true;
		done = 0;
	}
	space_edit_end_many(guest);
	return done == count;
}

/* How many of so many pages are a step: what can be mapped with one leaf, or few. */
static u64 next_slice(struct space *host, u64 to, u64 from, u64 pages)
{
	unsigned int level;
	u64 leaf = *paging_find(&host->paging, from, &level);
	phys_t phys = paging_leaf_phys(leaf, level, from);

	for (; leaf && level; level--) {
		u64 size = 1UL << paging_level_shift(level);

		if (!((to | phys) & (size - 1)) && pages >= size >> PAGE_SHIFT)
			return size >> PAGE_SHIFT;
	}
	return min_u64(pages, SLICE - (to >> PAGE_SHIFT) % SLICE);
}

/* Many pages, in steps: so many of them are done. */
static __noinline int update_in_steps(struct space *host, struct space *target, u64 va, u64 from,
					u64 pages, u64 rights, bool map, u64 *pages_done)
{
	u64 done = *pages_done, slice, at;
	int error = 0;

	while (done < pages && !error) {
		at = va + (done << PAGE_SHIFT);
		if (map) {
			slice = next_slice(host, at, from + (done << PAGE_SHIFT), pages - done);
			error = guest_map(host, target, at, from + (done << PAGE_SHIFT), slice, rights);
			done += slice;
			if (!error && done < pages && preempt_point(COST * SLICE))
				error = PREEMPTED;
		} else {
			if (!space_take(target, &at, va + ((pages << PAGE_SHIFT) - 1), rights,
					target == host ? &aliases : &paging_any, true))
				error = PREEMPTED;
			done = error ? (at - va) >> PAGE_SHIFT : pages;
		}
	}
	*pages_done = error == PREEMPTED ? done : 0;
	return error;
}

static __noinline int update_entry(struct space *host, struct space *target,
				       const volatile struct l4_batch_entry *entry, u64 *pages_done)
{
	u64 word = entry->guest_va, from = entry->host_va, pages = entry->pages;
	u64 va = word & ~(PAGE_SIZE - 1), rights = word & L4_BATCH_RIGHTS;
	u64 operation = word & (PAGE_SIZE - 1) & ~L4_BATCH_RIGHTS;
	u64 span = (pages << PAGE_SHIFT) - 1;
	u64 base = target == host ? KERNEL_SLOT_END : 0;
	u64 size = target == host ? -KERNEL_SLOT_END : USER_LOWER_END;

	if (unlikely(va - base >= size || pages - 1 >= (size - (va - base)) >> PAGE_SHIFT))
		return -L4_EINVAL;
	if (operation == L4_BATCH_UNMAP) {
		if (unlikely(pages > SLICE))
			return update_in_steps(host, target, va, 0, pages, rights, false, pages_done);
		/* So few are not broken off. */
		space_take(target, &va, va + span, rights, target == host ? &aliases : &paging_any, true);
		return 0;
	}
	if (unlikely((operation & ~L4_BATCH_WC) != L4_BATCH_MAP || !(rights & L4_RIGHT_R) ||
		     (from & (PAGE_SIZE - 1)) || !paging_range_ok(from, from + span)))
		return -L4_EINVAL;
	rights |= operation & L4_BATCH_WC;
	if (unlikely(pages > SLICE))
		return update_in_steps(host, target, va, from, pages, rights, true,
					 pages_done);
	preempt_count(COST * pages);
	return guest_map(host, target, va, from, pages, rights);
}

/* Ring 3 can change entries while it is broken off: each is checked whenever it is looked at. */
static int update_entries(struct space *host, struct space *target,
			  const struct l4_batch_entry *batch, u64 count, u64 *done, u64 *pages_done)
{
	for (; *done < count; ++*done, *pages_done = 0) {
		u64 easy = 0;
		int error;

		if (target != host && !(batch[*done].guest_va & L4_BATCH_UNMAP))
			easy = guest_update_short(host, target, &batch[*done], count - *done);
		if (easy) {
			*pages_done = 0;
			*done += easy;
			if (*done == count)
				break;
			preempt_count(SHORT_COST);
		}
		error = update_entry(host, target, &batch[*done], pages_done);
		if (unlikely(error))
			return error;
		if (preempt_due(200) && *done + 1 < count && preempt_window()) {
			++*done;
			*pages_done = 0;
			return PREEMPTED;
		}
	}
	return 0;
}

/*
 * A map must not come after an unmap that it does not know of. Once is enough for
 * all entries from the first on: others unmap only when this has been broken off.
 */
static __noinline int check_generation(struct space *target, const struct l4_utcb *utcb, u64 first,
				       u64 count)
{
	u64 generation = utcb->vcpu.batch_generation;
	bool maps = false, unmaps = false;

	for (u64 n = first; n < count; n++) {
		u64 operation = utcb->batch[n].guest_va & (PAGE_SIZE - 1) & ~L4_BATCH_RIGHTS;

		maps |= (operation & ~L4_BATCH_WC) == L4_BATCH_MAP;
		unmaps |= operation == L4_BATCH_UNMAP;
	}
	if (maps && generation && generation < target->generation)
		return -L4_EBUSY;
	if (unmaps && generation > target->generation)
		__atomic_store_n(&target->generation, generation, __ATOMIC_RELAXED);
	return 0;
}

int guest_update(struct space *host, struct space *target, const struct l4_utcb *utcb, u64 count,
		 u64 *done, struct steps *steps)
{
	u64 pages_done = 0;
	int error = 0;

	*done = 0;
	/* What has a host has its tables still; the host is the caller's. */
	if (unlikely(count - 1 >= L4_BATCH_MAX || space_is_guest(host) ||
		     (target && target->host != host)))
		return -L4_EINVAL;
	if (!target) {
		target = host;
		host->has_alias = true;
	}
	/* Of fewer entries than there were it has done all. */
	if (unlikely(steps->of == STEPS_GUEST)) {
		*done = min_u64(steps->guest.entries, count);
		pages_done = steps->guest.pages;
	}
	if (unlikely(utcb->vcpu.batch_generation != target->generation))
		error = check_generation(target, utcb, *done, count);
	if (likely(!error))
		error = update_entries(host, target, utcb->batch, count, done, &pages_done);
	if (unlikely(error == PREEMPTED)) {
		steps_begin(steps, STEPS_GUEST);
		steps->guest = (struct guest_steps){ *done, pages_done };
	} else {
		steps_drop(steps);
	}
	return error;
}
