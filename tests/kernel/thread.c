/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of threads: start and stop, priorities, timeslices, timeouts of several, FPU. */
#include "ktest.h"
#include "asm.h"

static void count(struct worker *self)
{
	for (;;)
		self->result[0]++;
}

static const char *start_errors(void)
{
	TRY(make_worker(0, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_start(SLOT_THREAD(0), 0x0000800000000000UL, 0, 0), -L4_EINVAL);
	CHECK_EQ(l4_thread_start(SLOT_THREAD(0), 0xffff800000000000UL, 0, 0), -L4_EINVAL);
	CHECK_EQ(l4_thread_start(SLOT_THREAD(0), 0, 0xffff800000000000UL, 0), -L4_EINVAL);
	TRY(start_worker(0, count));
	CHECK_EQ(l4_thread_start(SLOT_THREAD(0), 0, 0, 0), -L4_EBUSY);
	CHECK_EQ(l4_thread_create(SLOT_FREE, L4_CAP_TASK, WORKER_UTCB, 0), -L4_EBUSY);
	CHECK_EQ(l4_thread_create(SLOT_FREE, L4_CAP_TASK, MEMORY_BASE, 0), -L4_EBUSY);
	CHECK_EQ(l4_thread_create(SLOT_FREE, L4_CAP_TASK, WORKER_UTCB + 1, 0), -L4_EINVAL);
	CHECK_EQ(l4_thread_create(SLOT_FREE, L4_CAP_TASK, 0xffff800000000000UL, 0), -L4_EINVAL);
	CHECK_EQ(l4_thread_create(SLOT_FREE, L4_CAP_TASK, WORKER_UTCB + L4_PAGE_SIZE, 2), -L4_EINVAL);
	CHECK_EQ(l4_thread_create(SLOT_FREE, SLOT_MAIN, WORKER_UTCB + L4_PAGE_SIZE, 0), -L4_ENOCAP);
	CHECK_EQ(l4_thread_create(SLOT_MAIN, L4_CAP_TASK, WORKER_UTCB + L4_PAGE_SIZE, 0), -L4_EEXIST);
	return NULL;
}

static const char *control_errors(void)
{
	TRY(make_worker(0, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), 99, 0), -L4_EINVAL);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, 256), -L4_EINVAL);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, MAIN_PRIORITY + 1), -L4_ERIGHTS);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_TIMESLICE, 99), -L4_EINVAL);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_TIMESLICE, L4_TIMESLICE_MAX + 1), -L4_EINVAL);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 1), -L4_EINVAL);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PAGER, SLOT_FREE), -L4_ENOCAP);
	CHECK_EQ(l4_thread_control(SLOT_MAIN, L4_THREAD_STOP, 0), -L4_ENOCAP);
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_cap(SLOT_THREAD(0), 0, L4_RIGHT_W),
			(l4_word_t)SLOT_FREE << 12), 1);
	CHECK_EQ(l4_thread_control(SLOT_FREE, L4_THREAD_STOP, 0), -L4_ERIGHTS);
	CHECK_EQ(l4_syscall1(L4_CALL_COUNT, 0), -L4_ENOSYS);
	CHECK_EQ(l4_syscall1(~0UL, 0), -L4_ENOSYS);
	CHECK_EQ(l4_syscall1(1UL << 32 | L4_CALL_YIELD, 0), -L4_ENOSYS);
	CHECK_EQ(l4_task_info(L4_CAP_TASK, 2), -L4_EINVAL);
	CHECK_EQ(l4_system_control(L4_CAP_SYSTEM, 99, 0), -L4_EINVAL);
	CHECK_EQ(l4_system_control(L4_CAP_TASK, L4_SYSTEM_OBJECTS, 0), -L4_ENOCAP);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_SETUP, 0, 0), -L4_EINVAL);
	return NULL;
}

static void spin(l4_word_t us)
{
	l4_word_t start = microseconds();

	while (microseconds() - start < us)
		l4_yield();
}

/* A worker of lower priority runs only while the main thread waits. */
static const char *priorities(void)
{
	l4_word_t counted;
	struct l4_msg msg;

	TRY(run_worker(0, L4_CAP_TASK, count));
	spin(30 * MS);
	CHECK_EQ(workers[0].result[0], 0);
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	counted = workers[0].result[0];
	CHECK(counted > 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(workers[0].result[0], counted);
	return NULL;
}

static const char *timeslices_are_shared(void)
{
	l4_word_t one, other;
	struct l4_msg msg;

	for (unsigned int i = 0; i < 2; i++) {
		TRY(make_worker(i, L4_CAP_TASK, 0));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(i), L4_THREAD_TIMESLICE, 2000), 0);
		TRY(start_worker(i, count));
	}
	CHECK_EQ(receive(200 * MS, &msg), -L4_ETIMEDOUT);
	one = workers[0].result[0];
	other = workers[1].result[0];
	CHECK(one > other / 4);
	CHECK(other > one / 4);
	return NULL;
}

static void partner_server(struct worker *self)
{
	struct l4_msg msg = { 0 };

	(void)self;
	for (l4_ipc_recv(&msg);; l4_ipc_reply_wait(&msg))
		;
}

static void partner_client(struct worker *self)
{
	for (;; self->result[0]++) {
		struct l4_msg msg = { 0 };

		call(SLOT_GATE(0), &msg);
	}
}

