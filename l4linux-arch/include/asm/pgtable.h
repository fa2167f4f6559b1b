/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Page-table entries: x86-64's format and types, because that is what the
 * borrowed headers know, but no CPU ever reads them (asm/mmu_sync.h). Hence
 * plain stores, no PAT, no protection keys, no large pages, and A and D bits
 * that only this kernel sets.
 */
#ifndef _ASM_L4_PGTABLE_H
#define _ASM_L4_PGTABLE_H

/* No memory encryption: pgtable_types.h mentions its masks. */
#define sme_me_mask		0UL
#define __default_kernel_pte_mask (~0UL)

#include <asm/page.h>
#include <asm/pgtable_types.h>
#include <l4/instance.h>

/* What pgtable_types.h announces and only arch/x86 has. */
#undef __HAVE_PFNMAP_TRACKING
#undef ARCH_PAGE_TABLE_SYNC_MASK
#undef pgprot_writecombine
#undef pgprot_writethrough
#undef _PAGE_NOCACHE
#undef _PAGE_CACHE_WP

/*
 * Device memory is never cached, and what is no device's is: the microkernel sees to
 * both. So of these bits PCD only remembers what was asked for, and PWT asks for
 * write-combining (L4_BATCH_WC).
 */
#define _PAGE_NOCACHE		_PAGE_PCD
#define _PAGE_WC		(_PAGE_PCD | _PAGE_PWT)
#define _PAGE_CACHE_WP		0UL
#define pgprot_noncached(prot)	__pgprot(pgprot_val(prot) | _PAGE_NOCACHE)
#define pgprot_writecombine(prot) __pgprot(pgprot_val(prot) | _PAGE_WC)

/* The vCPUs' UTCBs come behind the modules, where native Linux has more room for these. */
#undef MODULES_END
#define MODULES_END		L4_INSTANCE_UTCB

/* Each change of the kernel's half is carried over at the end of the range. */
#define ARCH_PAGE_TABLE_SYNC_MASK PGTBL_PTE_MODIFIED

/* x86's search for free addresses (MAP_32BIT) is built in place. */
#define HAVE_ARCH_UNMAPPED_AREA
#define HAVE_ARCH_UNMAPPED_AREA_TOPDOWN

#ifndef __ASSEMBLY__

#include <asm/fixmap.h>
#include <asm/processor.h>

extern pgd_t swapper_pg_dir[PTRS_PER_PGD];
extern unsigned long empty_zero_page[PAGE_SIZE / sizeof(unsigned long)];
#define ZERO_PAGE(vaddr)	((void)(vaddr), virt_to_page(empty_zero_page))

void paging_init(void);

#define pte_val(x)		native_pte_val(x)
#define pmd_val(x)		native_pmd_val(x)
#define pud_val(x)		native_pud_val(x)
#define pgd_val(x)		native_pgd_val(x)
#define __pte(x)		native_make_pte(x)
#define __pmd(x)		native_make_pmd(x)
#define __pud(x)		native_make_pud(x)
#define __pgd(x)		native_make_pgd(x)

#define pte_ERROR(e)	pr_err("%s:%d: bad pte %016lx\n", __FILE__, __LINE__, pte_val(e))
#define pmd_ERROR(e)	pr_err("%s:%d: bad pmd %016lx\n", __FILE__, __LINE__, pmd_val(e))
#define pud_ERROR(e)	pr_err("%s:%d: bad pud %016lx\n", __FILE__, __LINE__, pud_val(e))
#define pgd_ERROR(e)	pr_err("%s:%d: bad pgd %016lx\n", __FILE__, __LINE__, pgd_val(e))

/* Tables */

static inline int pmd_none(pmd_t pmd)
{
	return !pmd_val(pmd);
}

static inline int pmd_present(pmd_t pmd)
{
	return pmd_val(pmd) & _PAGE_PRESENT;
}

static inline int pmd_bad(pmd_t pmd)
{
	return pmd_flags(pmd) != _PAGE_TABLE;
}

static inline int pud_none(pud_t pud)
{
	return !pud_val(pud);
}

static inline int pud_present(pud_t pud)
{
	return pud_val(pud) & _PAGE_PRESENT;
}

static inline int pud_bad(pud_t pud)
{
	return pud_flags(pud) != _PAGE_TABLE;
}

static inline int p4d_none(p4d_t p4d)
{
	return !p4d_val(p4d);
}

static inline int p4d_present(p4d_t p4d)
{
	return p4d_val(p4d) & _PAGE_PRESENT;
}

static inline int p4d_bad(p4d_t p4d)
{
	return p4d_flags(p4d) != _PAGE_TABLE;
}

