/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several CPUs: workers with other homes than the main thread's. With one CPU all
 * of them have the same, and the cases pass as well but for what they are about.
 */
#include "vcpu.h"
#include "asm.h"

#define ROUNDS		1000
#define PAGE		((volatile l4_word_t *)MEMORY_PAGE(0))
#define WHERE		0x30000000UL	/* where a worker's task sees that page */

unsigned int cpus(void)
{
	return l4_kip()->cpus;
}

unsigned int other(unsigned int n)
{
	return cpus() == 1 ? 0 : 1 + n % (cpus() - 1);
}

/* The kernel writes a CPU's number where RDTSCP finds it. */
l4_word_t here(void)
{
	unsigned int low, high, number;

	asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(number));
	return number;
}

const char *run_on(unsigned int n, unsigned int cpu, void (*entry)(struct worker *self))
{
	TRY(make_worker(n, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_CPU, cpu), 0);
	return start_worker(n, entry);
}

static void count(struct worker *self)
{
	self->arg[0] = here();
	for (;;)
		self->result[0]++;
}

/* Until the worker, whose home may be `cpu', has counted on; not for ever. */
static bool counts_on(unsigned int n, unsigned int cpu)
{
	l4_word_t before = workers[n].result[0], end = microseconds() + PATIENCE;

	while (workers[n].result[0] == before)
		if (microseconds() > end)
			return false;
		else if (!cpu)
			l4_ipc_sleep(l4_timeout_us(MS));
	return true;
}

bool counts(unsigned int n)
{
	return counts_on(n, other(n));
}

static bool stands_still(unsigned int n)
{
	l4_word_t before = workers[n].result[0];

	l4_ipc_sleep(l4_timeout_us(5 * MS));
	return workers[n].result[0] == before;
}

static void tell_cpu(struct worker *self)
{
	(void)self;
	tell_main(here());
	finish();
}

static const char *each_cpu(void)
{
	struct l4_msg msg;

	for (unsigned int cpu = 0; cpu < cpus() && cpu < WORKERS; cpu++) {
		TRY(run_on(cpu, cpu, tell_cpu));
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(msg.mr[0], cpu);
	}
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CPU, cpus()), -L4_EINVAL);
	return NULL;
}

static void serve(struct worker *self)
{
	struct l4_msg msg = { 0 };
	long error = l4_ipc(L4_CAP_NONE, L4_IPC_RECV, &msg);

	for (; !error; self->result[0]++) {
		msg.mr[0] += 1000;
		msg.mr[3] = ~msg.mr[3];
		error = l4_ipc(L4_CAP_NONE, L4_IPC_REPLY | L4_IPC_RECV, &msg);
	}
	self->result[1] = error;
	finish();
}

static const char *calls_between(void)
{
	TRY(run_on(0, other(0), serve));
	for (l4_word_t i = 0; i < ROUNDS; i++) {
		struct l4_msg msg = { .tag = l4_tag(4, 0, 0), .mr = { i, 0, 0, i } };

		CHECK_EQ(call(SLOT_GATE(0), &msg), 0);
		CHECK_EQ(msg.mr[0], i + 1000);
		CHECK_EQ(msg.mr[3], ~i);
	}
	return NULL;
}

static const char *stops_elsewhere(void)
{
	TRY(run_on(0, other(0), count));
	for (int i = 0; i < 100; i++) {
		struct l4_thread_regs *regs = l4_utcb_regs(l4_first_utcb());

		CHECK(counts(0));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
		CHECK(i % 10 || stands_still(0));
		CHECK_EQ(l4_thread_regs(SLOT_THREAD(0), L4_REGS_READ), 0);
		CHECK(regs->frame.ip - (l4_word_t)count < 256);
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CONTINUE, 0), 0);
	}
	CHECK(counts(0));
	return NULL;
}

