/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Batches of guest mappings, made without the kernel's lock, while another CPU takes
 * the memory that they map from away from the host, or rights to it. When a page is gone
 * it is in no guest, and in no CPU's TLB.
 */
#include "machine_cpus.h"

#include <string.h>

#include "memory/guest.h"
#include "random.h"
#include "sched/kernel_lock.h"
#include "sched/switch.h"
#include "vcpu/vcpu.h"
#include "x86/cpu/x86.h"

#define STEPS		20000UL
#define MEMORY		0x40000000UL	/* the root task's */
#define HOST_MEMORY	KERNEL_SLOT_END
#define TOO_MUCH	(HOST_MEMORY + (8UL << 20))
#define PAGES		16UL		/* that are given one by one; as many of the large one are used */
#define LARGE		1024UL		/* the first page of a large one */
#define ALL		(LARGE + 512UL)
#define GUEST_PAGES	8UL		/* in each of two tables */
#define GUESTS		2UL
#define HOST_QUOTA	(4UL << 20)
#define HOST		10UL
#define VCPU(n)		(20UL + (n))
#define GUEST(n)	(30UL + (n))
#define UTCB(n)		(0x100000UL + ((n) << PAGE_SHIFT))

static struct task *host, *guest[GUESTS];
static bool gone[ALL];		/* what nobody can have */
static unsigned long alone, replaced_elsewhere, taken, half_made;

/* At work with the kernel's lock, and not broken off. */
static void lock(void)
{
	this_cpu()->preempt_off = true;
	kernel_lock();
}

static struct task *find(struct task *in, u64 slot)
{
	int error;
	struct task *task = task_find(in, slot, OBJECT_TASK, 0, &error);

	assert_non_null(task);
	return task;
}

/* On each CPU but the first a vCPU; two of them run the same guest. */
static void make(void)
{
	int error;

	assert_int_equal(map_root(&machine_root->space, L4_FPAGE_MEM, MEMORY, MACHINE_USER_RAM,
				  ALL << PAGE_SHIFT, L4_RIGHTS_ALL), 0);
	/* What is behind it is not in large pages. */
	for (u64 page = LARGE / 2 - 1; page < LARGE; page += LARGE / 2)
		assert_int_equal(unmap_fpage(&machine_root->space, l4_fpage_mem(MEMORY + (page << PAGE_SHIFT),
					     PAGE_SHIFT, L4_RIGHT_W), L4_UNMAP_SELF, &host_work), 0);
	assert_int_equal(task_create(machine_root, HOST, HOST_QUOTA, 0), 0);
	host = find(machine_root, HOST);
	for (u64 i = 0; i < GUESTS; i++) {
		assert_int_equal(task_create(host, GUEST(i), 0, L4_TASK_GUEST), 0);
		guest[i] = find(host, GUEST(i));
	}
	for (u64 i = 1; i < CPUS; i++) {
		struct thread *vcpu;

		assert_int_equal(thread_create(machine_root, VCPU(i), HOST, UTCB(i), L4_THREAD_VCPU), 0);
		vcpu = task_find(machine_root, VCPU(i), OBJECT_THREAD, 0, &error);
		assert_int_equal(thread_control(machine_current(), vcpu, L4_THREAD_CPU, i), 0);
		vcpu_set_guest(vcpu, guest[i / 3]);
		assert_int_equal(thread_start(vcpu, 0x1000, 0x2000, 0), 0);
	}
	memset(gone, true, sizeof(gone));
}

static u64 any_guest_va(void)
{
	return (host_below(2) << 21) + (host_below(GUEST_PAGES) << PAGE_SHIFT);
}

static u64 any_page(void)
{
	return host_below(PAGES) + (host_below(2) ? LARGE : 0);
}

static u64 any_host_va(void)
{
	return (host_one_in(4) ? TOO_MUCH : HOST_MEMORY) + (any_page() << PAGE_SHIFT);
}

/* The page that a leaf names: nobody has other memory. */
static u64 page_of(u64 leaf)
{
	u64 page = ((leaf & PTE_FRAME) - MACHINE_USER_RAM) >> PAGE_SHIFT;

	assert_true(page < ALL);
	return page;
}