static inline void set_pmd(pmd_t *pmdp, pmd_t pmd)
{
	WRITE_ONCE(*pmdp, pmd);
}

static inline void set_pud(pud_t *pudp, pud_t pud)
{
	WRITE_ONCE(*pudp, pud);
}

static inline void set_p4d(p4d_t *p4dp, p4d_t p4d)
{
	WRITE_ONCE(*p4dp, p4d);
}

static inline void pmd_clear(pmd_t *pmd)
{
	set_pmd(pmd, __pmd(0));
}

static inline void pud_clear(pud_t *pud)
{
	set_pud(pud, __pud(0));
}

static inline void p4d_clear(p4d_t *p4d)
{
	set_p4d(p4d, native_make_p4d(0));
}

static inline unsigned long pmd_pfn(pmd_t pmd)
{
	return (pmd_val(pmd) & PTE_PFN_MASK) >> PAGE_SHIFT;
}

static inline unsigned long pud_pfn(pud_t pud)
{
	return (pud_val(pud) & PTE_PFN_MASK) >> PAGE_SHIFT;
}

#define pud_pfn pud_pfn
#define pmd_page(pmd)		pfn_to_page(pmd_pfn(pmd))
#define pud_page(pud)		pfn_to_page(pud_pfn(pud))
#define p4d_page(p4d)		pfn_to_page((p4d_val(p4d) & PTE_PFN_MASK) >> PAGE_SHIFT)

static inline unsigned long pmd_page_vaddr(pmd_t pmd)
{
	return (unsigned long)__va(pmd_val(pmd) & PTE_PFN_MASK);
}

static inline pmd_t *pud_pgtable(pud_t pud)
{
	return __va(pud_val(pud) & PTE_PFN_MASK);
}

static inline pud_t *p4d_pgtable(p4d_t p4d)
{
	return __va(p4d_val(p4d) & PTE_PFN_MASK);
}

/* Entries */

#define PFN_PTE_SHIFT		PAGE_SHIFT

static inline void set_pte(pte_t *ptep, pte_t pte)
{
	WRITE_ONCE(*ptep, pte);
}

static inline void pte_clear(struct mm_struct *mm, unsigned long address, pte_t *ptep)
{
	set_pte(ptep, __pte(0));
}

static inline int pte_none(pte_t pte)
{
	return !pte_val(pte);
}

static inline int pte_present(pte_t pte)
{
	return pte_val(pte) & (_PAGE_PRESENT | _PAGE_PROTNONE);
}

static inline bool pte_dirty(pte_t pte)
{
	return pte_val(pte) & _PAGE_DIRTY;
}

static inline int pte_young(pte_t pte)
{
	return pte_val(pte) & _PAGE_ACCESSED;
}

static inline int pte_write(pte_t pte)
{
	return pte_val(pte) & _PAGE_RW;
}

static inline int pte_exec(pte_t pte)
{
	return !(pte_val(pte) & _PAGE_NX);
}

static inline int pte_special(pte_t pte)
{
	return pte_val(pte) & _PAGE_SPECIAL;
}

/* May a guest still have it? Also while it is being made inaccessible and not yet unmapped. */
#define pte_accessible(mm, pte)						\
	((pte_val(pte) & _PAGE_PRESENT) ||				\
	 ((pte_val(pte) & _PAGE_PROTNONE) && atomic_read(&(mm)->tlb_flush_pending)))

static inline unsigned long pte_pfn(pte_t pte)
{
	return (pte_val(pte) & PTE_PFN_MASK) >> PAGE_SHIFT;
}

#define pte_page(pte)		pfn_to_page(pte_pfn(pte))

static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte(((pteval_t)pfn << PAGE_SHIFT) | pgprot_val(prot));
}

#define mk_pte(page, prot)	pfn_pte(page_to_pfn(page), prot)

static inline pte_t pte_set_bits(pte_t pte, pteval_t bits)
{
	return __pte(pte_val(pte) | bits);
}

static inline pte_t pte_clear_bits(pte_t pte, pteval_t bits)
{
	return __pte(pte_val(pte) & ~bits);
}

static inline pte_t pte_wrprotect(pte_t pte)
{
	return pte_clear_bits(pte, _PAGE_RW);
}

static inline pte_t pte_mkwrite_novma(pte_t pte)
{
	return pte_set_bits(pte, _PAGE_RW);
}

static inline pte_t pte_mkclean(pte_t pte)
{
	return pte_clear_bits(pte, _PAGE_DIRTY);
}

static inline pte_t pte_mkdirty(pte_t pte)
{
	return pte_set_bits(pte, _PAGE_DIRTY | _PAGE_SOFT_DIRTY);
}

