/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of what a debugger needs: registers of others, exceptions with them, cancel and continue. */
#include "vcpu.h"
#include "asm.h"

#define FS_BASE		0x31000001000UL	/* as asm.S has them */
#define GS_BASE		0x32000002000UL
#define FLAG_TF		0x100UL
#define FLAG_IF		0x200UL
#define FLAG_IOPL	0x1000UL
#define NOT_CANONICAL	0x0000800000000000UL
#define ALL_WORDS	(L4_MSG_REGS + L4_REGS_WORDS)
#define FAULT_AT	0x31000000000UL

_Static_assert(offsetof(struct worker, result) == 40, "asm.S knows it");
_Static_assert(L4_REGS_WORDS == 23, "the ABI says so");

static struct l4_thread_regs *regs(void)
{
	return l4_utcb_regs(l4_first_utcb());
}

static struct l4_frame *frame(void)
{
	return &regs()->frame;
}

static const char *await_exception(l4_word_t vector, struct l4_msg *msg)
{
	TRY(await(LABEL_FAULT, msg));
	CHECK_EQ(l4_tag_proto(msg->tag), L4_PROTO_EXCEPTION);
	CHECK_EQ(l4_tag_words(msg->tag), ALL_WORDS);
	CHECK_EQ(msg->mr[0], vector);
	CHECK_EQ(msg->mr[2], frame()->ip);
	CHECK_EQ(msg->mr[3], frame()->sp);
	return NULL;
}

static long reply_words(unsigned int words)
{
	struct l4_msg msg = { .tag = l4_tag(words, 0, 0) };

	return l4_ipc_reply(&msg);
}

static const char *check_known_registers(void)
{
	const struct l4_frame *f = frame();
	l4_word_t seen[] = { f->ax, f->cx, f->dx, f->bx, 0x104, f->bp, f->si, 0x107,
			     f->r8, f->r9, f->r10, f->r11, f->r12, f->r13, f->r14, f->r15 };

	for (unsigned int i = 0; i < ARRAY_SIZE(seen); i++)
		CHECK_EQ(seen[i], 0x100 + i);
	CHECK_EQ(f->ip, user_registers_fault);
	CHECK_EQ(f->di, &workers[0]);
	CHECK_EQ(f->cs, L4_CS_USER);
	CHECK_EQ(f->ss, L4_SS_USER);
	CHECK(f->flags & FLAG_IF);
	CHECK_EQ(regs()->fs_base, FS_BASE);
	CHECK_EQ(regs()->gs_base, GS_BASE);
	return NULL;
}

static const char *exception_brings_registers(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), user_registers));
	TRY(await_exception(6, &msg));
	TRY(check_known_registers());
	/* A shorter reply leaves them: the same again. */
	memset(regs(), 0xff, sizeof(*regs()));
	CHECK_EQ(reply_words(ALL_WORDS - 1), 0);
	TRY(await_exception(6, &msg));
	TRY(check_known_registers());
	/* The handler is not waiting yet when the fault comes. */
	CHECK_EQ(reply_words(0), 0);
	receive_nothing(L4_TIMEOUT_ZERO);
	TRY(await_exception(6, &msg));
	return check_known_registers();
}

static const char *reply_sets_registers(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), user_registers));
	TRY(await_exception(6, &msg));
	frame()->ip += 2;
	frame()->ax = 0xa1;
	frame()->r11 = 0xa2;
	frame()->r15 = 0xa3;
	frame()->sp = NOT_CANONICAL;	/* ring 3 could do that itself */
	frame()->cs = frame()->ss = frame()->orig_ax = 0x1234;
	frame()->flags &= ~FLAG_IF;
	regs()->fs_base = FS_BASE + 8;
	regs()->gs_base = 0xffff800000000000UL;
	CHECK_EQ(reply_words(ALL_WORDS), 0);
	TRY(await_exception(6, &msg));
	CHECK_EQ(workers[0].result[0], 0xa1);
	CHECK_EQ(workers[0].result[1], 0xa2);
	CHECK_EQ(workers[0].result[2], 0xa3);
	CHECK_EQ(workers[0].result[3], NOT_CANONICAL);
	CHECK_EQ(workers[0].result[4], FS_BASE + 8);
	CHECK_EQ(workers[0].result[5], 0xffff800000000000UL);
	CHECK_EQ(frame()->cs, L4_CS_USER);
	CHECK(frame()->flags & FLAG_IF);
	return NULL;
}