/* The entries that are used are those that are counted. */
static void check_count(struct space *space, u64 va)
{
	u64 *parent, *entry = paging_page_entry(&space->paging, va, &parent), used = 0;

	for (u64 i = 0; entry && i < PAGING_ENTRIES; i++)
		used += !!entry[i];
	if (entry)
		assert_int_equal((*parent & PTE_COUNT_MASK) >> PTE_COUNT_SHIFT, used);
}

/* By who has the lock: no guest has one of the pages with one of these rights. */
static void nobody_has(u64 first, u64 count, u64 rights)
{
	for (u64 i = 0; i < GUESTS; i++) {
		struct space *space = &guest[i]->space;

		space_edit_begin(space);
		check_count(space, 0);
		check_count(space, 1UL << 21);
		for (u64 n = 0; n < 2 * GUEST_PAGES; n++) {
			u64 va = (n / GUEST_PAGES << 21) + (n % GUEST_PAGES << PAGE_SHIFT);
			unsigned int level;
			u64 leaf = paging_walk(&space->paging, va, &level);

			if (leaf && page_of(leaf) - first < count)
				assert_int_equal(paging_rights(leaf) & rights, 0);
		}
		space_edit_end(space);
	}
}

static void set_gone(u64 first, u64 count, bool value)
{
	for (u64 i = 0; i < count; i++)
		__atomic_store_n(&gone[first + i], value, __ATOMIC_SEQ_CST);
}

static void give(u64 page, unsigned int order)
{
	u64 offset = page << PAGE_SHIFT;

	set_gone(page, 1UL << (order - PAGE_SHIFT), false);
	assert_true(map_fpage(&machine_root->space, l4_fpage_mem(MEMORY + offset, order, L4_RIGHTS_ALL),
			      &host->space, HOST_MEMORY + offset, &host_work) > 0);
}

/* Or only a right. */
static void take(u64 page, unsigned int order)
{
	u64 rights = host_one_in(3) ? L4_RIGHT_W : L4_RIGHTS_ALL, count = 1UL << (order - PAGE_SHIFT);

	assert_true(unmap_fpage(&machine_root->space, l4_fpage_mem(MEMORY + (page << PAGE_SHIFT), order, rights),
				host_one_in(4) ? L4_UNMAP_STATUS : 0, &host_work) >= 0);
	nobody_has(page, count, rights);
	if (rights & L4_RIGHT_R)
		set_gone(page, count, true);
	taken++;
}

/* The server has used it by then, and a vCPU of its maps it. */
static void use_what_is_half_made(void)
{
	static struct l4_utcb utcb;
	u64 page = host_below(PAGES), va = TOO_MUCH + (page << PAGE_SHIFT);
	unsigned int level;
	u64 *entry = paging_lowest(&host->space.paging, va, &level);

	if (!gone[page] || !*entry)
		return;
	__atomic_fetch_or(entry, PTE_A | PTE_D, __ATOMIC_RELAXED);
	utcb.batch[0] = (struct l4_batch_entry){ any_guest_va() | L4_BATCH_MAP | L4_RIGHT_R, va, 1 };
	if (guest_try_update(&host->space, &guest[host_below(GUESTS)]->space, &utcb, 1))
		half_made++;
}

/* All but the large one, once more; of the two tables that it takes there is memory for one. */
static void give_too_much(void)
{
	struct quota *quota = &host->quota;
	u64 limit = quota->limit;

	quota->limit = quota->used + PAGE_SIZE + PAGE_SIZE / 4;
	machine_no_memory = use_what_is_half_made;
	assert_int_equal(map_fpage(&machine_root->space, l4_fpage_mem(MEMORY, 22, L4_RIGHTS_ALL), &host->space,
				   TOO_MUCH, &host_work), -L4_ENOMEM);
	machine_no_memory = NULL;
	quota->limit = limit;
	for (u64 page = 0; page < PAGES; page++)
		if (gone[page])
			nobody_has(page, 1, L4_RIGHTS_ALL);
}