/* What a CPU does that walks the table for a write: soft-dirty is only Linux's. */
static inline pte_t pte_mkdirty_by_walk(pte_t pte)
{
	return pte_set_bits(pte, _PAGE_DIRTY);
}

static inline pte_t pte_mkold(pte_t pte)
{
	return pte_clear_bits(pte, _PAGE_ACCESSED);
}

static inline pte_t pte_mkyoung(pte_t pte)
{
	return pte_set_bits(pte, _PAGE_ACCESSED);
}

/*
 * Linux has cleared A to learn whether the page is used again. Until it is, the
 * guest does not get it along with a neighbour: that would count as a use.
 */
#define _PAGE_AGED		(_AT(pteval_t, 1) << _PAGE_BIT_SOFTW5)

static inline bool pte_aged(pte_t pte)
{
	return pte_val(pte) & _PAGE_AGED;
}

static inline pte_t pte_mkaged(pte_t pte)
{
	return pte_set_bits(pte_mkold(pte), _PAGE_AGED);
}

static inline pte_t pte_clear_aged(pte_t pte)
{
	return pte_clear_bits(pte, _PAGE_AGED);
}

static inline pte_t pte_mkspecial(pte_t pte)
{
	return pte_set_bits(pte, _PAGE_SPECIAL);
}

#ifdef CONFIG_HAVE_ARCH_SOFT_DIRTY
static inline int pte_soft_dirty(pte_t pte)
{
	return !!(pte_val(pte) & _PAGE_SOFT_DIRTY);
}

static inline pte_t pte_mksoft_dirty(pte_t pte)
{
	return pte_set_bits(pte, _PAGE_SOFT_DIRTY);
}

static inline pte_t pte_clear_soft_dirty(pte_t pte)
{
	return pte_clear_bits(pte, _PAGE_SOFT_DIRTY);
}

/* There are no large pages. */
static inline int pmd_soft_dirty(pmd_t pmd)
{
	return 0;
}
#endif

#ifdef CONFIG_HAVE_ARCH_USERFAULTFD_WP
static inline int pte_uffd_wp(pte_t pte)
{
	return !!(pte_val(pte) & _PAGE_UFFD_WP);
}

static inline pte_t pte_mkuffd_wp(pte_t pte)
{
	return pte_wrprotect(pte_set_bits(pte, _PAGE_UFFD_WP));
}

static inline pte_t pte_clear_uffd_wp(pte_t pte)
{
	return pte_clear_bits(pte, _PAGE_UFFD_WP);
}

static inline int pmd_uffd_wp(pmd_t pmd)
{
	return 0;
}
#endif

/* What a change of protection keeps: which page it is and what happened to it. */
#define PTE_KEEP_MASK	(PTE_PFN_MASK | _PAGE_SPECIAL | _PAGE_ACCESSED | \
			 _PAGE_DIRTY | _PAGE_SOFT_DIRTY | _PAGE_UFFD_WP | _PAGE_WC | \
			 _PAGE_AGED)

static inline pte_t pte_modify(pte_t pte, pgprot_t prot)
{
	return __pte((pte_val(pte) & PTE_KEEP_MASK) |
		     (pgprot_val(prot) & ~PTE_KEEP_MASK));
}

#define pte_pgprot(pte)		__pgprot(pte_val(pte) & ~PTE_PFN_MASK)

/* For lockless walkers: user pages only, PROT_NONE and kernel entries are none. */
#define pte_access_permitted pte_access_permitted
static inline bool pte_access_permitted(pte_t pte, bool write)
{
	pteval_t need = _PAGE_PRESENT | _PAGE_USER | (write ? _PAGE_RW : 0);

	return (pte_val(pte) & need) == need;
}

struct vm_fault;
struct vm_area_struct;

#ifdef CONFIG_SMP
/* Other CPUs set A and D meanwhile, as natively their page walks do (sync.c): none may get lost. */
#define __HAVE_ARCH_PTEP_GET_AND_CLEAR
static inline pte_t ptep_get_and_clear(struct mm_struct *mm, unsigned long address, pte_t *ptep)
{
	return __pte(xchg(&ptep->pte, 0));
}

#define __HAVE_ARCH_PTEP_SET_WRPROTECT
static inline void ptep_set_wrprotect(struct mm_struct *mm, unsigned long address, pte_t *ptep)
{
	pte_t old = READ_ONCE(*ptep);

	while (!try_cmpxchg(&ptep->pte, &old.pte, pte_val(pte_wrprotect(old))))
		;
}

