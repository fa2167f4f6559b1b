/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of the short ways through the kernel: that they do what the long ways
 * do, and leave to these what they cannot do.
 */
#include "ktest.h"

#define LOWER_END	0x0000800000000000UL

/* At the end of the last page below LOWER_END: mov eax, number; xor edi, edi; xor edx, edx; syscall. */
static const unsigned char last_code[] = {
	0xb8, L4_CALL_YIELD, 0, 0, 0, 0x31, 0xff, 0x31, 0xd2, 0x0f, 0x05,
};

static void run_last_code(struct worker *self)
{
	(void)self;
	((void (*)(void))(LOWER_END - sizeof(last_code)))();
}

/* The call returns to where there is nothing: a fault there, and not in the kernel. */
static const char *returns_to_the_end(unsigned char number)
{
	unsigned char *code = (unsigned char *)MEMORY_PAGE(4) + L4_PAGE_SIZE - sizeof(last_code);
	struct l4_msg msg;

	memcpy(code, last_code, sizeof(last_code));
	code[1] = number;
	TRY(make_task(SLOT_TASK(0), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_PAGE(4), 12, L4_RIGHT_R | L4_RIGHT_X),
			LOWER_END - L4_PAGE_SIZE), 1);
	TRY(run_worker(0, SLOT_TASK(0), run_last_code));
	for (int i = 0; i < 2; i++) {	/* and again after a reply that changes nothing */
		TRY(await(LABEL_FAULT, &msg));
		CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_EXCEPTION);
		CHECK_EQ(msg.mr[0], 13);
		CHECK_EQ(msg.mr[1], 0);
		CHECK_EQ(msg.mr[2], LOWER_END);
		if (!i) {
			msg.tag = 0;
			CHECK_EQ(l4_ipc_reply(&msg), 0);
		}
	}
	return NULL;
}

static const char *short_call_at_the_end(void)
{
	return returns_to_the_end(L4_CALL_COUNT + 50);
}

static const char *long_call_at_the_end(void)
{
	return returns_to_the_end(L4_CALL_YIELD);
}

/* Without a phase: it returns at once, with EINVAL. */
static const char *ipc_at_the_end(void)
{
	return returns_to_the_end(L4_CALL_IPC);
}

const struct test fast_tests[] = {
	{ "a short call at the end of the lower half", short_call_at_the_end },
	{ "a long call there", long_call_at_the_end },
	{ "an IPC there", ipc_at_the_end },
	{ 0 },
};
