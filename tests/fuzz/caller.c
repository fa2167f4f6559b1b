/* SPDX-License-Identifier: GPL-2.0 */
/* Ordinary threads that make random calls: of each parameter the table says what it is. */
#include "fuzz.h"
#include "asm.h"

#define MAX_PARAMETERS	4
#define LAST_ERROR	L4_EOVERFLOW

enum parameter {
	NOTHING, ANY, SLOT, FPAGE, WHERE, SMALL, TASK_FLAGS, QUOTA, UTCB_AT, PIN, IRQ_OP, CONTROL,
	CONTROL_VALUE, CODE, VCPU_OP,
};

static const unsigned char parameters[][MAX_PARAMETERS] = {
	[L4_CALL_TASK_CREATE] = { SLOT, QUOTA, TASK_FLAGS },
	[L4_CALL_THREAD_CREATE] = { SLOT, SLOT, UTCB_AT, TASK_FLAGS },
	[L4_CALL_GATE_CREATE] = { SLOT, SLOT, ANY },
	[L4_CALL_IRQ_CREATE] = { SLOT, SLOT, PIN },
	[L4_CALL_IRQ_CONTROL] = { SLOT, IRQ_OP, SLOT, SMALL },
	[L4_CALL_MAP] = { SLOT, FPAGE, WHERE },
	[L4_CALL_UNMAP] = { FPAGE, SMALL },
	[L4_CALL_THREAD_CONTROL] = { SLOT, CONTROL, CONTROL_VALUE },
	[L4_CALL_THREAD_START] = { SLOT, CODE, CODE, ANY },
	[L4_CALL_VCPU_RESUME] = { ANY },
	[L4_CALL_VCPU_CONTROL] = { VCPU_OP, SLOT, ANY },
	[L4_CALL_GUEST_UPDATE] = { SLOT, SMALL },
	[L4_CALL_TASK_INFO] = { SLOT, SMALL },
	[L4_CALL_SYSTEM_CONTROL] = { SLOT, SMALL, ANY },
	[L4_CALL_YIELD] = { SLOT },
	[L4_CALL_YIELD + 1] = { SLOT, SMALL },
};

static l4_word_t draw(struct fuzzer *self, enum parameter what)
{
	if (random_one_in(self, 12))
		return random_word(self);
	switch (what) {
	case SLOT:
		return random_slot(self);
	case FPAGE:
		return random_fpage(self);
	case WHERE:
		return random_one_in(self, 3) ? random_below(self, FUZZ_SLOTS) << 12 :
						self->scratch + random_below(self, 128) * L4_PAGE_SIZE;
	case SMALL:
		return random_below(self, 4);
	case TASK_FLAGS:
		return random_below(self, 2);
	case QUOTA:
		return random_one_in(self, 2) ? 0 : L4_TASK_QUOTA_MIN;
	case UTCB_AT:
		return UTCB(random_below(self, 64));
	case PIN:
		return random_one_in(self, 4) ? random_below(self, 30) : L4_IRQ_SOFT - random_below(self, 2);
	case IRQ_OP:
		return random_below(self, 5) | (random_one_in(self, 8) ? random_below(self, 16) << 8 : 0);
	case CONTROL:
		return random_below(self, self->cpus == 1 ? 6 : 9);
	case CONTROL_VALUE:
		if (self->cpus > 1 && random_one_in(self, 2))
			return random_below(self, self->cpus);
		return random_below(self, 3) ? random_slot(self) : random_below(self, 20000);
	case CODE:
		/* Not anywhere in its code: that could write down results that never were. */
		return random_one_in(self, 2) ? (l4_word_t)caller :
						self->scratch + random_below(self, 64) * L4_PAGE_SIZE;
	case VCPU_OP:
		return random_below(self, 6);
	default:
		return random_word(self);
	}
}

static l4_word_t random_timeout(struct fuzzer *self)
{
	switch (random_below(self, 32)) {
	case 0:
		return L4_TIMEOUT_NEVER;
	case 1:
		return random_below(self, 0x8000);
	case 2: case 3: case 4: case 5: case 6: case 7: case 8: case 9:
		return 1 + random_below(self, 200);
	default:
		return L4_TIMEOUT_ZERO;
	}
}