/* What ring 3 cannot have: the reply is refused and can be given again. */
static const char *bad_registers(void)
{
	struct l4_thread_regs good;
	struct l4_msg msg;

	TRY(run_worker(0, L4_CAP_TASK, user_registers));
	TRY(await_exception(6, &msg));
	good = *regs();
	for (unsigned int i = 0; i < 8; i++) {
		*regs() = good;
		if (i == 0)
			frame()->ip = NOT_CANONICAL;
		else if (i == 1)
			frame()->flags |= FLAG_IOPL;
		else if (i == 2)
			frame()->flags |= 1UL << 17;	/* VM */
		else if (i == 3)
			frame()->flags |= 1UL << 63;
		else if (i == 4)
			frame()->flags |= 1UL << 19;	/* VIF */
		else if (i == 5)
			regs()->fs_base = NOT_CANONICAL;
		else if (i == 6)
			regs()->gs_base = NOT_CANONICAL;
		else
			frame()->ip = 0x1234000000000000UL;
		CHECK_EQ(reply_words(ALL_WORDS), -L4_EINVAL);
		CHECK_EQ(l4_thread_regs(SLOT_THREAD(0), L4_REGS_WRITE), -L4_EINVAL);
	}
	CHECK_EQ(l4_thread_regs(SLOT_THREAD(0), L4_REGS_READ), 0);
	TRY(check_known_registers());
	CHECK_EQ(reply_words(ALL_WORDS), 0);
	return await_exception(6, &msg);
}

/* A debugger's stepping, with TF, and its breakpoint. */
static const char *single_step(void)
{
	struct l4_msg msg;
	l4_word_t ip;

	TRY(run_worker(0, L4_CAP_TASK, user_registers));
	TRY(await_exception(6, &msg));
	ip = frame()->ip += 2;
	frame()->flags |= FLAG_TF;
	CHECK_EQ(reply_words(ALL_WORDS), 0);
	for (unsigned int i = 0; i < 4; i++) {	/* four stores of four bytes */
		TRY(await_exception(1, &msg));
		ip += 4;
		CHECK_EQ(frame()->ip, ip);
		CHECK_EQ(workers[0].result[i] != 0, 1);
		CHECK_EQ(workers[0].result[i + 1], 0);
		CHECK_EQ(reply_words(i < 3 ? ALL_WORDS : 0), 0);
	}
	return NULL;
}

static const char *breakpoint(void)
{
	struct l4_msg msg;

	TRY(run_worker(0, L4_CAP_TASK, user_int3));
	TRY(await_exception(3, &msg));
	CHECK_EQ(frame()->ip, (l4_word_t)user_int3 + 1);
	frame()->ip = (l4_word_t)user_registers;
	frame()->di = (l4_word_t)&workers[0];
	CHECK_EQ(reply_words(ALL_WORDS), 0);
	TRY(await_exception(6, &msg));
	return check_known_registers();
}

/* Lets the workers run until they have come so far, and into the IPC after it. */
static const char *run_until(volatile l4_word_t *where, l4_word_t value)
{
	struct l4_msg msg;

	for (unsigned int i = 0; *where != value && i < 1000; i++)
		CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(*where, value);
	return NULL;
}

/* guest_loop counts in rdi. */
static const char *read_write_stopped(void)
{
	void (*loop)(struct worker *) = (void (*)(struct worker *))guest_loop;
	l4_cap_t thread = SLOT_THREAD(0);
	l4_word_t counted;
	struct l4_msg msg;

	TRY(run_worker(0, L4_CAP_TASK, loop));
	CHECK_EQ(receive(10 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_READ), 0);
	counted = frame()->di - (l4_word_t)&workers[0];
	CHECK(counted > 0 && counted < 1UL << 40);
	CHECK(frame()->ip - (l4_word_t)loop < 16);
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_WRITE), -L4_EBUSY);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 0), -L4_EBUSY);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CANCEL, 0), -L4_EBUSY);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_STOP, 0), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CANCEL, 0), -L4_EBUSY);
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_READ), 0);
	frame()->di = 1UL << 50;
	frame()->r12 = 0x77;
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_WRITE), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 0), 0);
	CHECK_EQ(receive(10 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_READ), 0);
	CHECK(frame()->di > 1UL << 50);
	CHECK_EQ(frame()->r12, 0x77);
	/* Stopped and continued it counts on. */
	counted = frame()->di;
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_STOP, 0), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_STOP, 0), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 0), 0);
	CHECK_EQ(receive(10 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_READ), 0);
	CHECK(frame()->di > counted);
	return NULL;
}