static const char *ends_elsewhere(void)
{
	for (unsigned int n = 0; n < 4; n++) {
		TRY(run_on(n, other(n), count));
		CHECK(counts(n));
		l4_unmap(l4_fpage_cap(SLOT_THREAD(n), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		CHECK(stands_still(n));
	}
	return NULL;
}

static void write_page(struct worker *self)
{
	for (l4_word_t i = 1;; i++) {
		*(volatile l4_word_t *)WHERE = i;
		self->result[0]++;
	}
}

/* The pager here lets it go on only after it has seen that nothing is written any more. */
static const char *unmaps_elsewhere(void)
{
	l4_word_t page = l4_fpage_mem(MEMORY_BASE, 12, L4_RIGHT_R | L4_RIGHT_W);

	TRY(make_task(SLOT_TASK(0), 1 << 20));
	TRY(make_worker(0, SLOT_TASK(0), 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CPU, other(0)), 0);
	TRY(start_worker(0, write_page));
	for (int i = 0; i < ROUNDS; i++) {
		struct l4_msg msg;
		l4_word_t last;

		TRY(await(LABEL_FAULT, &msg));
		CHECK_EQ(l4_map(SLOT_TASK(0), page, WHERE), 1);
		msg.tag = l4_tag(0, 0, 0);
		CHECK_EQ(l4_ipc(L4_CAP_NONE, L4_IPC_REPLY, &msg), 0);
		CHECK(counts(0));
		l4_unmap(page, 0);
		last = *PAGE;
		for (int k = 0; k < 100; k++)
			CHECK_EQ(*PAGE, last);
	}
	return NULL;
}

static void sleeps(struct worker *self)
{
	for (;;) {
		l4_ipc_sleep(l4_timeout_us(MS));
		self->result[0]++;
	}
}

static const char *timeouts_elsewhere(void)
{
	TRY(run_on(0, other(0), sleeps));
	TRY(run_on(1, other(1), sleeps));
	for (int i = 0; i < 20; i++)
		CHECK(counts(0) && counts(1));
	return NULL;
}

/* What a thread has in registers that only a switch saves. */
static void keeps_registers(struct worker *self)
{
	l4_word_t moves = 0, last = here();

	asm volatile("movq %0, %%xmm7; wrfsbase %1; wrgsbase %2" : : "r"(0x1234567890abcdefUL),
		     "r"(0x111000UL), "r"(0x222000UL));
	for (;;) {
		l4_word_t x, fs, gs;

		asm volatile("movq %%xmm7, %0; rdfsbase %1; rdgsbase %2" : "=r"(x), "=r"(fs), "=r"(gs));
		if (x != 0x1234567890abcdefUL || fs != 0x111000 || gs != 0x222000)
			self->result[1]++;
		if (here() != last) {
			last = here();
			self->result[2] = ++moves;
		}
		self->result[0]++;
	}
}

static const char *moves_while_it_runs(void)
{
	TRY(run_on(0, other(0), keeps_registers));
	TRY(run_on(1, other(1), keeps_registers));
	for (unsigned int i = 0; i < 60; i++) {
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CPU, (i + 1) % cpus()), 0);
		CHECK(counts_on(0, (i + 1) % cpus()));
		CHECK_EQ(workers[0].result[1], 0);
	}
	CHECK(cpus() == 1 || workers[0].result[2] > 20);
	CHECK_EQ(workers[1].result[1], 0);
	return NULL;
}

static void moves_itself(struct worker *self)
{
	asm volatile("movq %0, %%xmm7" : : "r"(0x1234567890abcdefUL));
	for (l4_word_t i = 0;; i++) {
		l4_word_t x;

		self->result[1] |= l4_thread_control(SLOT_THREAD(0), L4_THREAD_CPU, i % cpus());
		asm volatile("movq %%xmm7, %0" : "=r"(x));
		if (here() != i % cpus() || x != 0x1234567890abcdefUL)
			self->result[2]++;
		self->result[0]++;
	}
}

static const char *moves_by_itself(void)
{
	TRY(run_on(0, other(0), moves_itself));
	for (int i = 0; i < 20; i++)
		CHECK(counts_on(0, 0));
	CHECK_EQ(workers[0].result[1], 0);
	CHECK_EQ(workers[0].result[2], 0);
	return NULL;
}

static void yields_to_next(struct worker *self)
{
	for (;;) {
		self->result[1] |= l4_yield_to(SLOT_THREAD(1));
		self->result[0]++;
	}
}

/* Between a yield and the choice of who runs next the lock is free: then the one yielded to is stopped. */
static const char *stopped_when_yielded_to(void)
{
	TRY(run_on(1, other(0), count));
	TRY(run_on(0, other(0), yields_to_next));
	for (int i = 0; i < ROUNDS; i++) {
		CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_STOP, 0), 0);
		CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_CONTINUE, 0), 0);
	}
	CHECK(counts(0) && counts(1));
	CHECK_EQ(workers[0].result[1], 0);
	return NULL;
}

static void makes_objects(struct worker *self)
{
	l4_cap_t slot = SLOT_FREE + self->arg[0];
	long error;

	for (;;) {
		if (l4_gate_create(slot, L4_CAP_NONE, 1) == 0)
			self->result[1]++;
		error = l4_irq_create(slot, L4_CAP_NONE, L4_IRQ_SOFT);
		if (error)
			self->result[2] = error;
		l4_unmap(l4_fpage_cap(slot, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		self->result[0]++;
	}
}

static const char *all_make_objects(void)
{
	for (unsigned int n = 0; n < 4; n++) {
		workers[n].arg[0] = n;
		TRY(run_on(n, other(n), makes_objects));
	}
	for (int i = 0; i < 5; i++)
		for (unsigned int n = 0; n < 4; n++)
			CHECK(counts(n));
	/* What they made last is taken away with the test's slots: they must not go on meanwhile. */
	for (unsigned int n = 0; n < 4; n++) {
		CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_STOP, 0), 0);
		CHECK_EQ(workers[n].result[1], 0);
		CHECK_EQ(workers[n].result[2], 0);
	}
	/* What they were stopped in deleting is the reaper's, of their priority. */
	l4_ipc_sleep(l4_timeout_us(5 * MS));
	return NULL;
}

