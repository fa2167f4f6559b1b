/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of a vCPU's debug registers: what hits, what does not, what is refused, who else sees them. */
#include "asm.h"
#include "vcpu.h"

#define EXCEPTION	1UL
#define NOWHERE			(GUEST_DATA + 0x200000)
#define GENERAL_PROTECTION	13UL
#define PAGE_FAULT		14UL
#define TF_FLAG		0x100UL
#define RF_FLAG		0x10000UL
#define USER_FLAGS	0x202UL		/* those that all have */
#define STEPPED		(1UL << 14)	/* in DR6 */
#define HITS		0xfUL

#define EXECUTE		0UL
#define WRITE		1UL
#define PORT		2UL
#define ACCESS		3UL

#define USER_STACK_SS	0x2bUL

/* Enabled, with its type and its length in bytes. */
static l4_word_t control(unsigned int n, l4_word_t type, unsigned int length)
{
	static const unsigned char lengths[] = { [1] = 0, [2] = 1, [4] = 3, [8] = 2 };

	return 1UL << (2 * n) | (type | (l4_word_t)lengths[length] << 2) << (16 + 4 * n);
}

static long use(unsigned int n, l4_word_t address, l4_word_t word)
{
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	vcpu->debug_address[n] = address;
	vcpu->debug_control = word;
	return l4_vcpu_control(L4_VCPU_DEBUG, 0, 0);
}

static struct l4_frame *frame_for(const char *snippet, l4_word_t address)
{
	struct l4_frame *frame = user_frame(snippet);

	frame->di = address;
	return frame;
}

/* The snippet's first instruction hits the watchpoints of `dr6', behind it. */
static const char *hits(const char *snippet, l4_word_t address, l4_word_t dr6)
{
	struct l4_frame *frame = frame_for(snippet, address);
	l4_word_t start = frame->ip;

	TRY(expect_event(frame, EXCEPTION, ANY_ERROR, 0));
	CHECK_EQ(vcpu_event.error & (HITS | STEPPED), dr6);
	CHECK_EQ(frame->ip, start + 3);
	return NULL;
}

static const char *hits_nothing(const char *snippet, l4_word_t address)
{
	CHECK_EQ(vcpu_run(frame_for(snippet, address)), 0);
	CHECK_EQ(vcpu_event.is_event, 0);
	return NULL;
}

static const char *writes(void)
{
	l4_word_t *data = (l4_word_t *)VCPU_PAGE(0);
	struct l4_frame *frame;

	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(use(0, GUEST_DATA + 8, control(0, WRITE, 8)), 0);
	frame = frame_for(guest_write, GUEST_DATA + 8);
	frame->si = 77;
	TRY(expect_event(frame, EXCEPTION, ANY_ERROR, 0));
	CHECK_EQ(vcpu_event.error & (HITS | STEPPED), 1);
	CHECK_EQ(data[1], 77);
	TRY(expect_syscall(frame, 0));		/* it goes on behind the write */
	TRY(hits_nothing(guest_write, GUEST_DATA));
	TRY(hits_nothing(guest_read, GUEST_DATA + 8));
	CHECK_EQ(use(0, GUEST_DATA + 8, 0), 0);
	return hits_nothing(guest_write, GUEST_DATA + 8);
}

static const char *accesses(void)
{
	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(use(3, GUEST_DATA, control(3, ACCESS, 4)), 0);
	TRY(hits(guest_read, GUEST_DATA, 8));
	TRY(hits(guest_write, GUEST_DATA, 8));
	return hits_nothing(guest_read, GUEST_DATA + 8);
}

static const char *lengths(void)
{
	static const unsigned char all[] = { 1, 2, 4, 8 };

	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < ARRAY_SIZE(all); i++) {
		l4_word_t at = GUEST_DATA + 64, end = at + all[i];

		CHECK_EQ(use(i, at, control(i, WRITE, all[i])), 0);
		TRY(hits_nothing(guest_write_byte, at - 1));
		TRY(hits(guest_write_byte, at, 1UL << i));
		TRY(hits(guest_write_byte, end - 1, 1UL << i));
		TRY(hits_nothing(guest_write_byte, end));
	}
	return NULL;
}