/* A thread whose fault waits for its answer: its registers can be set without a reply. */
static const char *write_at_a_fault(void)
{
	struct l4_msg msg;

	TRY(run_worker(0, L4_CAP_TASK, user_registers));
	TRY(await_exception(6, &msg));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CANCEL, 0), -L4_EBUSY);
	frame()->ip += 2;
	frame()->ax = 5;
	CHECK_EQ(l4_thread_regs(SLOT_THREAD(0), L4_REGS_WRITE), 0);
	CHECK_EQ(reply_words(0), 0);
	TRY(await_exception(6, &msg));
	CHECK_EQ(workers[0].result[0], 5);
	return NULL;
}

static const char *errors(void)
{
	l4_cap_t thread = SLOT_THREAD(0);

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(make_worker(0, SLOT_TASK(0), 0));
	CHECK_EQ(l4_thread_regs(SLOT_FREE, L4_REGS_READ), -L4_ENOCAP);
	CHECK_EQ(l4_thread_regs(L4_CAP_TASK, L4_REGS_READ), -L4_ENOCAP);
	CHECK_EQ(l4_thread_regs(L4_CAP_THREAD, L4_REGS_READ), -L4_EINVAL);
	CHECK_EQ(l4_thread_regs(L4_CAP_THREAD, L4_REGS_WRITE), -L4_EINVAL);
	CHECK_EQ(l4_thread_regs(thread, 2), -L4_EINVAL);
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_cap(thread, 0, L4_RIGHT_W | L4_RIGHT_R),
			(l4_word_t)SLOT_FREE << 12), 1);
	CHECK_EQ(l4_thread_regs(SLOT_FREE, L4_REGS_READ), -L4_ERIGHTS);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CANCEL, 1), -L4_EINVAL);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 1), -L4_EINVAL);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 0), -L4_EINVAL);	/* never started */
	CHECK_EQ(l4_thread_control(L4_CAP_THREAD, L4_THREAD_CANCEL, 0), -L4_EBUSY);
	CHECK_EQ(l4_thread_control(L4_CAP_THREAD, L4_THREAD_CONTINUE, 0), -L4_EBUSY);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_READ), -L4_EDEAD);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 0), -L4_EDEAD);
	return NULL;
}

/* A new thread starts with all its registers: WRITE and CONTINUE. */
static const char *start_with_registers(void)
{
	struct l4_msg msg;

	TRY(make_worker(0, L4_CAP_TASK, 0));
	memset(regs(), 0, sizeof(*regs()));
	frame()->ip = (l4_word_t)user_registers_fault + 2;
	frame()->di = (l4_word_t)&workers[0];
	frame()->ax = 1;
	frame()->r15 = 3;
	frame()->sp = 4;
	regs()->fs_base = 5;
	regs()->gs_base = 6;
	CHECK_EQ(l4_thread_regs(SLOT_THREAD(0), L4_REGS_WRITE), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CONTINUE, 0), 0);
	TRY(await_exception(6, &msg));
	CHECK_EQ(workers[0].result[0], 1);
	CHECK_EQ(workers[0].result[2], 3);
	CHECK_EQ(workers[0].result[3], 4);
	CHECK_EQ(workers[0].result[4], 5);
	CHECK_EQ(workers[0].result[5], 6);
	return NULL;
}

/* Waits in an IPC of the kind that arg[0] tells, then in the next one, and so on. */
static void wait_in_ipc(struct worker *self)
{
	l4_word_t never = self->arg[1];

	for (l4_word_t i = 0; i < 6; i++) {
		struct l4_msg msg = { 0 };
		l4_word_t flags[] = {
			L4_IPC_RECV, L4_IPC_SEND, L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL,
			L4_IPC_RECV | L4_IPC_CLOSED,
			L4_IPC_RECV | l4_recv_timeout(l4_timeout_us(PATIENCE)),
			L4_IPC_SEND | L4_IPC_RECV,
		};

		self->result[1] = i + 1;
		self->result[0] = l4_ipc(never, flags[i], &msg);
		if ((long)self->result[0] != -L4_ECANCELED)
			break;
	}
	tell_main(self->result[1]);
	finish();
}

