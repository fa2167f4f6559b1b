/* SPDX-License-Identifier: GPL-2.0 */
/* What is measured on a vCPU: changes of its guest's memory, resume and upcall. */
#include <l4/server.h>

#include "bench.h"

#define GUEST_CODE	0x400000UL
#define GUEST_DATA	0x500000UL
#define RIGHTS		(L4_RIGHT_R | L4_RIGHT_W)

static struct {
	char below[L4_PAGE_SIZE - sizeof(struct l4_frame)];
	struct l4_frame frame;
} entry_stack __attribute__((aligned(16)));

static struct l4_utcb *utcb(void)
{
	return (struct l4_utcb *)VCPU_UTCB;
}

static long update(l4_word_t what, l4_word_t host_va, l4_word_t pages, struct timed *timed)
{
	utcb()->batch[0] = (struct l4_batch_entry){ what, host_va, pages };
	*timed = (struct timed){ .number = L4_CALL_GUEST_UPDATE, .di = VCPU_GUEST, .si = 1 };
	timed_call(timed);
	return timed->result;
}

/* A neighbour stays mapped, so that page tables neither come nor go. */
static long updates(l4_word_t pages, enum result map, enum result unmap)
{
	l4_word_t address = GUEST_DATA + L4_PAGE_SIZE;
	struct timed timed;
	long error;

	for (int i = 0; i < ROUNDS; i++) {
		error = update(address | L4_BATCH_MAP | RIGHTS, VCPU_MEMORY, pages, &timed);
		if (error)
			return error;
		note(map, timed.end - timed.begin - TIMED_ALL);
		error = update(address | L4_BATCH_UNMAP | L4_RIGHTS_ALL, 0, pages, &timed);
		if (error)
			return error;
		note(unmap, timed.end - timed.begin - TIMED_ALL);
	}
	return 0;
}

static long make_guest(void)
{
	struct timed timed;
	long error = l4_task_create(VCPU_GUEST, 0, L4_TASK_GUEST);

	if (!error)
		error = update(GUEST_CODE | L4_BATCH_MAP | L4_RIGHT_R | L4_RIGHT_X,
			       (l4_word_t)guest_code, 1, &timed);
	if (!error)
		error = update(GUEST_DATA | L4_BATCH_MAP | RIGHTS, VCPU_MEMORY, 1, &timed);
	if (!error)
		error = l4_vcpu_control(L4_VCPU_GUEST, VCPU_GUEST, 0);
	return error;
}

/* Only the first resume has another frame than a system call leaves. */
static void upcalls(void)
{
	struct timed timed = { 0 };

	entry_stack.frame = (struct l4_frame){
		.ip = GUEST_CODE, .cs = L4_CS_USER, .ss = L4_SS_USER, .flags = 0x202,
		.sp = GUEST_DATA + L4_PAGE_SIZE,
	};
	for (int i = 0; i < ROUNDS; i++) {
		unsigned int middle;

		timed_resume(&entry_stack.frame, &timed);
		middle = entry_stack.frame.r8;
		if (!i)
			continue;
		note(VCPU_RESUME, middle - timed.begin - RESUME_BEFORE - GUEST_ARRIVES);
		note(VCPU_UPCALL, timed.end - middle - GUEST_LEAVES - UPCALL_AFTER);
	}
}

void vcpu_main(void)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0) };
	long error;

	utcb()->vcpu.entry_sp = (l4_word_t)(&entry_stack.frame + 1);
	error = l4_vcpu_control(L4_VCPU_SETUP, (l4_word_t)vcpu_entry_syscall,
				(l4_word_t)vcpu_entry_event);
	if (!error)
		error = make_guest();
	if (!error)
		error = updates(1, GUEST_MAP_1, GUEST_UNMAP_1);
	if (!error)
		error = updates(16, GUEST_MAP_16, GUEST_UNMAP_16);
	if (!error)
		upcalls();
	msg.mr[0] = error;
	l4_ipc_send(SLOT_MAIN, &msg);
	l4_sleep_forever();
}
