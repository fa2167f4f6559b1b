/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of the stack that a vCPU's server sets aside for the upcall that its own cannot take. */
#include "vcpu.h"
#include "asm.h"

/* Where a frame goes that the server's stack cannot take: once. */
static struct {
	char stack[L4_PAGE_SIZE - sizeof(struct l4_frame)];
	struct l4_frame frame;
} fault_stack __attribute__((aligned(16)));

static const char *fault_stack_errors(void)
{
	CHECK_EQ(l4_vcpu_control(L4_VCPU_FAULT_STACK, 8, 0), -L4_EINVAL);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_FAULT_STACK, 0x0000800000000000UL, 0), -L4_EINVAL);
	return NULL;
}

static const char *fault_stack_takes_upcalls(void)
{
	static const l4_word_t stacks[] = {
		0xffffffa000000000UL, 0x0000800000000000UL, 0xffff800000200000UL,	/* the kernel's */
	};
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;
	l4_word_t good = vcpu->entry_sp;

	TRY(make_guest(HOST_GUEST));
	TRY(fault_stack_errors());
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(stacks); i++) {
		const char *snippet = i % 2 ? guest_syscall : (const char *)user_ud2;

		vcpu->entry_sp = stacks[i / 2];
		CHECK_EQ(l4_vcpu_control(L4_VCPU_FAULT_STACK, (l4_word_t)(&fault_stack.frame + 1), 0), 0);
		CHECK_EQ(vcpu_run(user_frame(snippet)), 0);
		CHECK_EQ(vcpu_event.is_event, 1);
		CHECK_EQ(vcpu_event.vector, 8);
		CHECK_EQ(vcpu_event.error, i % 2 ? 8 : 6);
		CHECK_EQ(vcpu_event.address, GUEST_DATA + L4_PAGE_SIZE);
		CHECK_EQ((l4_word_t)vcpu_event.frame, (l4_word_t)&fault_stack.frame);
		CHECK_EQ(vcpu_event.frame->cs, L4_CS_USER);
		CHECK_EQ(vcpu_event.frame->ip & ~0xfffUL, GUEST_CODE);
		CHECK_EQ(vcpu->irq_on, 0);
		/* The registers are whole: it can go on. */
		vcpu->entry_sp = good;
		if (i % 2)
			continue;
		TRY(expect_event(vcpu_event.frame, 6, 0, 0));
	}
	return NULL;
}

/* The server itself, without a stack: it pushes something. */
static const char *fault_stack_takes_overflows(void)
{
	server_fixup = (l4_word_t)vcpu_push_fixup;
	for (unsigned int i = 1; i <= 2; i++) {
		CHECK_EQ(l4_vcpu_control(L4_VCPU_FAULT_STACK, (l4_word_t)(&fault_stack.frame + 1), 0), 0);
		CHECK_EQ(vcpu_push(0xffffffa000000100UL), -1UL);
		CHECK_EQ(server_event_count, i);
		CHECK_EQ(server_event.vector, 8);
		CHECK_EQ(server_event.error, 14);
		CHECK_EQ(server_event.address, 0xffffffa000000100UL);
		CHECK_EQ((l4_word_t)server_event.frame, (l4_word_t)&fault_stack.frame);
	}
	return NULL;
}

/* It was used up: the next one has no place. */
static const char *lose_the_fault_stack(void)
{
	TRY(fault_stack_takes_upcalls());
	vcpu_utcb()->vcpu.entry_sp = 0xffffffa000000000UL;
	vcpu_run(user_frame((const char *)user_ud2));
	return "an upcall came without a stack";
}

static const char *fault_stack_is_used_once(void)
{
	struct l4_msg msg;

	TRY(start_vcpu(lose_the_fault_stack));
	TRY(await(LABEL_FAULT, &msg));
	CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_VCPU_DEAD);
	CHECK_EQ(msg.mr[0], 6);
	return NULL;
}

const struct test fault_stack_tests[] = {
	{ "upcalls", fault_stack_takes_upcalls, true },
	{ "overflows", fault_stack_takes_overflows, true },
	{ "used once", fault_stack_is_used_once, false },
	{ 0 },
};