/* Worker 1 never receives, so that worker 0 waits, six times, until it is told not to. */
static const char *cancel_each(bool stop)
{
	l4_cap_t thread = SLOT_THREAD(0);
	struct l4_msg msg;

	TRY(make_worker(1, L4_CAP_TASK, 0));
	TRY(make_worker(0, L4_CAP_TASK, 0));
	workers[0].arg[1] = SLOT_GATE(1);
	TRY(start_worker(0, wait_in_ipc));
	for (unsigned int i = 1; i <= 6; i++) {
		TRY(run_until(&workers[0].result[1], i));
		if (stop) {
			CHECK_EQ(l4_thread_control(thread, L4_THREAD_STOP, 0), 0);
			CHECK_EQ(receive(1 * MS, &msg), -L4_ETIMEDOUT);
			CHECK_EQ(workers[0].result[1], i);
			CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 0), 0);
		} else {
			CHECK_EQ(l4_thread_control(thread, L4_THREAD_CANCEL, 0), 0);
		}
	}
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], -L4_ECANCELED);
	/* Nothing of it is left with the partner. */
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(1), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

static const char *cancel(void)
{
	return cancel_each(false);
}

static const char *stop_and_continue(void)
{
	return cancel_each(true);
}

static void call_and_tell(struct worker *self)
{
	struct l4_msg msg = { 0 };

	self->result[0] = l4_ipc_call(SLOT_GATE(1), &msg);
	tell_main(1);
	finish();
}

/* The server holds the call already: its reply finds nobody, and the next call is as ever. */
static const char *cancel_a_call_taken(void)
{
	struct l4_msg msg;

	CHECK_EQ(l4_gate_create(SLOT_GATE(1), L4_CAP_THREAD, 5), 0);
	TRY(run_worker(0, L4_CAP_TASK, call_and_tell));
	TRY(await(5, &msg));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CANCEL, 0), 0);
	CHECK_EQ(reply_words(0), -L4_EDEAD);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], -L4_ECANCELED);
	return NULL;
}

static void read_it(struct worker *self)
{
	self->result[0] = *(volatile l4_word_t *)FAULT_AT;
	tell_main(1);
	finish();
}

/* A fault that STOP has ended happens again. */
static const char *continue_after_a_fault(void)
{
	struct l4_msg msg;

	*(volatile l4_word_t *)MEMORY_PAGE(1) = 4711;
	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), read_it));
	TRY(await(LABEL_FAULT, &msg));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	CHECK_EQ(reply_words(0), -L4_EDEAD);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CONTINUE, 0), 0);
	TRY(await(LABEL_FAULT, &msg));
	l4_first_utcb()->item[0] = (struct l4_item){ l4_fpage_mem(MEMORY_PAGE(1), 12, L4_RIGHT_R),
						     FAULT_AT };
	msg = (struct l4_msg){ .tag = l4_tag(0, 1, 0) };
	CHECK_EQ(l4_ipc_reply(&msg), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 4711);
	return NULL;
}

static void stop_oneself(struct worker *self)
{
	self->result[2] = 1;
	self->result[0] = l4_thread_control(SLOT_FREE, L4_THREAD_STOP, 0);
	self->result[1] = 1;
	tell_main(1);
	finish();
}

static const char *stopped_by_itself(void)
{
	struct l4_msg msg;

	TRY(make_worker(0, L4_CAP_TASK, 0));
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_cap(SLOT_THREAD(0), 0, L4_RIGHTS_ALL),
			(l4_word_t)SLOT_FREE << 12), 1);
	TRY(start_worker(0, stop_oneself));
	TRY(run_until(&workers[0].result[2], 1));
	CHECK_EQ(workers[0].result[1], 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CONTINUE, 0), 0);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

static void tell_and_finish(void)
{
	tell_main(1);
	finish();
}

static const char *lose_the_entry_stack(void)
{
	TRY(make_guest(HOST_GUEST));
	vcpu_utcb()->vcpu.entry_sp = 0xffffffa000000000UL;
	vcpu_run(user_frame((const char *)user_ud2));
	return "an upcall came without a stack";
}

/* A dead vCPU has a process's registers: it goes on only with others. */
static const char *vcpu_dead(void)
{
	l4_cap_t thread = SLOT_THREAD(VCPU_WORKER);
	struct l4_msg msg;

	TRY(start_vcpu(lose_the_entry_stack));
	TRY(await(LABEL_FAULT, &msg));
	CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_VCPU_DEAD);
	CHECK_EQ(l4_tag_words(msg.tag), ALL_WORDS);
	CHECK_EQ(frame()->ip, msg.mr[2]);
	CHECK_EQ(reply_words(0), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 0), -L4_EINVAL);
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_READ), 0);
	CHECK_EQ(frame()->sp, GUEST_DATA + L4_PAGE_SIZE);
	frame()->ip = in_host((l4_word_t)tell_and_finish);
	frame()->sp = in_host((l4_word_t)workers[VCPU_WORKER].stack + STACK_SIZE - 8);
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_WRITE), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 0), 0);
	return await(LABEL_MAIN, &msg);
}

