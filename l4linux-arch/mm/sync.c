// SPDX-License-Identifier: GPL-2.0
/*
 * Brings entries of Linux's page tables to the guest tasks and to the server's
 * own upper half: asm/mmu_sync.h has the rule.
 *
 * Walks are lockless, with interrupts off: so no table is freed meanwhile (Linux
 * waits for that, with several CPUs). On one CPU nothing can change an entry
 * between reading it and mapping the page either; with several an entry is
 * changed only if it still is what was read (entry_replace).
 */
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/vmalloc.h>
#include <asm/trap_pf.h>
#include <asm/vcpu.h>
#include "sync.h"

/* Pages brought along with the one that faulted: an aligned group around it. */
#define AROUND_PAGES	16UL
#define AROUND_MASK	(~(AROUND_PAGES * PAGE_SIZE - 1))

#define USER_BITS	(_PAGE_PRESENT | _PAGE_USER)
#define GIVEN_BITS	(USER_BITS | _PAGE_ACCESSED)
#define GROUP_BITS	(GIVEN_BITS | _PAGE_AGED)	/* those of a page that comes along: USER_BITS */

/* Each entry is read once: another CPU may clear it meanwhile. */
static __always_inline pmd_t *walk_to_pmd(struct mm_struct *mm, unsigned long address)
{
	p4d_t p4d = READ_ONCE(*p4d_offset(pgd_offset(mm, address), address));
	pud_t pud;

	if (!p4d_present(p4d))
		return NULL;
	pud = READ_ONCE(*pud_offset(&p4d, address));
	return pud_present(pud) ? pmd_offset(&pud, address) : NULL;
}

static pte_t *walk_to_pte(struct mm_struct *mm, unsigned long address)
{
	pmd_t *pmdp = walk_to_pmd(mm, address), pmd;

	if (!pmdp)
		return NULL;
	pmd = READ_ONCE(*pmdp);
	return pmd_present(pmd) ? pte_offset_kernel(&pmd, address) : NULL;
}

static unsigned long entry_type(pte_t pte)
{
	return pte_val(pte) & _PAGE_PWT ? L4_BATCH_WC : 0;
}

static unsigned long entry_rights(pte_t pte)
{
	return L4_RIGHT_R | (pte_write(pte) && pte_dirty(pte) ? L4_RIGHT_W : 0) |
	       (pte_exec(pte) ? L4_RIGHT_X : 0);
}

static void *entry_source(pte_t pte)
{
	return __va(PFN_PHYS(pte_pfn(pte)));
}

/* False: somebody has changed it. There is no fault in doing nothing: the next one looks again. */
static __always_inline bool entry_replace(pte_t *ptep, pte_t old, pte_t new)
{
#ifdef CONFIG_SMP
	return pte_val(old) == pte_val(new) || try_cmpxchg(&ptep->pte, &old.pte, new.pte);
#else
	set_pte(ptep, new);
	return true;
#endif
}

/*
 * The CPU's page walk in software: if the entry allows the access the answer
 * is yes and, for a write, its D bit is set. The A bit follows when the page is
 * mapped. Interrupts are off. If another CPU has changed the entry meanwhile it may
 * allow the access still: who asks under pagefault_disable has no other way.
 */
bool mmu_touch(struct mm_struct *mm, unsigned long address, unsigned long error)
{
	pte_t *ptep = walk_to_pte(mm, address);
	pte_t pte;

	if (!ptep)
		return false;
	do {
		pte = ptep_get(ptep);
		if (!pte_access_permitted(pte, error & X86_PF_WRITE) ||
		    (!pte_exec(pte) && (error & X86_PF_INSTR)))
			return false;
	} while (error & X86_PF_WRITE && !entry_replace(ptep, pte, pte_mkdirty_by_walk(pte)));
	return true;
}

/* Does the CPU of a native kernel find a page here? Signals report that. */
bool mmu_present(struct mm_struct *mm, unsigned long address)
{
	unsigned long flags;
	bool present;
	pte_t *ptep;

	local_irq_save(flags);
	ptep = walk_to_pte(mm, address);
	present = ptep && (pte_val(ptep_get(ptep)) & _PAGE_PRESENT);
	local_irq_restore(flags);
	return present;
}

