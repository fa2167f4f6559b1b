/* SPDX-License-Identifier: GPL-2.0 */
/* The fake machine of the kernel's host tests; see host.h. */
#include "host.h"

#include "memory/ports.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/panic.h"
#include "sched/reap.h"

#define TLB_ENTRIES	4096

u8 *host_ram;
struct quota host_quota;
u64 host_flushes, host_objects_dead, host_preempt, host_points;
struct steps host_work;

static u64 free_before;
static unsigned int tlb_size = TLB_ENTRIES;

static struct {
	struct space *space;
	u64 va, leaf;
	unsigned int level;
} tlb[TLB_ENTRIES];

void object_cap_added(struct object *object)
{
	object->caps++;
}

bool object_cap_removed(struct object *object)
{
	assert_true(object->caps > 0);
	return !--object->caps;
}

void reap_add(struct object *object)
{
	(void)object;
	host_objects_dead++;
}

int host_begin(void **state)
{
	(void)state;
	if (!host_ram) {
		host_ram = mmap(NULL, HOST_RAM, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		/* Not zero, so that kmem has to clear. */
		for (u64 i = 0; i < HOST_RAM; i += 8)
			*(u64 *)(host_ram + i) = 0x0123456789abcdef;
		kmem_init(PAGE_SIZE, HOST_RAM);
		paging_kernel_pml4e = (HOST_RAM - PAGE_SIZE) | PTE_P | PTE_W;
	}
	paging_has_1g = true;
	quota_init_root(&host_quota, 1UL << 40);
	host_flushes = host_objects_dead = 0;
	for (unsigned int i = 0; i < TLB_ENTRIES; i++)
		tlb[i].space = NULL;
	free_before = kmem_free_bytes();
	return 0;
}

int host_end(void **state)
{
	(void)state;
	assert_int_equal(kmem_free_bytes(), free_before);
	assert_int_equal(host_quota.used, 0);
	return 0;
}

void host_tlb_size(unsigned int entries)
{
	tlb_size = entries < TLB_ENTRIES ? entries : TLB_ENTRIES;
}

void host_touch(struct space *space, u64 va)
{
	unsigned int level, slot = host_below(tlb_size);
	u64 leaf = paging_walk(&space->paging, va, &level);

	if (!leaf)
		return;
	/* A CPU can keep a part of a large leaf, as if it were a small one. */
	if (level && host_one_in(2)) {
		leaf = (leaf & ~PTE_FRAME) | align_down(paging_leaf_phys(leaf, level, va), PAGE_SIZE);
		level = 0;
	}
	tlb[slot].space = space;
	tlb[slot].va = va;
	tlb[slot].leaf = leaf;
	tlb[slot].level = level;
}

/* A cached large translation goes with any address in it. */
void tlb_flush_range(struct space *space, u64 va, u64 pages)
{
	host_flushes++;
	for (unsigned int i = 0; i < tlb_size; i++) {
		u64 size = 1UL << paging_level_shift(tlb[i].level), base = tlb[i].va & ~(size - 1);

		if (tlb[i].space != space)
			continue;
		if (pages >= 1UL << 36 || (va < base + size && base - va < pages << PAGE_SHIFT) ||
		    (base <= va && va - base < size))
			tlb[i].space = NULL;
	}
}

bool tlb_flush_here(const struct space *guest, u64 va, u64 pages)
{
	tlb_flush_range((struct space *)guest, va, pages);
	return !host_loaded_elsewhere;
}

void space_edit_begin_many(struct space *guest)
{
	assert_false(guest->edited);
	guest->edited = true;
	if (guest->flush_due)
		tlb_flush_range(guest, 0, PAGING_ALL);
	guest->flush_due = false;
}

void space_edit_end_many(struct space *guest)
{
	assert_true(guest->edited);
	guest->edited = false;
}

bool cpus_many, host_loaded_elsewhere;

/* No CPU has any. */
void ports_taken(struct space *space)
{
	(void)space;
}

void host_tlb_check(void)
{
	for (unsigned int i = 0; i < tlb_size; i++) {
		u64 rights;

		if (!tlb[i].space)
			continue;
		assert_int_equal(host_frame(tlb[i].space, tlb[i].va, &rights),
				 paging_leaf_phys(tlb[i].leaf, tlb[i].level, tlb[i].va));
		assert_int_equal(paging_rights(tlb[i].leaf) & ~rights, 0);
	}
}

phys_t host_frame(const struct space *space, u64 va, u64 *rights)
{
	unsigned int level;
	u64 leaf = paging_walk(&space->paging, va, &level);

	*rights = leaf ? paging_rights(leaf) : 0;
	return leaf ? paging_leaf_phys(leaf, level, va) : ~0UL;
}

void host_expect(const struct space *space, u64 va, phys_t phys, u64 rights)
{
	u64 found_rights;
	phys_t found = host_frame(space, va, &found_rights);

	if (found_rights != rights || (rights && found != phys))
		fail_msg("at %lx: frame %lx rights %lu, not %lx %lu", va, found, found_rights, phys,
			 rights);
}

bool host_port_allowed(const struct space *space, u64 port)
{
	u64 byte = port / 8;
	const u8 *part = byte < SPACE_IO_PAGES * PAGE_SIZE ? space->io_bitmap[byte / PAGE_SIZE] : NULL;

	return part && !(part[byte % PAGE_SIZE] >> port % 8 & 1);
}

static void check_table(u64 parent, unsigned int level)
{
	const u64 *table = paging_table(parent);
	u64 first = paging_first(parent) - table, used = 0;

	for (unsigned int i = 0; i < PAGING_ENTRIES; i++) {
		u64 entry = table[i];

		if (!entry)
			continue;
		used++;
		assert_true(i >= first);
		assert_true(entry & PTE_P && entry & PTE_U);
		if (!level || (entry & PTE_S)) {
			assert_int_equal(!!(entry & PTE_S), level != 0);
			assert_int_equal(entry & PTE_FRAME & ((1UL << paging_level_shift(level)) - 1), 0);
			assert_int_equal(entry & PTE_COUNT_MASK, 0);
		} else {
			assert_true(entry & PTE_A && entry & PTE_W && !(entry & PTE_NX));
			check_table(entry, level - 1);
		}
	}
	assert_int_equal(used, (parent & PTE_COUNT_MASK) >> PTE_COUNT_SHIFT);
	assert_true(used);
}

static u64 without_count(u64 entry)
{
	return entry & ~(PTE_COUNT_MASK | PTE_FIRST_MASK);
}

void host_check_tables(const struct space *space)
{
	const struct paging *paging = &space->paging;
	bool guest = space_is_guest(space);

	assert_null(paging->unused);
	assert_int_equal(paging->top_changed, 0);
	for (unsigned int i = 0; i < PAGING_ENTRIES; i++) {
		u64 entry = paging->top[i];

		assert_true(!entry || i == KERNEL_SLOT || paging->top_used >> i / PAGING_GROUP & 1);
		if (i == KERNEL_SLOT) {
			assert_int_equal(entry, paging_kernel_pml4e);
			if (guest)
				assert_int_equal(space->guest_top[i], paging_kernel_pml4e);
			continue;
		}
		if (guest && i < KERNEL_SLOT)
			assert_int_equal(without_count(space->guest_top[i]), without_count(entry));
		if (guest && i > KERNEL_SLOT) {
			assert_int_equal(space->guest_top[i], 0);
			assert_int_equal(without_count(entry),
					 without_count(space->host->paging.top[i]));
			continue;
		}
		if (entry)
			check_table(entry, PAGING_LEVELS - 2);
	}
}

static void check_node(const struct map_node *node, const struct space *space, unsigned int kind)
{
	u64 size = 1UL << node->order;

	assert_ptr_equal(map_node_space(node), space);
	assert_int_equal(node->kind, kind);
	assert_int_equal(node->base & (size - 1), 0);
	assert_int_equal(node->origin & (size - 1), 0);
	if (node->parent) {
		const struct map_node *parent = node->parent;

		assert_int_equal(parent->kind, kind);
		assert_ptr_equal(*node->prev_next, node);
		assert_true(node->order <= parent->order);
		assert_true(node->origin >= parent->origin);
		assert_true(node->origin - parent->origin <= (1UL << parent->order) - size);
	}
	for (const struct map_node *child = node->children; child; child = child->next) {
		assert_ptr_equal(child->parent, node);
		if (child->next)
			assert_ptr_equal(child->next->prev_next, &child->next);
	}
}

/* An index's tables, and the bases in order: *before is the node before. */
static u64 check_entry(u64 entry, const struct map_table *above, const struct space *space,
		       unsigned int kind, const struct map_node **before)
{
	const struct map_table *table = (const struct map_table *)(entry - MAP_TABLE);
	const struct map_node *node = (const struct map_node *)entry;
	u64 count = 0;

	if (!(entry & MAP_TABLE)) {
		if (*before)
			assert_true(map_node_last(*before) < node->base);
		*before = node;
		check_node(node, space, kind);
		return 1;
	}
	assert_ptr_equal(table->above, above);
	assert_true(table->used);
	assert_int_equal(table->shift % 6, 0);
	assert_int_equal(table->base >> table->shift & (MAP_SLOTS - 1), 0);
	assert_true(!above || table->shift < above->shift);
	for (u64 slot = 0; slot < MAP_SLOTS; slot++) {
		u64 base, in;

		if (!(table->used >> slot & 1))
			continue;
		in = table->slot[slot];
		base = in & MAP_TABLE ? ((const struct map_table *)(in - MAP_TABLE))->base :
					((const struct map_node *)in)->base;
		assert_int_equal((base - table->base) >> table->shift, slot);
		count += check_entry(in, table, space, kind, before);
	}
	return count;
}

u64 host_check_nodes(const struct space *space)
{
	u64 count = 0;

	for (unsigned int kind = 0; kind < MAP_KINDS; kind++) {
		const struct map_node *before = NULL;

		if (space->index[kind].root)
			count += check_entry((u64)space->index[kind].root + MAP_TABLE, NULL, space,
					     kind, &before);
	}
	return count;
}
