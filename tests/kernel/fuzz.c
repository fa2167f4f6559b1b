/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Nonsense, at random but the same in each run: the kernel must survive it and
 * lose no memory. Arguments are drawn from values that are nearly right.
 */
#include "vcpu.h"
#include "asm.h"

#define FUZZ_TASKS	40
#define FUZZ_CALLS	2000
#define FUZZ_FRAMES	20000
#define FUZZ_BATCHES	20000
#define LEAST_CALLS	4000		/* of all: with far fewer it is no test */
#define SOME_CYCLES	2000000UL

static l4_word_t seed;

static l4_word_t random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static l4_word_t random_argument(void)
{
	switch (random() % 10) {
	case 0:
		return random();
	case 1:
		return 1UL << random() % 64;
	case 2:
		return (random() % 0x20 << 12) | (random() % 20 << 6) | (2UL << 3) | 7;
	case 3:
		return l4_fpage_mem(IMAGE_BASE + random() % 64 * 4096, 12 + random() % 4, random() % 8);
	case 4:
		return 0x40000000 + random() % 16 * 4096;
	case 5:
		return l4_fpage_io(random() % 0x400, random() % 4, 7);
	case 6:
		return 0xffff800000000000UL + (random() % 3 - 1) * 4096;
	case 7:
		return -(random() % 16);
	default:
		return random() % 24;
	}
}

/* Slot 1 has its own task, 2 its thread; the rest is what it makes itself. */
static void caller(struct worker *self)
{
	l4_word_t argument[8];

	for (unsigned int i = 0; i < FUZZ_CALLS; i++) {
		l4_word_t number = random() % (L4_CALL_COUNT + 1);

		for (unsigned int j = 0; j < ARRAY_SIZE(argument); j++)
			argument[j] = random_argument();
		for (unsigned int j = 0; j < L4_MSG_ITEMS; j++)
			self->utcb->item[j] = (struct l4_item){ random_argument(), random_argument() };
		any_syscall(number, argument);
		self->result[0]++;
	}
	finish();
}

/* A caller may have unmapped itself, stopped or wait for ever: then it is the next one's turn. */
static const char *random_calls(void)
{
	l4_word_t calls = 0;
	struct l4_msg msg;

	seed = 88172645463325252UL;
	for (unsigned int i = 0; i < FUZZ_TASKS; i++) {
		l4_word_t before = ~0UL;

		TRY(make_task(SLOT_TASK(0), 0x80000));
		CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL), 1 << 12), 1);
		TRY(make_worker(0, SLOT_TASK(0), 0));
		CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_cap(SLOT_THREAD(0), 0, L4_RIGHTS_ALL), 2 << 12), 1);
		workers[0].result[0] = 0;
		TRY(start_worker(0, caller));
		while (workers[0].result[0] != before) {
			before = workers[0].result[0];
			receive(3 * MS, &msg);
		}
		calls += workers[0].result[0];
		l4_unmap(l4_fpage_cap(SLOT_GATE(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		l4_unmap(l4_fpage_cap(SLOT_THREAD(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
		l4_unmap(l4_fpage_cap(SLOT_TASK(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	}
	printf("# %lu calls\n", calls);
	CHECK(calls >= LEAST_CALLS);
	return NULL;
}

static void random_frame(struct l4_frame *frame)
{
	static const unsigned short selectors[] = { L4_CS_USER, L4_SS_USER, L4_CS_SERVER, L4_SS_SERVER,
						    0, L4_CS_USER32, 0x3b, 0x43 };
	l4_word_t *word = (l4_word_t *)frame;

	for (unsigned int i = 0; i < 16; i++)
		word[i] = random_argument();
	frame->ip = random() % 2 ? GUEST_CODE + random() % L4_PAGE_SIZE : random_argument();
	frame->sp = random() % 2 ? GUEST_DATA + random() % L4_PAGE_SIZE : random_argument();
	frame->flags = random() % 2 ? random() & 0xed7 : random_argument();
	frame->cs = random() % 4 ? L4_CS_USER : selectors[random() % ARRAY_SIZE(selectors)];
	frame->ss = random() % 4 ? L4_SS_USER : selectors[random() % ARRAY_SIZE(selectors)];
	if (!(frame->cs & 3))
		frame->ip = 0x0000800000000000UL | random() % 4096;
}

/* Whatever the frame: an error, or an upcall in whose frame nothing is beyond a process. */
static const char *random_frames(void)
{
	struct l4_frame *frame = user_frame(guest_syscall);
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	seed = 1234567891011UL;
	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < FUZZ_FRAMES; i++) {
		long result;

		random_frame(frame);
		l4_vcpu_control(L4_VCPU_TIMER, l4_rdtsc() + SOME_CYCLES, 0);
		result = vcpu_run(frame);
		vcpu->irq_pending = 0;
		vcpu->pending = 0;
		if (result) {
			CHECK_EQ(result, -L4_EINVAL);
			continue;
		}
		CHECK_EQ(vcpu_event.frame, frame);
		CHECK_EQ(frame->cs & 3, 3);
		CHECK_EQ(frame->flags & 0x3200, 0x200);
		CHECK_EQ(vcpu->irq_on, 0);
	}
	l4_vcpu_control(L4_VCPU_TIMER, 0, 0);
	return NULL;
}

static l4_word_t random_page(void)
{
	switch (random() % 6) {
	case 0:
		return 0xffffffb000000000UL + random() % 1024 * L4_PAGE_SIZE;
	case 1:
		return VCPU_PAGE(random() % 1024);
	case 2:
		return random() & 0x7ffffffff000UL;
	case 3:
		return random_argument();
	default:
		return 0x40000000UL + random() % 2048 * L4_PAGE_SIZE;
	}
}

/* Batches for the guest and for the host itself; now and then the guest is another one. */
static const char *random_batches(void)
{
	struct l4_utcb *utcb = vcpu_utcb();

	seed = 99194853094755497UL;
	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < FUZZ_BATCHES; i++) {
		unsigned int count = random() % 8;
		long result;

		for (unsigned int j = 0; j < count; j++)
			utcb->batch[j] = (struct l4_batch_entry){
				random_page() | (random() % 16), random_page(),
				1UL << random() % (random() % 40 + 1),
			};
		result = l4_guest_update(random() % 3 ? HOST_GUEST : L4_SELF_TARGET, count);
		CHECK(result == 0 || result == -L4_EINVAL || result == -L4_EFAULT ||
		      result == -L4_ENOMEM);
		CHECK(count == 0 || utcb->vcpu.batch_done <= count);
		if (i % 64)
			continue;
		CHECK_EQ(l4_unmap(l4_fpage_cap(HOST_GUEST, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
		TRY(make_guest(HOST_GUEST));
		TRY(expect_syscall(user_frame(guest_syscall), 0));
	}
	return NULL;
}

const struct test fuzz_tests[] = {
	{ "calls", random_calls, false },
	{ "frames", random_frames, true },
	{ "batches", random_batches, true },
	{ 0 },
};