/* Before the instruction; with RF set it is carried out. */
static const char *instructions(void)
{
	struct l4_frame *frame;
	l4_word_t start;

	TRY(make_guest(HOST_GUEST));
	frame = user_frame(guest_syscall);
	start = frame->ip;
	CHECK_EQ(use(2, start, control(2, EXECUTE, 1)), 0);
	for (unsigned int i = 0; i < 2; i++) {
		TRY(expect_event(frame, EXCEPTION, ANY_ERROR, 0));
		CHECK_EQ(vcpu_event.error & (HITS | STEPPED), 4);
		CHECK_EQ(frame->ip, start);
	}
	frame->flags |= RF_FLAG;
	TRY(expect_syscall(frame, 0));
	CHECK_EQ(frame->flags & RF_FLAG, 0);
	return NULL;
}

static const char *single_steps(void)
{
	struct l4_frame *frame;
	l4_word_t start;

	TRY(make_guest(HOST_GUEST));
	frame = user_frame(guest_loop);
	start = frame->ip;
	frame->flags |= TF_FLAG;
	TRY(expect_event(frame, EXCEPTION, ANY_ERROR, 0));
	CHECK_EQ(vcpu_event.error & (HITS | STEPPED), STEPPED);
	CHECK_EQ(frame->ip, start + 3);
	CHECK_EQ(use(0, GUEST_DATA, control(0, WRITE, 1)), 0);
	frame = frame_for(guest_write, GUEST_DATA);
	frame->flags |= TF_FLAG;
	TRY(expect_event(frame, EXCEPTION, ANY_ERROR, 0));
	CHECK_EQ(vcpu_event.error & 1, 1);
	frame->flags &= ~TF_FLAG;
	return expect_syscall(frame, 0);
}

/* Its rcx and r11 are those that SYSRET leaves, but with these flags SYSRET does not do. */
static void could_be_of_a_call(struct l4_frame *frame, l4_word_t flag)
{
	frame->flags |= flag | USER_FLAGS;
	frame->cx = frame->ip;
	frame->r11 = frame->flags;
}

static const char *after_a_system_call(void)
{
	struct l4_frame *frame;
	l4_word_t start;

	TRY(make_guest(HOST_GUEST));
	frame = user_frame(guest_loop);
	start = frame->ip;
	could_be_of_a_call(frame, TF_FLAG);
	TRY(expect_event(frame, EXCEPTION, ANY_ERROR, 0));
	CHECK_EQ(frame->ip, start + 3);
	frame = user_frame(guest_syscall);
	CHECK_EQ(use(2, frame->ip, control(2, EXECUTE, 1)), 0);
	could_be_of_a_call(frame, RF_FLAG);
	return expect_syscall(frame, 0);
}

/* The server sees the same lower half. */
static const char *the_server_hits(void)
{
	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(use(1, GUEST_DATA, control(1, WRITE, 8)), 0);
	*(volatile l4_word_t *)GUEST_DATA = 5;
	CHECK_EQ(server_event_count, 1);
	CHECK_EQ(server_event.vector, EXCEPTION);
	CHECK_EQ(server_event.error & HITS, 2);
	*(volatile l4_word_t *)VCPU_PAGE(0) = 6;	/* the same memory by another address */
	CHECK_EQ(server_event_count, 1);
	return NULL;
}

/* The kernel reads a frame that is watched: nothing comes of it. */
static const char *the_kernel_hits(void)
{
	struct l4_frame *frame, *watched = (struct l4_frame *)GUEST_DATA;

	TRY(make_guest(HOST_GUEST));
	frame = frame_for(guest_write, GUEST_DATA + 1024);
	*watched = *frame;
	CHECK_EQ(use(0, (l4_word_t)&watched->ip, control(0, ACCESS, 8)), 0);
	CHECK_EQ(vcpu_run(watched), 0);
	CHECK_EQ(vcpu_event.is_event, 0);
	CHECK_EQ(server_event_count, 0);
	return hits_nothing(guest_write, GUEST_DATA + 2048);
}

