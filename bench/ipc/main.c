/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The benchmark of the microkernel's calls: takes roottask's place, measures
 * one operation after the other, each with a partner of its own where it needs
 * one, and prints a line for each: "ticks NAME NUMBER". bench/ipc/run makes a
 * table of them.
 */
#include <l4/server.h>

#include "bench.h"

#define EXIT_DONE	0x10
#define PRIORITY	100	/* of all but the vCPU */
#define QUOTA		0x100000
#define STACK_SIZE	8192
#define PAGE		L4_PAGE_SIZE

enum place { WITHIN, ACROSS };

static const char *const names[RESULTS] = {
	[NULL_CALL] = "null",
	[CALL_WITHIN_0] = "call-within-0", [REPLY_WITHIN_0] = "reply-within-0",
	[CALL_WITHIN_4] = "call-within-4", [REPLY_WITHIN_4] = "reply-within-4",
	[CALL_WITHIN_64] = "call-within-64", [REPLY_WITHIN_64] = "reply-within-64",
	[CALL_0] = "call-0", [REPLY_0] = "reply-0",
	[CALL_4] = "call-4", [REPLY_4] = "reply-4",
	[CALL_64] = "call-64", [REPLY_64] = "reply-64",
	[STRING_4K] = "string-4k", [STRING_4K_REPLY] = "string-4k-reply",
	[STRING_64K] = "string-64k", [STRING_64K_REPLY] = "string-64k-reply",
	[MAP_1] = "map-1", [MAP_64] = "map-64", [UNMAP_1] = "unmap-1", [UNMAP_64] = "unmap-64",
	[IRQ] = "irq", [PAGE_FAULT] = "page-fault", [YIELD] = "yield",
	[TASK_CREATE] = "task-create", [TASK_DELETE] = "task-delete",
	[GUEST_MAP_1] = "guest-map-1", [GUEST_MAP_16] = "guest-map-16",
	[GUEST_UNMAP_1] = "guest-unmap-1", [GUEST_UNMAP_16] = "guest-unmap-16",
	[VCPU_RESUME] = "vcpu-resume", [VCPU_UPCALL] = "vcpu-upcall",
};

l4_word_t results[RESULTS];

static const struct l4_kip *kip;
static unsigned int workers;
static char stacks[16][STACK_SIZE] __attribute__((aligned(16)));

static __attribute__((noreturn)) void fail(const char *what, long error)
{
	printf("failed: %s: %s\n", what, l4_error_text(error));
	l4_stop(kip, L4_STOP_FAILED);
}

static void check(const char *what, long error)
{
	if (error < 0)
		fail(what, error);
}

#define CHECK(call) check(#call, call)

static l4_cap_t thread_of(unsigned int n)
{
	return SLOT_WORKER + 4 * n;
}

static l4_cap_t task_of(unsigned int n)
{
	return SLOT_WORKER + 4 * n + 1;
}

static l4_cap_t gate_of(unsigned int n)
{
	return SLOT_WORKER + 4 * n + 2;
}

static struct l4_utcb *utcb_of(unsigned int n)
{
	return (struct l4_utcb *)(WORKER_UTCB + n * PAGE);
}

/* A task with this server's image and memory in it. */
static void make_task(l4_cap_t task)
{
	l4_word_t memory = l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, L4_RIGHTS_ALL);

	CHECK(l4_task_create(task, QUOTA, 0));
	CHECK(l4_map(task, l4_fpage_mem(IMAGE_BASE, IMAGE_ORDER, L4_RIGHTS_ALL), IMAGE_BASE));
	CHECK(l4_map(task, memory, MEMORY_BASE));
	CHECK(l4_map(task, l4_fpage_cap(SLOT_MAIN, 0, L4_RIGHT_W), SLOT_MAIN << 12));
	CHECK(l4_map(task, l4_fpage_cap(SLOT_IRQ, 0, L4_RIGHTS_ALL), SLOT_IRQ << 12));
}

static void make_thread(unsigned int n, l4_cap_t task, l4_word_t utcb, l4_word_t flags,
			l4_word_t priority)
{
	l4_cap_t thread = thread_of(n);

	CHECK(l4_thread_create(thread, task, utcb, flags));
	CHECK(l4_thread_control(thread, L4_THREAD_PAGER, SLOT_MAIN));
	CHECK(l4_thread_control(thread, L4_THREAD_HANDLER, SLOT_MAIN));
	CHECK(l4_thread_control(thread, L4_THREAD_PRIORITY, priority));
	CHECK(l4_gate_create(gate_of(n), thread, n));
}

static void start(unsigned int n, l4_word_t offset, void (*entry)(l4_word_t), l4_word_t arg)
{
	l4_word_t stack = (l4_word_t)stacks[n] + STACK_SIZE - 8;

	CHECK(l4_thread_start(thread_of(n), (l4_word_t)entry + offset, stack + offset, arg));
	for (int i = 0; i < 4; i++)	/* it runs until it waits, or yields too */
		l4_yield();
}