#define __HAVE_ARCH_PTEP_SET_ACCESS_FLAGS
static inline int ptep_set_access_flags(struct vm_area_struct *vma, unsigned long address,
					pte_t *ptep, pte_t entry, int dirty)
{
	pte_t old = READ_ONCE(*ptep), new;

	do {
		new = __pte(pte_val(entry) | (pte_val(old) & (_PAGE_ACCESSED | _PAGE_DIRTY)));
	} while (!try_cmpxchg(&ptep->pte, &old.pte, pte_val(new)));
	return pte_val(old) != pte_val(new);
}
#endif

/* age.c; nobody waits until the guest has lost the page, as natively nobody flushes a TLB for it. */
#define __HAVE_ARCH_PTEP_TEST_AND_CLEAR_YOUNG
int ptep_test_and_clear_young(struct vm_area_struct *vma, unsigned long address, pte_t *ptep);

#define __HAVE_ARCH_PTEP_CLEAR_YOUNG_FLUSH
static inline int ptep_clear_flush_young(struct vm_area_struct *vma, unsigned long address,
					 pte_t *ptep)
{
	return ptep_test_and_clear_young(vma, address, ptep);
}

/* The fault that brought Linux here maps the page when it returns. */
#define flush_tlb_fix_spurious_fault(vma, address, ptep) do { } while (0)

static inline void update_mmu_cache_range(struct vm_fault *vmf, struct vm_area_struct *vma,
					  unsigned long address, pte_t *ptep,
					  unsigned int nr)
{
}

#define update_mmu_cache(vma, address, ptep) \
	update_mmu_cache_range(NULL, vma, address, ptep, 1)

/*
 * Swap entries, neither present nor PROT_NONE:
 *   bits 59-63 type, bits 9-58 offset, bit 3 exclusive, bit 2 write-protected
 *   by userfaultfd, bit 1 soft-dirty
 */
#define SWP_TYPE_BIT		59
#define SWP_OFFSET_BIT	9
#define MAX_SWAPFILES_CHECK()	BUILD_BUG_ON(MAX_SWAPFILES_SHIFT > 64 - SWP_TYPE_BIT)

#define __swp_type(x)		((x).val >> SWP_TYPE_BIT)
#define __swp_offset(x)		(((x).val & ~(~0UL << SWP_TYPE_BIT)) >> SWP_OFFSET_BIT)
#define __swp_entry(type, offset) ((swp_entry_t) {			\
	((unsigned long)(type) << SWP_TYPE_BIT) |			\
	((unsigned long)(offset) << SWP_OFFSET_BIT) })
#define __pte_to_swp_entry(pte)	((swp_entry_t) { pte_val(pte) })
#define __swp_entry_to_pte(x)	__pte((x).val)

static inline pte_t pte_swp_mkexclusive(pte_t pte)
{
	return pte_set_bits(pte, _PAGE_SWP_EXCLUSIVE);
}

static inline int pte_swp_exclusive(pte_t pte)
{
	return pte_val(pte) & _PAGE_SWP_EXCLUSIVE;
}

static inline pte_t pte_swp_clear_exclusive(pte_t pte)
{
	return pte_clear_bits(pte, _PAGE_SWP_EXCLUSIVE);
}

#ifdef CONFIG_HAVE_ARCH_SOFT_DIRTY
static inline int pte_swp_soft_dirty(pte_t pte)
{
	return !!(pte_val(pte) & _PAGE_SWP_SOFT_DIRTY);
}

static inline pte_t pte_swp_mksoft_dirty(pte_t pte)
{
	return pte_set_bits(pte, _PAGE_SWP_SOFT_DIRTY);
}

static inline pte_t pte_swp_clear_soft_dirty(pte_t pte)
{
	return pte_clear_bits(pte, _PAGE_SWP_SOFT_DIRTY);
}
#endif

#ifdef CONFIG_HAVE_ARCH_USERFAULTFD_WP
static inline int pte_swp_uffd_wp(pte_t pte)
{
	return !!(pte_val(pte) & _PAGE_SWP_UFFD_WP);
}

static inline pte_t pte_swp_mkuffd_wp(pte_t pte)
{
	return pte_set_bits(pte, _PAGE_SWP_UFFD_WP);
}

static inline pte_t pte_swp_clear_uffd_wp(pte_t pte)
{
	return pte_clear_bits(pte, _PAGE_SWP_UFFD_WP);
}
#endif

/* For x86's mm/mmap.c: no entry needs L1TF's inverted addresses. */
#define __HAVE_ARCH_PFN_MODIFY_ALLOWED
bool pfn_modify_allowed(unsigned long pfn, pgprot_t prot);

static inline bool arch_has_pfn_modify_check(void)
{
	return false;
}

static inline bool __pte_needs_invert(u64 value)
{
	return false;
}

#endif
#endif