/* A hit that the CPU puts off may come when the kernel has been entered already. */
static const char *behind_the_stack_segment(void)
{
	TRY(make_guest(HOST_GUEST));
	*(l4_word_t *)VCPU_PAGE(0) = USER_STACK_SS;
	CHECK_EQ(use(0, GUEST_DATA, control(0, ACCESS, 2)), 0);
	for (unsigned int i = 0; i < 3; i++) {
		CHECK_EQ(vcpu_run(frame_for(guest_stack_segment, GUEST_DATA)), 0);
		CHECK(!vcpu_event.is_event || vcpu_event.vector == EXCEPTION);
	}
	return NULL;
}

static const char *refused(void)
{
	static const l4_word_t addresses[] = { 0x0000800000000000UL, 0xffff800000000000UL,
					       VCPU_UTCB, ~0UL };
	static const l4_word_t controls[] = { 1UL << 11, 1UL << 12, 1UL << 13, 1UL << 14, 1UL << 15,
					      1UL << 33, 1UL << 63 };

	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(use(0, GUEST_DATA, control(0, WRITE, 8)), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(addresses); i++) {
		CHECK_EQ(use(1, addresses[i], control(0, WRITE, 8)), -L4_EINVAL);
		CHECK_EQ(use(1, addresses[i], control(1, WRITE, 8)), -L4_EINVAL);
	}
	CHECK_EQ(use(1, 0, controls[0]), -L4_EINVAL);
	for (unsigned int i = 0; i < ARRAY_SIZE(controls); i++)
		CHECK_EQ(use(0, GUEST_DATA, control(0, WRITE, 8) | controls[i]), -L4_EINVAL);
	for (unsigned int i = 0; i < 4; i++) {
		CHECK_EQ(use(0, GUEST_DATA, control(i, PORT, 1)), -L4_EINVAL);
		CHECK_EQ(use(0, GUEST_DATA, control(i, EXECUTE, 2)), -L4_EINVAL);
		CHECK_EQ(use(0, GUEST_DATA, control(i, EXECUTE, 8)), -L4_EINVAL);
	}
	return hits(guest_write, GUEST_DATA, 1);	/* a refusal changes nothing */
}

/* What the server leaves in its UTCB without a call counts later, or not at all. */
static const char *watch_until_preempted(void)
{
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0) };

	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(use(0, GUEST_DATA, control(0, WRITE, 8)), 0);
	l4_ipc_call(SLOT_MAIN, &msg);
	TRY(hits(guest_write, GUEST_DATA, 1));
	vcpu->debug_address[0] = VCPU_UTCB;
	l4_ipc_call(SLOT_MAIN, &msg);
	TRY(hits_nothing(guest_write, GUEST_DATA));
	vcpu->debug_address[0] = GUEST_DATA + 8;
	l4_ipc_call(SLOT_MAIN, &msg);
	return hits(guest_write, GUEST_DATA + 8, 1);
}

