/* SPDX-License-Identifier: GPL-2.0 */
/* Guests that one CPU runs, updates or has, while they or their memory are taken away from another. */
#include "vcpu.h"
#include "asm.h"

#define GUEST_ROUNDS	300
#define FEW_ROUNDS	5		/* on a computer that is busy; it does not go on for long there */
#define LONG		(1000 * MS)
#define STAY_TICKS	10000UL
#define WHERE		0x30000000UL	/* in guests */

/* A vCPU's: system calls of its guest, results that are no guest's, and other ones than these. */
static volatile l4_word_t guest_calls, refused;
static volatile long strange;

/* Its next resume is mostly left by a system call, else by an alarm: meanwhile it is in the guest. */
static long enter_once(unsigned int n)
{
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;
	long error;

	if (n % 64 == 63)
		l4_vcpu_control(L4_VCPU_TIMER, l4_rdtsc() + STAY_TICKS, 0);
	error = vcpu_run(user_frame(n % 64 == 63 ? guest_loop : guest_syscall));
	vcpu->irq_pending = 0;
	vcpu->pending = 0;
	if (!error && vcpu_event.is_event && vcpu_event.vector != L4_VCPU_VECTOR_IRQ)
		error = vcpu_event.vector + 100;
	return error;
}

/* In and out of a guest, by the short ways, until it is gone; then of the next one. */
static void enters_and_leaves(void)
{
	for (;;) {
		long error = make_guest(HOST_GUEST) ? 1 : 0;

		for (unsigned int n = 0; !error; n++) {
			error = enter_once(n);
			guest_calls++;
		}
		if (error != -L4_EINVAL)
			strange = error;
		refused++;
	}
}

static const char *begins_to_enter(void)
{
	enters_and_leaves();
	return NULL;
}

/* In a task that has no clock. */
static bool await_more(const volatile l4_word_t *number, l4_word_t than)
{
	for (l4_word_t naps = PATIENCE / 20; *number <= than && naps; naps--)
		receive_nothing(l4_timeout_us(20));
	return *number > than;
}

/*
 * The vCPU was the server: then it learns it from its next resume. Or it was in the
 * guest: then it is stopped, and has to begin anew.
 */
static void ends_guests(struct worker *self)
{
	l4_word_t stack = in_host((l4_word_t)workers[VCPU_WORKER].stack + STACK_SIZE - 8);

	for (unsigned int i = 0; i < GUEST_ROUNDS && !strange &&
	     (i < FEW_ROUNDS || l4_rdtsc() < self->arg[0]); i++) {
		l4_word_t before;

		if (!await_more(&guest_calls, guest_calls + i % 8))
			break;
		before = refused;
		l4_unmap(l4_fpage_cap(HOST_GUEST, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		if (!l4_thread_start(HOST_THREAD, in_host((l4_word_t)enters_and_leaves), stack, 0))
			self->result[2]++;
		else if (!await_more(&refused, before))
			break;
		self->result[1]++;
	}
	tell_main(0);
	finish();
}

static const char *guest_ends_elsewhere(void)
{
	struct l4_msg msg;

	guest_calls = refused = strange = 0;
	TRY(start_vcpu(begins_to_enter));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(VCPU_WORKER), L4_THREAD_CPU, other(0)), 0);
	TRY(make_worker(1, SLOT_TASK(VCPU_WORKER), 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_PRIORITY, WORKER_PRIORITY + 1), 0);
	workers[1].arg[0] = l4_rdtsc() + LONG * l4_kip()->tsc_khz / 1000;
	TRY(start_worker(1, ends_guests));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(strange, 0);
	CHECK(workers[1].result[1] >= FEW_ROUNDS);
	CHECK(cpus() == 1 || workers[1].result[1] < GUEST_ROUNDS || (workers[1].result[2] && refused));
	return NULL;
}

/* Of three guests each in its turn, most of them long enough to be broken off. */
static void updates_guests(struct worker *self)
{
	for (;; self->result[0]++) {
		long error;

		for (unsigned int n = 0; n < 4; n++)
			self->utcb->batch[n] = (struct l4_batch_entry){
				(WHERE + ((l4_word_t)n << MEMORY_ORDER)) | L4_BATCH_MAP | L4_RIGHT_R | L4_RIGHT_W,
				MEMORY_BASE, 1024 - self->result[0] % 8 };
		error = l4_guest_update(SLOT_FREE + self->result[0] % 3, 4);
		if (!error)
			self->result[1]++;
		else if (error != -L4_ENOCAP && error != -L4_EDEAD)
			self->result[2] = error;
	}
}

static long quota_used(void)
{
	return l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_USED);
}

static const char *make_guests(void)
{
	for (unsigned int n = 0; n < 3; n++)
		CHECK_EQ(l4_task_create(SLOT_FREE + n, 0, L4_TASK_GUEST), 0);
	return NULL;
}

static void end_guests(void)
{
	for (unsigned int n = 0; n < 3; n++)
		l4_unmap(l4_fpage_cap(SLOT_FREE + n, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
}

/* An update finds its guest, or it is gone; nothing of it is left then. */
static const char *updates_of_what_ends(void)
{
	l4_word_t end = microseconds() + LONG;
	long used;

	TRY(run_on(0, other(0), updates_guests));
	CHECK(counts(0));
	used = quota_used();
	for (unsigned int i = 0; i < GUEST_ROUNDS / 3 && (i < FEW_ROUNDS || microseconds() < end); i++) {
		TRY(make_guests());
		CHECK(i % 4 || counts(0));
		end_guests();
		CHECK_EQ(quota_used(), used);
	}
	CHECK(workers[0].result[1]);
	CHECK_EQ(workers[0].result[2], 0);
	return NULL;
}

/* Once no more is mapped, what takes it from the guests takes all: they have no page table left. */
static const char *taken_while_mapped(void)
{
	l4_word_t memory = l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, L4_RIGHTS_ALL);
	l4_word_t end = microseconds() + LONG;
	long used;

	TRY(make_guests());
	TRY(make_worker(0, L4_CAP_TASK, 0));
	used = quota_used();
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CPU, other(0)), 0);
	TRY(start_worker(0, updates_guests));
	CHECK(counts(0));
	for (unsigned int i = 0; i < GUEST_ROUNDS / 6 && (i < FEW_ROUNDS || microseconds() < end); i++) {
		CHECK_EQ(l4_unmap(memory, i % 4 ? 0 : L4_UNMAP_STATUS) & ~(L4_RIGHT_R | L4_RIGHT_W), 0);
		CHECK(counts(0));
	}
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	CHECK_EQ(l4_unmap(memory, 0), 0);
	CHECK_EQ(quota_used(), used);
	end_guests();
	CHECK_EQ(workers[0].result[2], 0);
	return NULL;
}

/* Of the group cpus, too. */
const struct test cpus_guest_tests[] = {
	{ "a guest ends while a vCPU elsewhere goes in and out of it", guest_ends_elsewhere },
	{ "guests end while they are updated from elsewhere", updates_of_what_ends },
	{ "memory is taken from guests while it is mapped to them from elsewhere", taken_while_mapped },
	{ NULL, NULL },
};