/* A thread in this task or in one of its own. */
static unsigned int make_worker(enum place place, l4_word_t priority, void (*entry)(l4_word_t),
				l4_word_t arg)
{
	unsigned int n = workers++;

	if (place == ACROSS)
		make_task(task_of(n));
	make_thread(n, place == ACROSS ? task_of(n) : L4_CAP_TASK, (l4_word_t)utcb_of(n), 0,
		    priority);
	start(n, 0, entry, arg);
	return n;
}

static void end_worker(unsigned int n)
{
	CHECK(l4_unmap(l4_fpage_cap(thread_of(n), 2, L4_RIGHTS_ALL), L4_UNMAP_SELF));
}

/* Ticks of one system call. */
static l4_word_t call(struct timed *timed)
{
	timed_call(timed);
	return timed->end - timed->begin - TIMED_ALL;
}

static void measure_clock(void)
{
	struct timed timed = { 0 };

	timed_nothing(&timed);
	if (timed.end - timed.begin != TIMED_ALL) {
		printf("The clock does not count instructions: %lu ticks instead of %u.\n",
		       timed.end - timed.begin, TIMED_ALL);
		l4_stop(kip, L4_STOP_FAILED);
	}
}

static void measure_null(void)
{
	struct timed timed = { .number = L4_CALL_COUNT };

	for (int i = 0; i < ROUNDS; i++)
		note(NULL_CALL, call(&timed));
}

/* To worker n, which answers, and of which nothing is left then. */
static void measure_calls(unsigned int n, l4_word_t tag, enum result which)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct timed timed = {
			.number = L4_CALL_IPC, .di = gate_of(n), .si = tag,
			.dx = L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL,
		};

		timed_call(&timed);
		check("ipc", timed.result);
		note(which, timed.middle - timed.begin - TIMED_BEFORE - SERVER_ARRIVES);
		note(which + 1, timed.end - timed.middle - SERVER_LEAVES - TIMED_AFTER);
	}
	end_worker(n);
}

static void measure_ipc(enum place place, unsigned int words, enum result which)
{
	l4_word_t tag = l4_tag(words, 0, 0);

	measure_calls(make_worker(place, PRIORITY, server_loop, tag), tag, which);
}

/* Where strings go in the server's task: not where they come from in this one. */
static void string_server(l4_word_t tag)
{
	struct l4_utcb *utcb = utcb_of(workers - 1);

	utcb->string[0] = (struct l4_buffer){ MEMORY_BASE + MEMORY_SIZE / 2, MEMORY_SIZE / 2 };
	server_loop(tag);
}

/* The string goes with the call; the answer is empty. */
static void measure_string(l4_word_t length, enum result which)
{
	unsigned int n = make_worker(ACROSS, PRIORITY, string_server, 0);

	l4_first_utcb()->item[0] = (struct l4_item){ l4_string(length), MEMORY_BASE };
	measure_calls(n, l4_tag(0, 1, 0), which);
}