/* The main thread uses the very addresses that the vCPU watches, and notices nothing. */
static const char *others_hit_nothing(void)
{
	struct l4_msg msg;

	CHECK(l4_map(L4_CAP_TASK, l4_fpage_mem(MEMORY_PAGE(0), 12, L4_RIGHTS_ALL), GUEST_DATA) > 0);
	TRY(start_vcpu(watch_until_preempted));
	for (unsigned int i = 0; i < 3; i++) {
		TRY(await(LABEL_MAIN, &msg));
		*(volatile l4_word_t *)GUEST_DATA = i;
		*(volatile l4_word_t *)(GUEST_DATA + 8) = i;
		msg = (struct l4_msg){ 0 };
		CHECK_EQ(l4_ipc_reply(&msg), 0);
	}
	TRY(await_vcpu());
	CHECK_EQ(l4_unmap(l4_fpage_mem(GUEST_DATA, 12, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

static const char *rdtsc_faults(void)
{
	struct l4_frame *frame = user_frame(guest_rdtsc);
	l4_word_t start = frame->ip;

	TRY(expect_event(frame, GENERAL_PROTECTION, 0, 0));
	CHECK_EQ(frame->ip, start);
	return NULL;
}

/* The server has it on each way out of user mode. */
static const char *time_stamp_counter(void)
{
	TRY(make_guest(HOST_GUEST));
	TRY(expect_syscall(user_frame(guest_rdtsc), 0));
	CHECK_EQ(use(0, 0, L4_VCPU_TRAP_TSC), 0);
	CHECK(__builtin_ia32_rdtsc());
	for (unsigned int i = 0; i < 2; i++) {
		TRY(rdtsc_faults());
		CHECK(__builtin_ia32_rdtsc());
		TRY(expect_syscall(user_frame(guest_syscall), 0));
		CHECK(__builtin_ia32_rdtsc());
		TRY(expect_event(frame_for(guest_read, NOWHERE), PAGE_FAULT, 4, NOWHERE));
		CHECK(__builtin_ia32_rdtsc());
	}
	CHECK_EQ(use(0, GUEST_DATA, control(0, WRITE, 8) | L4_VCPU_TRAP_TSC), 0);
	TRY(hits(guest_write, GUEST_DATA, 1));
	TRY(rdtsc_faults());
	CHECK_EQ(use(0, GUEST_DATA, control(0, WRITE, 8)), 0);
	TRY(expect_syscall(user_frame(guest_rdtsc), 0));
	CHECK_EQ(use(0, GUEST_DATA, L4_VCPU_TRAP_TSC | 1UL << 33), -L4_EINVAL);
	return expect_syscall(user_frame(guest_rdtsc), 0);
}

static const char *no_tsc_until_preempted(void)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0) };

	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(use(0, 0, L4_VCPU_TRAP_TSC), 0);
	TRY(rdtsc_faults());
	l4_ipc_call(SLOT_MAIN, &msg);
	return rdtsc_faults();
}

static const char *others_have_the_tsc(void)
{
	struct l4_msg msg;

	TRY(start_vcpu(no_tsc_until_preempted));
	TRY(await(LABEL_MAIN, &msg));
	CHECK(__builtin_ia32_rdtsc());
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc_reply(&msg), 0);
	TRY(await_vcpu());
	CHECK(__builtin_ia32_rdtsc());
	return NULL;
}

/* A vCPU that is deleted takes its watchpoints along. */
static const char *gone_with_the_vcpu(void)
{
	struct l4_msg msg;

	CHECK(l4_map(L4_CAP_TASK, l4_fpage_mem(MEMORY_PAGE(0), 12, L4_RIGHTS_ALL), GUEST_DATA) > 0);
	TRY(start_vcpu(watch_until_preempted));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(VCPU_WORKER), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(VCPU_WORKER), 0, L4_RIGHTS_ALL),
			  L4_UNMAP_SELF), 0);
	*(volatile l4_word_t *)GUEST_DATA = 1;
	CHECK_EQ(l4_unmap(l4_fpage_mem(GUEST_DATA, 12, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

const struct test debug_tests[] = {
	{ "writes", writes, true, "vcpu_control good" },
	{ "accesses", accesses, true },
	{ "lengths", lengths, true },
	{ "instructions", instructions, true },
	{ "single steps", single_steps, true },
	{ "the server hits", the_server_hits, true },
	{ "the kernel hits", the_kernel_hits, true },
	{ "behind the stack segment", behind_the_stack_segment, true },
	{ "refused", refused, true, "vcpu_control EINVAL" },
	{ "others hit nothing", others_hit_nothing },
	{ "the time-stamp counter", time_stamp_counter, true },
	{ "others have the time-stamp counter", others_have_the_tsc },
	{ "gone with the vCPU", gone_with_the_vcpu },
	{ "a step after a system call", after_a_system_call, true },
	{ 0 },
};