/*
 * Puts the page at `next', the end of the batch, and those after it that lie
 * behind each other in memory, too, and have the same bits: in files most do.
 */
static noinline struct l4_batch_entry *collect(struct l4_batch_entry *next, unsigned long va,
					       pte_t *ptep, const pte_t *end)
{
	const pte_t *begin = ptep;
	pte_t pte = ptep_get(ptep);

	if (IS_ENABLED(CONFIG_SMP) && (pte_val(pte) & GROUP_BITS) != USER_BITS)
		return next;
	next->guest_va = va | L4_BATCH_MAP | entry_rights(pte) | entry_type(pte);
	next->host_va = (unsigned long)entry_source(pte);
	do {
		if (!entry_replace(ptep, pte, pte_mkyoung(pte)))
			break;
		pte = __pte(pte_val(pte) + PAGE_SIZE);
	} while (++ptep < end && pte_val(ptep_get(ptep)) == pte_val(pte));
	next->pages = ptep - begin;
	return next + (ptep > begin);
}

/* The guest was emptied: none of the group is given. */
static noinline void forget_given(pte_t *first)
{
	for (pte_t *ptep = first; ptep < first + AROUND_PAGES; ptep++) {
		pte_t pte = ptep_get(ptep);

		if (pte_val(pte) & _PAGE_PRESENT)
			entry_replace(ptep, pte, pte_mkold(pte));
	}
}

/* Is what the guest should have lost replaced by what is sent? Else it loses it now. */
static noinline void settle_stale(struct mm_struct *mm, unsigned long address,
				  const struct l4_batch_entry *sent,
				  const struct l4_batch_entry *end)
{
	address &= PAGE_MASK;
	if (&mm->context != raw_cpu_read(mmu_fault.context) ||
	    address != raw_cpu_read(mmu_fault.address))
		return;
	for (; sent < end; sent++) {
		if (address - (sent->guest_va & PAGE_MASK) < sent->pages << PAGE_SHIFT) {
			raw_cpu_write(mmu_fault.stale, false);
			return;
		}
	}
	mmu_unmap_stale();
}

/*
 * A young entry is one that the guest was given, so of the neighbours only the
 * others are worth sending. Of the faulting page:
 *
 *   no table, not present      nothing: the next fault finds out why
 *   present, old               sent, as its old neighbours are
 *   young, guest has the page  (the fault was one of protection) sent with the
 *                              rights it has by now
 *   young, guest lacks it      the guest was emptied: all that is present is sent
 *   unmapped while its fault   if it is sent, that replaces what the guest has;
 *   was handled (mmu_fault)    else unmapped now
 *
 * What is sent counts as touched: that costs the page reclaim some precision
 * and saves the process a fault for each page. Returns how many entries it put
 * into the UTCB.
 */
static __always_inline unsigned int collect_around(struct mm_struct *mm, unsigned long address,
						   unsigned long error)
{
	struct l4_batch_entry *batch = batch_entries(), *next = batch;
	unsigned long start = address & AROUND_MASK;
	pte_t *first = walk_to_pte(mm, start), *ptep, pte;

	if (!first)
		goto out;
	ptep = first + ((address - start) >> PAGE_SHIFT);
	pte = ptep_get(ptep);
	if ((pte_val(pte) & GIVEN_BITS) == GIVEN_BITS) {
		if (error & X86_PF_PROT)
			entry_replace(ptep, pte, pte_mkold(pte));
		else
			forget_given(first);
	}
	if (unlikely(pte_aged(pte))) {
		pte = ptep_get(ptep);
		entry_replace(ptep, pte, pte_clear_aged(pte));
	}
	/* Mostly there is one to send: the others must be passed over quickly. */
#pragma GCC unroll 16
	for (unsigned int i = 0; i < AROUND_PAGES; i++)
		if (unlikely((pte_val(ptep_get(first + i)) & GROUP_BITS) == USER_BITS))
			next = collect(next, start + i * PAGE_SIZE, first + i, first + AROUND_PAGES);
out:
	if (unlikely(raw_cpu_read(mmu_fault.stale)))
		settle_stale(mm, address, batch, next);
	return next - batch;
}