static void draw_ipc(struct fuzzer *self, l4_word_t arg[])
{
	static const unsigned char phases[] = {
		L4_IPC_SEND, L4_IPC_RECV, L4_IPC_SEND | L4_IPC_RECV, L4_IPC_REPLY,
		L4_IPC_REPLY | L4_IPC_RECV, L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL,
		L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL, L4_IPC_RECV | 0x10,
	};

	arg[0] = random_one_in(self, 2) ? random_slot(self) : 4 + random_below(self, 7);
	arg[1] = l4_tag(random_below(self, 66), random_below(self, 3) ? 0 : random_below(self, 10),
			random_below(self, 0x10000));
	arg[2] = (random_one_in(self, 8) ? random_below(self, 64) :
					   phases[random_below(self, sizeof(phases))]) |
		 l4_send_timeout(random_timeout(self)) | l4_recv_timeout(random_timeout(self));
	for (unsigned int i = 3; i < 7; i++)
		arg[i] = random_word(self);
}

/* What the kernel reads in the UTCB. */
static void fill_utcb(struct fuzzer *self)
{
	struct l4_utcb *utcb = self->utcb;

	for (unsigned int i = 0; i < L4_MSG_ITEMS; i++)
		utcb->item[i] = (struct l4_item){ random_one_in(self, 4) ? random_word(self) :
						  random_fpage(self), draw(self, WHERE) };
	for (unsigned int i = 0; i < ARRAY_SIZE(utcb->window); i++)
		utcb->window[i] = random_one_in(self, 4) ?
			l4_fpage_all(i, L4_RIGHTS_ALL) : random_fpage(self);
	/* Behind these: buffers for strings, address and size. */
	for (l4_word_t *word = (l4_word_t *)(utcb->user + ARRAY_SIZE(utcb->user));
	     word < (l4_word_t *)&utcb->vcpu; word += 2) {
		word[0] = random_one_in(self, 8) ? random_word(self) :
			  self->scratch + random_below(self, 1UL << SCRATCH_ORDER);
		word[1] = random_below(self, 0x10000);
	}
	for (unsigned int i = L4_MSG_REGS; i < L4_MSG_WORDS; i++)
		utcb->mr[i] = random_word(self);
	for (unsigned int i = 0; i < 4; i++)
		utcb->batch[i] = (struct l4_batch_entry){
			draw(self, WHERE) | random_below(self, 16), self->scratch + random_below(self, 70) * L4_PAGE_SIZE,
			random_below(self, 40),
		};
}

/* A negative result must be an error of the ABI; what is positive can be anything. */
void note_result(struct fuzzer *self, long result)
{
	self->calls++;
	if (result >= -LAST_ERROR || self->bad_result)
		return;
	self->bad_number = self->number;
	for (unsigned int i = 0; i < ARRAY_SIZE(self->arg); i++)
		self->bad_arg[i] = self->arg[i];
	self->bad_result = result;
}

void random_call(struct fuzzer *self)
{
	l4_word_t number = random_below(self, L4_CALL_COUNT + 1), arg[8];

	if (random_one_in(self, 4))
		number = L4_CALL_IPC;
	if (random_one_in(self, 128))
		number = random_word(self);
	for (unsigned int i = 0; i < ARRAY_SIZE(arg); i++)
		arg[i] = i < MAX_PARAMETERS && number < ARRAY_SIZE(parameters) ?
			 draw(self, parameters[number][i]) : random_word(self);
	if (number == L4_CALL_IPC)
		draw_ipc(self, arg);
	if (random_one_in(self, 4))
		fill_utcb(self);
	self->number = number;
	for (unsigned int i = 0; i < ARRAY_SIZE(arg); i++)
		self->arg[i] = arg[i];
	note_result(self, any_syscall(number, arg));
}

void caller(struct fuzzer *self)
{
	/* So that there is something to be switched, and to be taken along. */
	if (self->cpus > 1)
		xmm_fill(self->seed);
	while (self->calls < self->wanted)
		random_call(self);
	l4_sleep_forever();
}
