/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The smallest vCPU server: an instance that roottask starts in Linux's place.
 * It makes one guest of one page of code, runs it, and serves its two system
 * calls: 1 writes the character in rdi to the serial port, 2 ends all.
 */
#include <l4/calls.h>
#include <l4/instance.h>

#include "example.h"

#define SERIAL		0x3f8
#define CALL_WRITE	1
#define GUEST		L4_INSTANCE_FIRST_FREE
#define CODE		0x400000UL

static struct l4_utcb *const utcb = (struct l4_utcb *)L4_INSTANCE_UTCB;

/* Entered with an empty stack at each system call of the guest: no state is kept on it. */
void example_syscall(struct l4_frame *frame, l4_word_t number)
{
	struct l4_msg end = {
		.tag = l4_tag(2, 0, L4_PROTO_INSTANCE),
		.mr = { L4_INSTANCE_END, L4_END_POWEROFF },
	};

	if (number == CALL_WRITE)
		l4_port_out8(SERIAL, frame->di);
	else
		l4_ipc_call(L4_INSTANCE_PARENT, &end);
	l4_vcpu_resume(frame);
}

void example_main(void)
{
	struct l4_frame frame = {
		.ip = CODE, .cs = L4_CS_USER, .ss = L4_SS_USER, .flags = 0x202,
	};

	utcb->vcpu.entry_sp = (l4_word_t)example_stack_top;
	l4_vcpu_control(L4_VCPU_SETUP, (l4_word_t)example_entry, (l4_word_t)example_entry);
	l4_task_create(GUEST, 0, L4_TASK_GUEST);
	l4_vcpu_control(L4_VCPU_GUEST, GUEST, 0);
	utcb->batch[0] = (struct l4_batch_entry){
		CODE | L4_BATCH_MAP | L4_RIGHT_R | L4_RIGHT_X, (l4_word_t)example_guest, 1,
	};
	utcb->vcpu.batch_count = 1;
	l4_vcpu_resume(&frame);
}