/* To a task where the page table is there already, and stays. */
static void measure_map(unsigned int order, enum result map, enum result unmap)
{
	l4_word_t fpage = l4_fpage_mem(MEMORY_BASE + (1UL << order), order, L4_RIGHTS_ALL);

	make_task(SLOT_NEW);
	CHECK(l4_map(SLOT_NEW, l4_fpage_mem(MEMORY_BASE, 12, L4_RIGHTS_ALL), MAP_BASE));
	for (int i = 0; i < ROUNDS; i++) {
		struct timed timed = {
			.number = L4_CALL_MAP, .di = SLOT_NEW, .si = fpage,
			.dx = MAP_BASE + (1UL << order),
		};

		note(map, call(&timed));
		check("map", timed.result);
		timed = (struct timed){ .number = L4_CALL_UNMAP, .di = fpage };
		note(unmap, call(&timed));
		check("unmap", timed.result);
	}
	CHECK(l4_unmap(l4_fpage_cap(SLOT_NEW, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF));
}

/* The thread has the higher priority; the main thread cannot get its own back afterwards. */
static void measure_irq(void)
{
	unsigned int n = make_worker(ACROSS, PRIORITY, irq_loop, 0);

	CHECK(l4_thread_control(L4_CAP_THREAD, L4_THREAD_PRIORITY, PRIORITY - 1));
	CHECK(l4_irq_bind(SLOT_IRQ, 0, thread_of(n), 0));
	for (int i = 0; i < ROUNDS; i++) {
		struct timed timed = {
			.number = L4_CALL_IRQ_CONTROL, .di = SLOT_IRQ, .si = L4_IRQ_RAISE,
		};

		timed_call(&timed);
		note(IRQ, irq_arrived - timed.begin - TIMED_BEFORE - SERVER_ARRIVES);
	}
	CHECK(l4_irq_unbind(SLOT_IRQ));
	end_worker(n);
}

/* Each reply brings the same item, which stands in the pager's own UTCB. */
static void pager(l4_word_t tag)
{
	struct l4_utcb *utcb = utcb_of(workers - 1);

	utcb->item[0] = (struct l4_item){ l4_fpage_mem(MEMORY_BASE, 12, L4_RIGHTS_ALL), MAP_BASE };
	server_loop(tag);
}

static void measure_page_fault(void)
{
	unsigned int n = make_worker(ACROSS, PRIORITY, pager, l4_tag(0, 1, 0));
	l4_word_t fpage = l4_fpage_mem(MAP_BASE, 12, L4_RIGHTS_ALL);

	CHECK(l4_map(L4_CAP_TASK, l4_fpage_mem(MEMORY_BASE, 12, L4_RIGHTS_ALL), MAP_BASE + PAGE));
	CHECK(l4_thread_control(L4_CAP_THREAD, L4_THREAD_PAGER, gate_of(n)));
	for (int i = 0; i < ROUNDS; i++) {
		struct timed timed = { .di = MAP_BASE };

		timed_read(&timed);
		note(PAGE_FAULT, timed.end - timed.begin - TIMED_ALL);
		CHECK(l4_unmap(fpage, L4_UNMAP_SELF));
	}
	CHECK(l4_thread_control(L4_CAP_THREAD, L4_THREAD_PAGER, L4_CAP_SIGMA0));
	end_worker(n);
}

/* There and back. */
static void measure_yield(void)
{
	unsigned int n = make_worker(ACROSS, PRIORITY, yield_loop, 0);
	struct timed timed = { .number = L4_CALL_YIELD };

	for (int i = 0; i < ROUNDS; i++)
		note(YIELD, (call(&timed) - YIELDER) / 2);
	end_worker(n);
}

static void measure_tasks(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		struct timed timed = {
			.number = L4_CALL_TASK_CREATE, .di = SLOT_NEW, .si = L4_TASK_QUOTA_MIN,
		};

		note(TASK_CREATE, call(&timed));
		check("task_create", timed.result);
		timed = (struct timed){
			.number = L4_CALL_UNMAP, .di = l4_fpage_cap(SLOT_NEW, 0, L4_RIGHTS_ALL),
			.si = L4_UNMAP_SELF,
		};
		note(TASK_DELETE, call(&timed));
		check("unmap", timed.result);
	}
}

static void measure_vcpu(void)
{
	l4_word_t offset = VCPU_IMAGE - IMAGE_BASE;
	unsigned int n = workers++;
	l4_cap_t task = task_of(n);
	struct l4_msg msg = { 0 };

	make_task(task);
	CHECK(l4_map(task, l4_fpage_mem(IMAGE_BASE, IMAGE_ORDER, L4_RIGHTS_ALL), VCPU_IMAGE));
	CHECK(l4_map(task, l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, L4_RIGHTS_ALL), VCPU_MEMORY));
	make_thread(n, task, VCPU_UTCB, L4_THREAD_VCPU, PRIORITY - 1);
	start(n, offset, (void (*)(l4_word_t))vcpu_main, 0);
	CHECK(l4_ipc_recv(&msg));
	if (l4_tag_proto(msg.tag))
		fail("the vCPU", -L4_EFAULT);
	check("the vCPU", msg.mr[0]);
	end_worker(n);
}

static void get_resources(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	l4_word_t ports = l4_fpage_all(L4_FPAGE_IO, L4_RIGHTS_ALL), physical;
	l4_word_t window = l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, L4_RIGHTS_ALL);

	CHECK(l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_IO, 0, 16, ports, NULL));
	CHECK(l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_MEM, MEMORY_ORDER, 0, window,
				&physical));
	CHECK(l4_gate_create(SLOT_MAIN, L4_CAP_THREAD, 0));
	CHECK(l4_irq_create(SLOT_IRQ, L4_CAP_NONE, L4_IRQ_SOFT));
	CHECK(l4_thread_control(L4_CAP_THREAD, L4_THREAD_PRIORITY, PRIORITY));
}

int main(int, char **)
{
	kip = l4_kip();
	memset(results, 0xff, sizeof(results));
	get_resources();
	measure_clock();
	measure_null();
	measure_ipc(WITHIN, 0, CALL_WITHIN_0);
	measure_ipc(WITHIN, 4, CALL_WITHIN_4);
	measure_ipc(WITHIN, 64, CALL_WITHIN_64);
	measure_ipc(ACROSS, 0, CALL_0);
	measure_ipc(ACROSS, 4, CALL_4);
	measure_ipc(ACROSS, 64, CALL_64);
	measure_string(0x1000, STRING_4K);
	measure_string(0x10000, STRING_64K);
	measure_map(12, MAP_1, UNMAP_1);
	measure_map(18, MAP_64, UNMAP_64);
	measure_page_fault();
	measure_yield();
	measure_tasks();
	measure_vcpu();
	measure_irq();
	for (unsigned int i = 0; i < RESULTS; i++)
		printf("ticks %s %lu\n", names[i], results[i]);
	l4_stop(kip, EXIT_DONE);
}