static const char *loop_in_guest(void)
{
	struct l4_frame *user;

	TRY(make_guest(HOST_GUEST));
	user = user_frame(guest_loop);
	user->di = 0;
	return expect_syscall(user, 77);
}

/* A vCPU in user mode: its registers are the guest's, and it goes on as the guest. */
static const char *vcpu_in_user_mode(void)
{
	l4_cap_t thread = SLOT_THREAD(VCPU_WORKER);
	struct l4_msg msg;

	TRY(start_vcpu(loop_in_guest));
	CHECK_EQ(receive(30 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_STOP, 0), 0);
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_READ), 0);
	CHECK_EQ(frame()->ip & ~0xfffUL, GUEST_CODE);
	CHECK(frame()->di > 0);
	frame()->ip = GUEST_CODE + (guest_syscall - guest_code);
	frame()->ax = 77;
	CHECK_EQ(l4_thread_regs(thread, L4_REGS_WRITE), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_CONTINUE, 0), 0);
	return await_vcpu();
}

#define CHAIN		90
#define LINK(n)		(SLOT_FREE + 2 * (n))	/* a thread; behind it a gate to it */

/*
 * Each of many sends to the one before it and then receives: the first message
 * taken lets all the others go, one after the other.
 */
static const char *chain_of_senders(void)
{
	struct l4_msg msg;

	for (unsigned int n = 0; n < CHAIN; n++) {
		l4_word_t utcb = WORKER_UTCB + (8 + n) * L4_PAGE_SIZE;

		CHECK_EQ(l4_thread_create(LINK(n), L4_CAP_TASK, utcb, 0), 0);
		CHECK_EQ(l4_gate_create(LINK(n) + 1, LINK(n), 0), 0);
		memset(regs(), 0, sizeof(*regs()));
		frame()->ip = (l4_word_t)user_syscall;
		frame()->ax = L4_CALL_IPC;
		frame()->di = n ? LINK(n - 1) + 1 : SLOT_MAIN;
		frame()->dx = L4_IPC_SEND | L4_IPC_RECV;
		CHECK_EQ(l4_thread_regs(LINK(n), L4_REGS_WRITE), 0);
		CHECK_EQ(l4_thread_control(LINK(n), L4_THREAD_CONTINUE, 0), 0);
	}
	for (unsigned int n = 0; n < CHAIN; n++)
		CHECK_EQ(l4_thread_control(LINK(n), L4_THREAD_PRIORITY, WORKER_PRIORITY - n % 8), 0);
	CHECK_EQ(l4_ipc(LINK(CHAIN - 1), L4_IPC_RECV | L4_IPC_CLOSED |
			l4_recv_timeout(l4_timeout_us(20 * MS)), &msg), -L4_ETIMEDOUT);
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	for (unsigned int n = 0; n < CHAIN; n++) {
		CHECK_EQ(l4_thread_regs(LINK(n), L4_REGS_READ), 0);
		CHECK_EQ(frame()->ax, n < CHAIN - 1 ? 0 : L4_CALL_IPC);
	}
	return NULL;
}

const struct test thread_regs_tests[] = {
	{ "exception brings registers", exception_brings_registers },
	{ "reply sets registers", reply_sets_registers },
	{ "bad registers", bad_registers, .covers = "thread_regs EINVAL, ipc EINVAL" },
	{ "single step", single_step },
	{ "breakpoint", breakpoint },
	{ "read and write", read_write_stopped,
	  .covers = "thread_regs EBUSY, thread_control EBUSY" },
	{ "write at a fault", write_at_a_fault, .covers = "thread_control EBUSY" },
	{ "errors", errors,
	  .covers = "thread_regs ENOCAP, thread_regs ERIGHTS, thread_regs EINVAL, thread_regs EDEAD, "
		    "thread_control EINVAL" },
	{ "start with registers", start_with_registers },
	{ "cancel", cancel, .covers = "ipc ECANCELED" },
	{ "stop and continue", stop_and_continue, .covers = "ipc ECANCELED" },
	{ "cancel a call taken", cancel_a_call_taken },
	{ "continue after a fault", continue_after_a_fault },
	{ "stopped by itself", stopped_by_itself },
	{ "vcpu dead", vcpu_dead },
	{ "vcpu in user mode", vcpu_in_user_mode },
	{ "chain of senders", chain_of_senders },
	{ 0 },
};
