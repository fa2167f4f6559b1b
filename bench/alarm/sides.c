/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is done from CPU 0 to CPU 1, ROUNDS times each, in the order that bench/sides
 * expects: it counts what both execute in the kernel between window_begin and window_end.
 */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/thread.h>

#define ROUNDS		16		/* as in bench/sides */
#define SETTLE_US	1000		/* until the other CPU does what it is to do meanwhile */
#define TARGET		0x30000000000UL
#define TABLE_ORDER	21		/* what a page table maps */

static struct l4_thread partner;
static l4_cap_t gate, irq;
static volatile unsigned long woken;

void window_begin(void);
void window_end(void);

__attribute__((noinline)) void window_begin(void)
{
	asm volatile("" ::: "memory");
}

__attribute__((noinline)) void window_end(void)
{
	asm volatile("" ::: "memory");
}

static void check(long error)
{
	if (error >= 0)
		return;
	printf("failed: %s\n", l4_error_text(error));
	l4_end(1);
}

static void answer(void *unused)
{
	struct l4_msg msg = { 0 };

	(void)unused;
	l4_ipc_recv(&msg);
	for (;;) {
		msg = (struct l4_msg){ 0 };
		l4_ipc_reply_wait(&msg);
	}
}

static void be_woken(void *unused)
{
	struct l4_msg msg = { 0 };

	(void)unused;
	for (;;) {
		check(l4_ipc_recv_from(irq, &msg));
		check(l4_irq_ack(irq));
		woken++;
	}
}

/* PAUSE gives the other CPU its turn in an emulation by turns. */
static void spin(void *unused)
{
	(void)unused;
	for (;;)
		asm volatile("pause");
}

static void begin_partner(void (*entry)(void *))
{
	check(l4_thread_run(&partner, entry, NULL, l4_environment->priority));
	check(l4_thread_move(&partner, 1));
	check(l4_sleep_us(SETTLE_US));
}

static void call(void)
{
	struct l4_msg msg = { 0 };

	check(l4_gate_create(gate, partner.cap, 0));
	for (unsigned int i = 0; i < ROUNDS; i++) {
		window_begin();
		check(l4_ipc_call(gate, &msg));
		window_end();
		check(l4_sleep_us(SETTLE_US));
	}
}

static void wake(void)
{
	check(l4_irq_bind(irq, 0, partner.cap, 0));
	check(l4_sleep_us(SETTLE_US));
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned long before = woken;

		window_begin();
		check(l4_irq_raise(irq));
		while (woken == before)
			asm volatile("pause");
		window_end();
		check(l4_sleep_us(SETTLE_US));
	}
}

static void unmap(void *memory, unsigned int order)
{
	/* Of one page the table stays. */
	if (order == 12)
		check(l4_map(L4_CAP_TASK, l4_fpage_mem((l4_word_t)memory, order, L4_RIGHTS_ALL),
			     TARGET + L4_PAGE_SIZE));
	for (unsigned int i = 0; i < ROUNDS; i++) {
		check(l4_map(L4_CAP_TASK, l4_fpage_mem((l4_word_t)memory, order, L4_RIGHTS_ALL), TARGET));
		window_begin();
		check(l4_unmap(l4_fpage_mem(TARGET, order, L4_RIGHTS_ALL), L4_UNMAP_SELF));
		window_end();
	}
}

static void unmap_both(void *memory)
{
	unmap(memory, 12);
	unmap(memory, TABLE_ORDER);
}

static void unmap_as_host(void *memory)
{
	l4_cap_t guest = l4_slot_alloc();

	check(l4_task_create(guest, 0, L4_TASK_GUEST));
	unmap(memory, 12);
	check(l4_unmap(l4_fpage_cap(guest, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF));
}

int main(int argc, char **argv)
{
	void *memory = l4_pages_alloc(TABLE_ORDER);

	(void)argc;
	(void)argv;
	gate = l4_slot_alloc();
	irq = l4_slot_alloc();
	if (!memory || l4_kip()->cpus < 2) {
		printf("two CPUs are needed, and memory\n");
		return 1;
	}
	/* Then it has small leaves, and so has what is mapped from it. */
	check(l4_unmap(l4_fpage_mem((l4_word_t)memory, 12, L4_RIGHT_X), L4_UNMAP_SELF));
	check(l4_irq_create(irq, L4_CAP_NONE, L4_IRQ_SOFT));
	begin_partner(answer);
	call();
	l4_thread_kill(&partner);
	begin_partner(be_woken);
	wake();
	l4_thread_kill(&partner);
	unmap_both(memory);
	unmap_as_host(memory);
	begin_partner(spin);
	unmap_both(memory);
	l4_thread_kill(&partner);
	printf("done\n");
	return 0;
}
