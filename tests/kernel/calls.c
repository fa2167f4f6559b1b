/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Makes the calls of call_cases.c, each in its scene, and compares the results.
 * A call that fails must have changed nothing: free kernel memory, objects and
 * the caller's quota are compared around it.
 */
#include "calls.h"
#include "asm.h"

/* A case's number: FIRST + PER_CALL * call + its place in the call's table. */
#define FIRST		2000
#define PER_CALL	100

static long system(l4_word_t what)
{
	return l4_system_control(L4_CAP_SYSTEM, what, 0);
}

/* The case that runs; a copy, because a vCPU sees the tables elsewhere. */
static struct call_case current;
static unsigned int current_call;
static long current_result;

static long make_call(struct l4_utcb *utcb)
{
	const l4_word_t *arg = current.arg;

	if (current_call == UNKNOWN)
		return any_syscall(arg[7], arg);
	utcb->batch[0] = (struct l4_batch_entry){ arg[2], arg[3], arg[4] };
	if (current_call == L4_CALL_THREAD_REGS && arg[1] == L4_REGS_WRITE) {
		l4_thread_regs(arg[0], L4_REGS_READ);
		if (arg[4])
			utcb->mr[L4_MSG_REGS + arg[2]] = arg[3];
	}
	return any_syscall(current_call, arg);
}

struct usage {
	long memory, objects, quota;
};

static struct usage measure(void)
{
	return (struct usage){ system(L4_SYSTEM_KMEM_FREE), system(L4_SYSTEM_OBJECTS),
			       l4_task_info(L4_CAP_TASK, L4_INFO_QUOTA_USED) };
}

/* Spends the quota but for less than any object needs. */
/* To the last bytes: the table pages of the last gates' slots exist before. */
static void spend_quota(void)
{
	l4_cap_t slot;

	for (slot = 50; slot < 200; slot += 30)
		l4_gate_create(slot, S_THREAD, 0);
	for (slot = 1024; !l4_irq_create(slot, L4_CAP_NONE, L4_IRQ_SOFT);)
		slot++;
	for (slot = 50; slot < 200 && l4_gate_create(slot, S_THREAD, 0) != -L4_ENOMEM;)
		slot++;
}

static void be_poor(struct worker *self)
{
	l4_task_create(HOST_GUEST, 0, L4_TASK_GUEST);
	self->utcb->window[L4_FPAGE_MEM] = MEM(AT, 12UL, ALL);
	spend_quota();
	if (current.caller == POOR)
		self->result[0] = make_call(self->utcb);
	tell_main(0);
	finish();
}

const char *impoverish(void)
{
	struct l4_msg msg;

	TRY(make_task(S_POOR, 0x20000));
	TRY(make_worker(POOR_WORKER, S_POOR, 0));
	CHECK(l4_map(S_POOR, l4_fpage_cap(SLOT_MAIN + 4, 2, ALL), SLOT_AT(SLOT_MAIN + 4)) > 0);
	for (unsigned int slot = 264; slot < 512; slot += 8)
		l4_map(S_POOR, l4_fpage_cap(slot, 3, ALL), SLOT_AT(slot));
	TRY(start_worker(POOR_WORKER, be_poor));
	TRY(await(LABEL_MAIN, &msg));
	current_result = workers[POOR_WORKER].result[0];
	return NULL;
}

static long resume_with(struct l4_utcb *utcb)
{
	const l4_word_t *arg = current.arg;
	struct l4_frame *frame = user_frame(guest_syscall);

	switch (arg[0]) {
	case 0:
		frame->cs = L4_CS_SERVER;
		frame->ss = L4_SS_SERVER;
		frame->ip = (l4_word_t)vcpu_entry_syscall;
		/* fall through */
	case USER_FRAME:
		((l4_word_t *)frame)[arg[1]] = arg[2];
		break;
	case POOR_FRAME:
		spend_quota();
		/* fall through */
	case BATCH_FRAME:
		utcb->batch[0] = (struct l4_batch_entry){ arg[2], arg[3], arg[4] };
		utcb->vcpu.batch_count = arg[1];
		break;
	default:
		frame = (struct l4_frame *)arg[0];
	}
	return vcpu_run(frame);
}

static const char *on_vcpu(void)
{
	TRY(make_guest(HOST_GUEST));
	current_result = current_call == L4_CALL_VCPU_RESUME ? resume_with(vcpu_utcb()) :
							       make_call(vcpu_utcb());
	return NULL;
}

/* The vCPU begins when the main thread waits for it. */
static const char *call_on_vcpu(void)
{
	TRY(start_vcpu(on_vcpu));
	CHECK_EQ(l4_map(VCPU_TASK, l4_fpage_cap(S_GUEST, 0, ALL), SLOT_AT(V_FOREIGN)), 1);
	CHECK_EQ(l4_map(VCPU_TASK, l4_fpage_cap(S_GUEST, 0, L4_RIGHT_R), SLOT_AT(V_WEAK)), 1);
	return await_vcpu();
}

static const char *call_from_main(void)
{
	struct usage before = measure(), after;

	current_result = make_call(l4_first_utcb());
	after = measure();
	/* A first time may leave a table behind that a second one finds. */
	if (current_result < 0 && after.memory != before.memory) {
		before = after;
		current_result = make_call(l4_first_utcb());
		after = measure();
	}
	if (current_result < 0) {
		CHECK_EQ(after.memory, before.memory);
		CHECK_EQ(after.objects, before.objects);
		CHECK_EQ(after.quota, before.quota);
	}
	return NULL;
}

static const char *run_case(void)
{
	TRY(make_scene());
	if (current.prepare)
		TRY(current.prepare());
	if (current.caller == POOR)
		TRY(impoverish());
	else if (current.caller == VCPU)
		TRY(call_on_vcpu());
	else
		TRY(call_from_main());
	CHECK_EQ(current_result, current.expected);
	return NULL;
}

static const char *error_name(long error)
{
	static const char *const names[] = {
		[L4_EINVAL] = "EINVAL", [L4_ENOCAP] = "ENOCAP", [L4_ERIGHTS] = "ERIGHTS",
		[L4_ENOMEM] = "ENOMEM", [L4_EEXIST] = "EEXIST", [L4_ETIMEDOUT] = "ETIMEDOUT",
		[L4_EDEAD] = "EDEAD", [L4_ECANCELED] = "ECANCELED", [L4_EFAULT] = "EFAULT",
		[L4_EBUSY] = "EBUSY", [L4_ENOSYS] = "ENOSYS", [L4_EOVERFLOW] = "EOVERFLOW",
	};

	return error < 0 ? names[-error] : "good";
}

void run_call_cases(void)
{
	for (unsigned int i = 0; call_tables[i].name; i++) {
		unsigned int number = FIRST + PER_CALL * call_tables[i].call;

		current_call = call_tables[i].call;
		for (const struct call_case *row = call_tables[i].cases; row->name; row++) {
			struct test test = { row->name, run_case, false };

			current = *row;
			if (run_test(call_tables[i].name, number, &test))
				printf("# covers %u %s %s\n", number, call_tables[i].name,
				       error_name(row->expected));
			number++;
		}
	}
}