/* For the faulting page alone: the reason for a failure is then its own. */
static void collect_one(struct batch *batch, struct mm_struct *mm, unsigned long address)
{
	pte_t *ptep = walk_to_pte(mm, address);
	pte_t pte;

	if (!ptep)
		return;
	pte = ptep_get(ptep);
	if ((pte_val(pte) & USER_BITS) == USER_BITS && pte_young(pte))
		batch_map(batch, address & PAGE_MASK, entry_source(pte),
			  entry_rights(pte) | entry_type(pte));
}

/*
 * Maps the page that was just made present, and its neighbours. -EFAULT: the
 * server has no such memory itself (a process has mapped a physical address
 * that belongs to somebody else). No other batch is open, and the guest is the
 * loaded one: page_fault has seen to that.
 */
int mmu_map_now(struct mm_struct *mm, unsigned long address, unsigned long error)
{
	struct batch batch;

	batch_open(&batch, &mm->context, 0);
	do {
		batch.error = 0;
		batch.generation = context_will_map(&mm->context);
		batch.count = collect_around(mm, address, error);
	} while (unlikely(batch_send(&batch) == -EAGAIN));
	if (!batch.error)
		return batch_close(&batch);
	do {
		batch.error = 0;
		batch.generation = context_will_map(&mm->context);
		batch_unmap(&batch, address & PAGE_MASK, 1, L4_RIGHTS_ALL);
		collect_one(&batch, mm, address);
	} while (unlikely(batch_send(&batch) == -EAGAIN));
	return batch_close(&batch);
}

/* The same, riding on the resume that follows with interrupts off. */
void mmu_map_on_resume(struct mm_struct *mm, unsigned long address, unsigned long error)
{
	unsigned long generation;
	unsigned int count;

	batch_open_on_resume();
	generation = context_will_map(&mm->context);
	count = collect_around(mm, address, error);
	batch_close_on_resume(count, generation);
}

/* Is any of it both writable and executable? */
static bool sync_kernel_ptes(struct batch *batch, pmd_t *pmd, unsigned long start,
			     unsigned long end)
{
	pte_t *ptep = pte_offset_kernel(pmd, start);
	bool unsafe = false;
	unsigned long rights;
	pte_t pte;

	for (; start < end; start += PAGE_SIZE, ptep++) {
		pte = ptep_get(ptep);
		if (!pte_present(pte)) {
			batch_unmap(batch, start, 1, L4_RIGHTS_ALL);
			continue;
		}
		rights = L4_RIGHT_R | (pte_write(pte) ? L4_RIGHT_W : 0) |
			 (pte_exec(pte) ? L4_RIGHT_X : 0);
		unsafe |= rights == L4_RIGHTS_ALL;
		batch_map(batch, start, entry_source(pte), rights | entry_type(pte));
	}
	return unsafe;
}

/*
 * Called by the generic code after each change of the kernel's half; at once,
 * because an access to it cannot be made good later: the fault might need the
 * very memory, a stack for instance. A table's pages at a time, so that
 * interrupts need not wait for all. What is no memory of this instance stays
 * away: whoever touches it faults.
 */
void arch_sync_kernel_mappings(unsigned long start, unsigned long end)
{
	unsigned long address, next;
	bool unsafe = false;
	int err = 0;

	for (address = start & PAGE_MASK; address < end; address = next) {
		struct batch batch;
		pmd_t *pmd;

		next = pmd_addr_end(address, end);
		batch_open(&batch, NULL, 0);
		pmd = walk_to_pmd(&init_mm, address);
		if (pmd && pmd_present(*pmd))
			unsafe |= sync_kernel_ptes(&batch, pmd, address, next);
		else
			batch_unmap(&batch, address, PAGE_ALIGN(next - address) >> PAGE_SHIFT,
				    L4_RIGHTS_ALL);
		err = batch_close(&batch) ?: err;
	}
	if (err)
		pr_err("not all of %lx-%lx can be mapped: error %d\n", start, end, err);
	WARN_ONCE(unsafe, "%lx-%lx can be written and executed\n", start, end);
}