/* Two that call each other without a pause share the CPU with a third of their priority. */
static const char *partners_leave_room(void)
{
	struct l4_msg msg;

	for (unsigned int i = 0; i < 3; i++) {
		TRY(make_worker(i, L4_CAP_TASK, 0));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(i), L4_THREAD_TIMESLICE, 2000), 0);
	}
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PRIORITY, WORKER_PRIORITY + 1), 0);
	TRY(start_worker(0, partner_server));
	TRY(start_worker(1, partner_client));
	TRY(start_worker(2, count));
	CHECK_EQ(receive(200 * MS, &msg), -L4_ETIMEDOUT);
	CHECK(workers[1].result[0] > 200);	/* more than one a slice */
	CHECK(workers[2].result[0] > 1000);
	return NULL;
}

static void sleeper(struct worker *self)
{
	receive_nothing(l4_timeout_us(self->arg[0]));
	tell_main(self - workers);
	finish();
}

static const char *timeouts_in_order(void)
{
	static const unsigned char ms[] = { 40, 10, 50, 20, 30 };
	static const unsigned char order[] = { 1, 3, 4, 0, 2 };
	struct l4_msg msg;

	for (unsigned int i = 0; i < ARRAY_SIZE(ms); i++) {
		TRY(make_worker(i, L4_CAP_TASK, 0));
		workers[i].arg[0] = ms[i] * MS;
		TRY(start_worker(i, sleeper));
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(order); i++) {
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(msg.mr[0], order[i]);
	}
	return NULL;
}

static const char *delete_while_it_sleeps(void)
{
	struct l4_msg msg;

	for (unsigned int i = 0; i < 4; i++) {
		TRY(make_worker(i, L4_CAP_TASK, 0));
		workers[i].arg[0] = 10 * MS;
		TRY(start_worker(i, sleeper));
	}
	CHECK_EQ(receive(2 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(0), 2, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	return NULL;
}

static void use_xmm(struct worker *self)
{
	for (unsigned int i = 0; i < 20; i++)
		self->result[0] += xmm_check((l4_word_t)self ^ i, 30000);
	tell_main(0);
	finish();
}

static const char *fpu_state_is_ones_own(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(2), 0x40000));
	for (unsigned int i = 0; i < 3; i++) {
		TRY(make_worker(i, i == 2 ? SLOT_TASK(2) : L4_CAP_TASK, 0));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(i), L4_THREAD_TIMESLICE, 500), 0);
		TRY(start_worker(i, use_xmm));
	}
	for (unsigned int i = 0; i < 3; i++)
		TRY(await(LABEL_MAIN, &msg));
	for (unsigned int i = 0; i < 3; i++)
		CHECK_EQ(workers[i].result[0], 0);
	return NULL;
}

/* What is left of a thread whose task has ended is a name. */
static const char *names_of_the_dead(void)
{
	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), count));
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), -L4_EDEAD);
	CHECK_EQ(l4_thread_start(SLOT_THREAD(0), 0, 0, 0), -L4_EDEAD);
	CHECK_EQ(l4_gate_create(SLOT_FREE, SLOT_THREAD(0), 0), -L4_EDEAD);
	return NULL;
}

static void delete_own_task(struct worker *self)
{
	(void)self;
	l4_unmap(l4_fpage_cap(SLOT_FREE, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	tell_main(1);
	finish();
}

/* The capability that a task has of itself is only a copy; its creator's is the object's. */
static const char *task_cannot_delete_itself(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL),
			(l4_word_t)SLOT_FREE << 12), 1);
	TRY(run_worker(0, SLOT_TASK(0), delete_own_task));
	return await(LABEL_MAIN, &msg);
}

#define USER_DATA	0x2bUL

/* Loads the data segment registers of its own accord; they must be its own after others ran. */
static void keep_selectors(struct worker *self)
{
	l4_word_t mine = self->arg[0], ds, es;

	asm volatile("mov %0, %%ds; mov %0, %%es" : : "r" (mine));
	for (unsigned int i = 0; i < 200; i++) {
		l4_yield();
		asm volatile("mov %%ds, %0; mov %%es, %1" : "=r" (ds), "=r" (es));
		if (ds != mine || es != mine)
			self->result[0]++;
	}
	tell_main(0);
	finish();
}

static const char *data_selectors(void)
{
	struct l4_msg msg;

	for (unsigned int i = 0; i < 3; i++) {
		TRY(make_worker(i, L4_CAP_TASK, 0));
		workers[i].arg[0] = i == 1 ? 0 : USER_DATA;
		TRY(start_worker(i, keep_selectors));
	}
	for (unsigned int i = 0; i < 3; i++)
		TRY(await(LABEL_MAIN, &msg));
	for (unsigned int i = 0; i < 3; i++)
		CHECK_EQ(workers[i].result[0], 0);
	return NULL;
}

const struct test thread_tests[] = {
	{ "start errors", start_errors, false },
	{ "control errors", control_errors, false },
	{ "priorities", priorities, false },
	{ "timeslices", timeslices_are_shared, false },
	{ "partners leave room", partners_leave_room, false },
	{ "timeouts in order", timeouts_in_order, false },
	{ "delete while it sleeps", delete_while_it_sleeps, false },
	{ "fpu", fpu_state_is_ones_own, false },
	{ "names of the dead", names_of_the_dead, false },
	{ "task cannot delete itself", task_cannot_delete_itself, false },
	{ "data selectors", data_selectors, false },
	{ 0 },
};
