/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The victim: each millisecond it computes a checksum of its memory, calls its
 * partner, and maps a page in its own task and takes it back. All of that must
 * come out right, and it must be woken in time, whatever others do.
 */
#include "fuzz.h"

#define PERIOD_US	1000UL
#define WORDS		2048UL

static l4_word_t checksum(void)
{
	const volatile l4_word_t *memory = (const volatile l4_word_t *)SCRATCH;
	l4_word_t sum = 0xcbf29ce484222325UL;

	for (l4_word_t i = 0; i < WORDS; i++)
		sum = (sum ^ memory[i]) * 0x100000001b3UL;
	return sum;
}

static void wrong(struct victim *self, const char *what)
{
	if (!self->wrong++)
		self->what = what;
}

static void call_partner(struct victim *self)
{
	l4_word_t word = self->turns;
	struct l4_msg msg = { .tag = l4_tag(4, 0, 1), .mr = { word, 1, 2, 3 } };

	if (l4_ipc_call(VICTIM_GATE, &msg) || msg.mr[0] != ~word || msg.mr[3] != 3)
		wrong(self, "the partner's answer");
}

static void map_a_page(struct victim *self)
{
	l4_word_t to = SCRATCH + (1UL << 30);

	if (l4_map(VICTIM_TASK, l4_fpage_mem(SCRATCH, 12, L4_RIGHT_R), to) != 1)
		wrong(self, "map");
	else if (*(volatile l4_word_t *)to != *(volatile l4_word_t *)SCRATCH)
		wrong(self, "what is in a mapped page");
	if (l4_unmap(l4_fpage_mem(to, 12, L4_RIGHTS_ALL), L4_UNMAP_SELF))
		wrong(self, "unmap");
}

void victim_main(struct victim *self)
{
	l4_word_t sum, random = 1, sleep = L4_IPC_RECV | l4_recv_timeout(l4_timeout_us(PERIOD_US));
	struct l4_msg msg = { 0 };

	for (l4_word_t i = 0; i < WORDS; i++)
		((volatile l4_word_t *)SCRATCH)[i] = random = random * 6364136223846793005UL + 1;
	sum = checksum();
	for (;;) {
		l4_word_t due = l4_rdtsc() + PERIOD_US * self->khz / 1000, late;

		l4_ipc(L4_CAP_NONE, sleep, &msg);
		late = l4_rdtsc() - due;
		if ((long)late > (long)self->latest)
			self->latest = late;
		while (self->latest > self->halt_after)
			;
		call_partner(self);
		map_a_page(self);
		if (checksum() != sum)
			wrong(self, "the checksum");
		self->turns++;
	}
}

void victim_echo(struct victim *self)
{
	struct l4_msg msg = { 0 };

	(void)self;
	for (l4_ipc_recv(&msg);; l4_ipc_reply_wait(&msg))
		msg.mr[0] = ~msg.mr[0];
}