/* The host's pager, on the first CPU. */
static void give_or_take(void)
{
	u64 page = any_page();

	lock();
	if (host_one_in(32))
		give_too_much();
	else if (page >= LARGE && host_one_in(8))
		take(LARGE, 21);
	else if (!gone[page])
		take(page, PAGE_SHIFT);
	else if (page < LARGE)
		give(page, PAGE_SHIFT);
	else
		give(LARGE, 21);
	kernel_unlock();
}

/* What the CPU does by itself: it uses an address of its guest's, and what it found stays cached. */
static void touch(void)
{
	struct paging loaded = { .top = phys_to_virt(machine.cr3) };
	struct machine_tlb_entry *entry = &machine.tlb[host_below(MACHINE_TLB)];
	unsigned int level;

	entry->va = any_guest_va();
	entry->leaf = paging_walk(&loaded, entry->va, &level);
}

/* And the server one of its own, and that is marked there. */
static void touch_own(void)
{
	struct paging loaded = { .top = phys_to_virt(machine.cr3) };
	unsigned int level;
	u64 *entry = paging_lowest(&loaded, any_host_va(), &level), leaf = paging_get(entry);

	/* The sanitizer sees nothing of what a CPU does by itself. */
	if (leaf && !paging_is_table(leaf))
		asm volatile("lock cmpxchg %2, %0" : "+m"(*entry), "+a"(leaf)
			     : "r"(leaf | PTE_A | (leaf & PTE_W ? PTE_D : 0)));
}

static void nothing_stale(void)
{
	for (unsigned int i = 0; i < MACHINE_TLB; i++)
		if (machine.tlb[i].leaf)
			assert_false(__atomic_load_n(&gone[page_of(machine.tlb[i].leaf)], __ATOMIC_SEQ_CST));
}

static void fill(struct l4_utcb *utcb, u64 count)
{
	for (u64 i = 0; i < count; i++) {
		u64 pages = 1 + host_below(2);
		u64 op = host_one_in(8) ? L4_BATCH_UNMAP | L4_RIGHTS_ALL :
			 L4_BATCH_MAP | L4_RIGHT_R | (host_below(2) ? L4_RIGHT_W : 0);

		utcb->batch[i] = (struct l4_batch_entry){
			any_guest_va() | op, any_host_va(), pages,
		};
	}
	utcb->vcpu.batch_count = count;
}

static bool flush_is_due(struct space *space)
{
	bool due;

	while (__atomic_exchange_n(&space->edited, true, __ATOMIC_ACQUIRE))
		machine_relax();
	due = space->flush_due;
	space_edit_end_many(space);
	return due;
}

/* As many.c does it. */
static void update(struct thread *vcpu)
{
	struct space *space = &vcpu->vcpu.guest->space;

	fill(vcpu->utcb, 1 + host_below(3));
	if (vcpu_try_batch(vcpu)) {
		__atomic_fetch_add(&alone, 1, __ATOMIC_RELAXED);
		return;
	}
	lock();
	if (flush_is_due(space))
		replaced_elsewhere++;
	(void)!vcpu_resume_batch(vcpu);		/* what it maps may be gone */
	kernel_unlock();
}

static void act(void)
{
	cpus_calls++;
	if (!this_cpu()->number) {
		give_or_take();
		return;
	}
	for (unsigned int i = 0; i < 4; i++) {
		touch();
		touch_own();
	}
	update(machine_current());
	nothing_stale();
}

static void memory_goes_while_batches_map_it(void **state)
{
	(void)state;
	cpus_run(host_steps(STEPS), make, act);
	print_message("%lu batches without the lock, %lu that others had to flush for, %lu times taken, %lu half made\n",
		      alone, replaced_elsewhere, taken, half_made);
	assert_true(host_steps(STEPS) < STEPS || (alone && replaced_elsewhere && taken && half_made));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(memory_goes_while_batches_map_it) };

	host_seed();
	return cmocka_run_group_tests_name("batches", tests, NULL, NULL);
}
