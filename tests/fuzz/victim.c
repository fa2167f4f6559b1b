/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The victim: each period, usually a millisecond, it computes a checksum of its memory, calls its
 * partner, and maps a page in its own task and takes it back. All of that must
 * come out right, and it must be woken in time, whatever others do. With several
 * CPUs it and its partner have all their registers still, are where they were put, and
 * neither sees a page that was taken from it by the other one.
 */
#include "fuzz.h"
#include "asm.h"

#define WORDS		2048UL
#define FS_BASE		0x111000UL
#define GS_BASE		0x222000UL
#define MAPPED		(SCRATCH + (1UL << 30))
#define WATCH_TURNS	4		/* of so many one */

/*
 * With a partner on another CPU: that has looked at a page, and goes on without the kernel,
 * so that its CPU knows where the page is, until there is another one in its place.
 */
enum { WATCHES, HAS_LOOKED, IS_CHANGED, HAS_SEEN };

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

static void call_partner(struct victim *self, bool watches)
{
	l4_word_t word = self->turns;
	struct l4_msg msg = { .tag = l4_tag(4, 0, 1), .mr = { word, watches, 2, 3 } };

	if (l4_ipc_call(VICTIM_GATE, &msg) || msg.mr[0] != ~word || msg.mr[3] != 3)
		wrong(self, "the partner's answer");
}

static bool has_partner_elsewhere(const struct victim *self)
{
	return VICTIM_ECHO_CPU(self->cpu, self->cpus) != self->cpu;
}

static void await(const struct victim *self, l4_word_t what)
{
	struct l4_msg msg = { 0 };

	while (self->watch != what)
		l4_ipc(L4_CAP_NONE, L4_IPC_RECV | l4_recv_timeout(l4_timeout_us(20)), &msg);
}

static void change_the_page(struct victim *self)
{
	self->watch = WATCHES;
	call_partner(self, true);
	await(self, HAS_LOOKED);
	if (l4_map(VICTIM_TASK, l4_fpage_mem(SCRATCH + L4_PAGE_SIZE, 12, L4_RIGHT_R), MAPPED) != 1)
		wrong(self, "map in the place of another page");
	self->watch = IS_CHANGED;
	await(self, HAS_SEEN);
}

static bool watch(struct victim *self)
{
	volatile l4_word_t *mapped = (volatile l4_word_t *)MAPPED;
	bool right = *mapped == *(volatile l4_word_t *)SCRATCH;

	self->watch = HAS_LOOKED;
	while (self->watch != IS_CHANGED)
		asm volatile("pause");
	right &= *mapped == *(volatile l4_word_t *)(SCRATCH + L4_PAGE_SIZE);
	self->watch = HAS_SEEN;
	return right;
}

static void map_a_page(struct victim *self)
{
	if (l4_map(VICTIM_TASK, l4_fpage_mem(SCRATCH, 12, L4_RIGHT_R), MAPPED) != 1)
		wrong(self, "map");
	else if (*(volatile l4_word_t *)MAPPED != *(volatile l4_word_t *)SCRATCH)
		wrong(self, "what is in a mapped page");
	if (has_partner_elsewhere(self) && self->turns % WATCH_TURNS == 0)
		change_the_page(self);
	if (l4_unmap(l4_fpage_mem(MAPPED, 12, L4_RIGHTS_ALL), L4_UNMAP_SELF))
		wrong(self, "unmap");
}

static void fill_registers(const struct victim *self, l4_word_t value)
{
	if (self->cpus == 1)
		return;
	xmm_fill(value);
	asm volatile("wrfsbase %0; wrgsbase %1" : : "r"(FS_BASE + value), "r"(GS_BASE + value));
}

/* True if one is not as it was filled, or this is another CPU. */
static bool registers_differ(const struct victim *self, l4_word_t value, l4_word_t cpu)
{
	l4_word_t fs, gs;
	unsigned int low, high, number;

	if (self->cpus == 1)
		return false;
	asm volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs), "=r"(gs));
	asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(number));
	return xmm_differ(value) || fs != FS_BASE + value || gs != GS_BASE + value || number != cpu;
}

void victim_main(struct victim *self)
{
	l4_word_t sum, random = 1, sleep = L4_IPC_RECV | l4_recv_timeout(l4_timeout_us(self->period_us));
	struct l4_msg msg = { 0 };

	for (l4_word_t i = 0; i < WORDS; i++)
		((volatile l4_word_t *)SCRATCH)[i] = random = random * 6364136223846793005UL + 1;
	sum = checksum();
	fill_registers(self, 1);
	for (;;) {
		l4_word_t due = l4_rdtsc() + self->period_us * self->khz / 1000, late;

		l4_ipc(L4_CAP_NONE, sleep, &msg);
		late = l4_rdtsc() - due;
		if ((long)late > (long)self->latest)
			self->latest = late;
		while (self->latest > self->halt_after)
			;
		call_partner(self, false);
		map_a_page(self);
		if (checksum() != sum)
			wrong(self, "the checksum");
		if (registers_differ(self, 1, self->cpu))
			wrong(self, "the victim's registers");
		if (self->partner_wrong)
			wrong(self, self->partner_wrong);
		self->turns++;
	}
}

void victim_echo(struct victim *self)
{
	struct l4_msg msg = { 0 };

	fill_registers(self, 2);
	l4_ipc_recv(&msg);
	for (;;) {
		if (registers_differ(self, 2, VICTIM_ECHO_CPU(self->cpu, self->cpus)))
			self->partner_wrong = "the partner's registers";
		msg.mr[0] = ~msg.mr[0];
		if (!msg.mr[1]) {
			l4_ipc_reply_wait(&msg);
			continue;
		}
		l4_ipc_reply(&msg);
		if (!watch(self))
			self->partner_wrong = "a page that was taken from the partner";
		l4_ipc_recv(&msg);
	}
}
