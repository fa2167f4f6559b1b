/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A vCPU that resumes random frames, updates its guests and its own upper half
 * at random, and makes random calls. The guests' code is asm.S's page.
 */
#include "fuzz.h"
#include "asm.h"

#define SOME_CYCLES	100000UL

struct {
	struct l4_frame *frame;
	l4_word_t vector, error, address, is_event;
} vcpu_event;
l4_word_t vcpu_saved_sp;

static struct {
	char stack[L4_PAGE_SIZE - sizeof(struct l4_frame)];
	struct l4_frame frame;
} entry_stack __attribute__((aligned(16)));

static struct l4_utcb *own_utcb;

void vcpu_server_event(struct l4_frame *frame, l4_word_t vector);

/* Out of the server itself: its own mistake, or an interrupt. It goes on as if nothing was. */
void vcpu_server_event(struct l4_frame *frame, l4_word_t vector)
{
	(void)frame;
	(void)vector;
	own_utcb->vcpu.irq_pending = 0;
	own_utcb->vcpu.pending = 0;
}

static void set_up(struct fuzzer *self)
{
	own_utcb = self->utcb;
	self->utcb->vcpu.entry_sp = (l4_word_t)(&entry_stack.frame + 1);
	self->utcb->vcpu.irq_on = 0;
	self->utcb->vcpu.batch_count = 0;
	l4_vcpu_control(L4_VCPU_SETUP, (l4_word_t)vcpu_entry_syscall, (l4_word_t)vcpu_entry_event);
}

static void make_guest(struct fuzzer *self)
{
	l4_cap_t slot = SOME_GUEST(random_below(self, 2));

	if (random_one_in(self, 2))
		l4_unmap(l4_fpage_cap(slot, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	l4_task_create(slot, 0, L4_TASK_GUEST);
	self->utcb->batch[0] = (struct l4_batch_entry){ GUEST_CODE | L4_BATCH_MAP | L4_RIGHT_R |
							L4_RIGHT_X, (l4_word_t)guest_code, 1 };
	self->utcb->batch[1] = (struct l4_batch_entry){ GUEST_DATA | L4_BATCH_MAP | L4_RIGHT_R |
							L4_RIGHT_W, HOST_SCRATCH, 16 };
	l4_guest_update(slot, 2);
	note_result(self, l4_vcpu_control(L4_VCPU_GUEST, slot, 0));
}

static l4_word_t random_page(struct fuzzer *self)
{
	switch (random_below(self, 8)) {
	case 0:
		return 0xffffffb000000000UL + random_below(self, 1024) * L4_PAGE_SIZE;
	case 1: case 2: case 3:
		return HOST_SCRATCH + random_below(self, 80) * L4_PAGE_SIZE;
	case 4:
		return random_next(self) & 0x7ffffffff000UL;
	case 5:
		return random_word(self);
	default:
		return GUEST_CODE + random_below(self, 2048) * L4_PAGE_SIZE;
	}
}

static unsigned int random_batch(struct fuzzer *self)
{
	unsigned int count = random_below(self, 8);

	for (unsigned int i = 0; i < count; i++)
		self->utcb->batch[i] = (struct l4_batch_entry){
			random_page(self) | random_below(self, 16), random_page(self),
			1UL << random_below(self, random_below(self, 36) + 1),
		};
	return random_one_in(self, 64) ? random_word(self) : count;
}

static void random_frame(struct fuzzer *self, struct l4_frame *frame)
{
	static const unsigned short selectors[] = { L4_CS_USER, L4_SS_USER, L4_CS_SERVER, L4_SS_SERVER,
						    0, 0x23, 0x3b, 0x43 };
	l4_word_t *word = (l4_word_t *)frame;
	l4_word_t offset = random_below(self, L4_PAGE_SIZE);

	for (unsigned int i = 0; i < 16; i++)
		word[i] = random_word(self);
	frame->ip = random_one_in(self, 4) ? random_word(self) : GUEST_CODE + offset;
	frame->sp = random_one_in(self, 4) ? random_word(self) : GUEST_DATA + offset;
	frame->flags = random_one_in(self, 4) ? random_word(self) : random_next(self) & 0xed7;
	frame->cs = frame->ss = 0;
	if (random_one_in(self, 4)) {
		frame->cs = selectors[random_below(self, ARRAY_SIZE(selectors))];
		frame->ss = selectors[random_below(self, ARRAY_SIZE(selectors))];
	}
	frame->cs = frame->cs ? frame->cs : L4_CS_USER;
	frame->ss = frame->ss ? frame->ss : L4_SS_USER;
	/* A server's frame that is accepted: at the entries, for what is not one breaks the rest. */
	if (!(frame->cs & 3))
		frame->ip = random_one_in(self, 32) ? (l4_word_t)vcpu_entry_event :
			    random_one_in(self, 32) ? (l4_word_t)vcpu_entry_syscall :
						      0x0000800000000000UL | offset;
}

static void resume(struct fuzzer *self)
{
	struct l4_frame *frame = &entry_stack.frame;

	random_frame(self, frame);
	l4_vcpu_control(L4_VCPU_TIMER, l4_rdtsc() + random_below(self, SOME_CYCLES), 0);
	self->utcb->vcpu.batch_count = random_one_in(self, 4) ? random_batch(self) : 0;
	self->number = L4_CALL_VCPU_RESUME;
	if (random_one_in(self, 64))
		frame = (struct l4_frame *)random_word(self);
	note_result(self, vcpu_run(frame));
	self->utcb->vcpu.irq_pending = 0;
	self->utcb->vcpu.pending = 0;
}

static void update(struct fuzzer *self)
{
	unsigned int count = random_batch(self);

	self->number = L4_CALL_GUEST_UPDATE;
	self->arg[0] = random_below(self, 3) ? SOME_GUEST(random_below(self, 2)) : L4_SELF_TARGET;
	self->arg[1] = count;
	note_result(self, l4_guest_update(self->arg[0], count));
}

void host(struct fuzzer *self)
{
	set_up(self);
	make_guest(self);
	while (self->calls < self->wanted) {
		switch (random_below(self, 16)) {
		case 0: case 1: case 2: case 3: case 4: case 5: case 6: case 7:
			resume(self);
			break;
		case 8: case 9: case 10: case 11:
			update(self);
			break;
		case 12:
			make_guest(self);
			break;
		default:
			random_call(self);
			/* It may have changed what the next upcall needs. */
			set_up(self);
		}
	}
	l4_sleep_forever();
}