/* What a server with several CPUs has: one maps what stands in an entry, the other changes it. */
static volatile l4_word_t entry, generation;

static long update(struct l4_utcb *utcb, l4_word_t word, l4_word_t number)
{
	utcb->vcpu.batch_generation = number;
	utcb->batch[0] = (struct l4_batch_entry){ WHERE | word, MEMORY_PAGE(0), 1 };
	return l4_guest_update(SLOT_FREE, 1);
}

static void maps_the_entry(struct worker *self)
{
	for (;; self->result[0]++) {
		l4_word_t number = generation;
		long error = entry ? update(self->utcb, L4_BATCH_MAP | L4_RIGHT_R, number) : 0;

		if (error == -L4_EBUSY)
			self->result[1]++;
		else if (error)
			self->result[2] = error;
	}
}

/* Once the entry is empty and unmapped no map comes any more: the guest has no page table left. */
static const char *old_map_from_elsewhere(void)
{
	long used;

	entry = 0;
	generation = 1;
	CHECK_EQ(l4_task_create(SLOT_FREE, 0, L4_TASK_GUEST), 0);
	TRY(run_on(0, other(0), maps_the_entry));
	CHECK(counts(0));
	used = l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_USED);
	for (unsigned int i = 0; i < ROUNDS / 4; i++) {
		entry = 1;
		CHECK(counts(0));
		entry = 0;
		generation++;
		CHECK_EQ(update(l4_first_utcb(), L4_BATCH_UNMAP | L4_RIGHTS_ALL, generation), 0);
		CHECK(counts(0) && counts(0));
		CHECK_EQ(l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_USED), used);
	}
	CHECK_EQ(workers[0].result[2], 0);
	l4_first_utcb()->vcpu.batch_generation = 0;
	l4_unmap(l4_fpage_cap(SLOT_FREE, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	return NULL;
}

/* Its batches must wait for who is in the kernel. What it resumes with is not lost by that, nor what it called with. */
static const char *maps_with_each_resume(void)
{
	struct l4_frame *frame, sent;

	TRY(make_guest(HOST_GUEST));
	for (l4_word_t i = 0; i < ROUNDS / 16; i++) {
		frame = access_frame(guest_read, NEW_PAGE);
		frame->r15 = frame->r14 = frame->r13 = frame->r12 = frame->bp = frame->bx = i;
		frame->r10 = frame->r9 = frame->r8 = frame->si = ~i;
		ride_on_resume(NEW_PAGE, i % 8 == 7 ? UPPER : VCPU_PAGE(1 + i % 2));
		if (i % 8 == 7) {
			CHECK_EQ(vcpu_run(frame), -L4_EFAULT);
			continue;
		}
		sent = *frame;
		TRY(expect_syscall(frame, 1000 + i % 2));
		CHECK_EQ(memcmp(frame, &sent, offsetof(struct l4_frame, r11)), 0);
		CHECK_EQ(frame->r10, sent.r10);
		CHECK_EQ(frame->r9, sent.r9);
		CHECK_EQ(frame->r8, sent.r8);
		CHECK_EQ(frame->si, sent.si);
		CHECK_EQ(frame->di, sent.di);
		CHECK_EQ(frame->sp, sent.sp);
		CHECK_EQ(vcpu_utcb()->vcpu.batch_count, 0);
	}
	return NULL;
}

static const char *vcpu_maps_while_others_call(void)
{
	for (unsigned int n = 1; n <= 2; n++)
		*(volatile l4_word_t *)MEMORY_PAGE(n) = 1000 + n - 1;
	for (unsigned int n = 0; n < 2; n++) {
		workers[n].arg[0] = n;
		TRY(run_on(n, n ? 0 : other(1), makes_objects));
	}
	TRY(start_vcpu(maps_with_each_resume));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(VCPU_WORKER), L4_THREAD_CPU, other(0)), 0);
	TRY(await_vcpu());
	for (unsigned int n = 0; n < 2; n++)
		CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_STOP, 0), 0);
	l4_ipc_sleep(l4_timeout_us(5 * MS));
	return NULL;
}

const struct test cpus_tests[] = {
	{ "a thread runs where it is put", each_cpu },
	{ "calls between CPUs", calls_between },
	{ "a thread that runs elsewhere is stopped, looked at and goes on", stops_elsewhere },
	{ "a thread that runs elsewhere ends", ends_elsewhere },
	{ "a page taken away is not written to from elsewhere", unmaps_elsewhere },
	{ "timeouts elsewhere", timeouts_elsewhere },
	{ "a thread keeps its registers when it moves", moves_while_it_runs },
	{ "a thread moves itself", moves_by_itself },
	{ "all CPUs make and delete objects at once", all_make_objects },
	{ "who is yielded to is stopped from elsewhere", stopped_when_yielded_to },
	{ "a map from elsewhere that is older than an unmap", old_map_from_elsewhere },
	{ "a vCPU maps with each resume while others call", vcpu_maps_while_others_call },
	{ NULL, NULL },
};
