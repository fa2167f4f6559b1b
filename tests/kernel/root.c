/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of what a server finds at its start: the kernel info page, and sigma0. */
#include "ktest.h"

#define WINDOW_BASE	0x100000000000UL
#define WINDOW		l4_fpage_mem(WINDOW_BASE, 44, L4_RIGHTS_ALL)

static long request(l4_word_t what, l4_word_t a, l4_word_t b, l4_word_t *result)
{
	return l4_sigma0_request(l4_first_utcb(), L4_CAP_SIGMA0, what, a, b, WINDOW, result);
}

static void drop(l4_word_t address, unsigned int order)
{
	l4_unmap(l4_fpage_mem(address, order, L4_RIGHTS_ALL), L4_UNMAP_SELF);
}

static const char *info_page(void)
{
	const struct l4_kip *kip = (const struct l4_kip *)L4_KIP_ADDRESS;
	l4_word_t end = 0;

	CHECK_EQ(kip->magic, L4_KIP_MAGIC);
	CHECK_EQ(kip->version, L4_KIP_VERSION);
	CHECK(kip->tsc_khz > 100000 && kip->tsc_khz < 10000000);
	CHECK(kip->boot_tsc < l4_rdtsc());
	CHECK(kip->region_count > 2 && kip->region_count <= L4_KIP_REGIONS);
	for (l4_word_t i = 0; i < kip->region_count; i++) {
		CHECK(kip->region[i].start >= end);
		CHECK(kip->region[i].end > kip->region[i].start);
		end = kip->region[i].end;
	}
	CHECK(kip->module_count > 0);
	CHECK_EQ(strncmp(kip->module[0].cmdline, "sigma0", 6), 0);
	return NULL;
}

static const char *each_frame_once(void)
{
	l4_word_t before, after, physical, again;

	CHECK_EQ(request(L4_SIGMA0_FREE_BYTES, 0, 0, &before), 0);
	CHECK_EQ(request(L4_SIGMA0_MEM, 13, 0, &physical), 0);
	CHECK_EQ(physical & 0x1fff, 0);
	*(volatile l4_word_t *)(WINDOW_BASE + physical + 0x1ff8) = 1;
	CHECK_EQ(request(L4_SIGMA0_FREE_BYTES, 0, 0, &after), 0);
	CHECK_EQ(before - after, 0x2000);
	CHECK_EQ(request(L4_SIGMA0_MEM_AT, physical, 12, NULL), -L4_EBUSY);
	CHECK_EQ(request(L4_SIGMA0_MEM_AT, physical + 0x1000, 12, NULL), -L4_EBUSY);
	CHECK_EQ(request(L4_SIGMA0_DEVICE, physical, 12, NULL), -L4_EBUSY);
	CHECK_EQ(request(L4_SIGMA0_MEM, 12, 0, &again), 0);
	CHECK(again < physical || again >= physical + 0x2000);
	drop(WINDOW_BASE + physical, 13);
	drop(WINDOW_BASE + again, 12);
	return NULL;
}

/* A page fault on free memory is resolved with the frame at that address. */
static const char *faults_give_frames(void)
{
	l4_word_t physical;
	volatile l4_word_t *word;

	CHECK_EQ(request(L4_SIGMA0_MEM, 13, 0, &physical), 0);
	drop(WINDOW_BASE + physical, 13);
	physical -= 0x1000;
	word = (volatile l4_word_t *)physical;
	*word = 1;
	CHECK_EQ(*word, 1);
	CHECK_EQ(request(L4_SIGMA0_MEM_AT, physical, 12, NULL), -L4_EBUSY);
	drop(physical, 12);
	return NULL;
}

/* What could not be taken is free again, the same block for the next who asks. */
static const char *refused_blocks_come_back(void)
{
	l4_word_t before, after, physical, again;

	CHECK_EQ(request(L4_SIGMA0_MEM, 13, 0, &physical), 0);
	CHECK_EQ(request(L4_SIGMA0_FREE_BYTES, 0, 0, &before), 0);
	for (unsigned int i = 0; i < 3000; i++)
		CHECK(l4_sigma0_request(l4_first_utcb(), L4_CAP_SIGMA0, L4_SIGMA0_MEM, 13, 0,
					L4_FPAGE_NONE, NULL) < 0);
	CHECK_EQ(request(L4_SIGMA0_FREE_BYTES, 0, 0, &after), 0);
	CHECK_EQ(before, after);
	CHECK_EQ(request(L4_SIGMA0_MEM, 13, 0, &again), 0);
	CHECK_EQ(physical - again, 0x2000);
	drop(WINDOW_BASE + physical, 13);
	drop(WINDOW_BASE + again, 13);
	return NULL;
}

#define HPET	0xfed00000UL

static void jump_into_device(struct worker *self)
{
	((void (*)(void))(WINDOW_BASE + HPET))();
	(void)self;
	finish();
}

/* Device memory is no code, whatever is in it. */
static const char *devices_are_not_executed(void)
{
	struct l4_msg msg;

	CHECK_EQ(request(L4_SIGMA0_DEVICE, HPET, 12, NULL), 0);
	TRY(run_worker(0, L4_CAP_TASK, jump_into_device));
	TRY(await(LABEL_FAULT, &msg));
	CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_PAGE_FAULT);
	CHECK_EQ(msg.mr[0], (WINDOW_BASE + HPET) | L4_RIGHT_X);
	drop(WINDOW_BASE + HPET, 12);
	return NULL;
}

/* Of a block that is refused half-way, its first page has arrived before. */
static const char *half_a_block_comes_back(void)
{
	l4_word_t window = l4_fpage_mem(WORKER_UTCB, 13, L4_RIGHTS_ALL);
	l4_word_t before, after;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(make_worker(1, L4_CAP_TASK, 0));
	CHECK_EQ(request(L4_SIGMA0_FREE_BYTES, 0, 0, &before), 0);
	CHECK(l4_sigma0_request(l4_first_utcb(), L4_CAP_SIGMA0, L4_SIGMA0_MEM, 13, 0, window,
				NULL) < 0);
	CHECK_EQ(request(L4_SIGMA0_FREE_BYTES, 0, 0, &after), 0);
	CHECK_EQ(before, after);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(WORKER_UTCB, 12, L4_RIGHT_R), 0x1000), -L4_EFAULT);
	return NULL;
}

#define MANY_TABLES	32	/* the order of four tables of pages of 2 MiB: with a point after each */

/* A block whose client is in a hurry arrives in part, or, as one large page is one step, whole. */
static const char *part_of_a_block_comes_back(void)
{
	l4_word_t *patience = &l4_first_utcb()->string_timeout, before = *patience;
	l4_word_t block = beyond_memory(MANY_TABLES);
	l4_word_t at = l4_fpage_mem(WINDOW_BASE + block, L4_PAGE_SHIFT, L4_RIGHT_R);
	long error;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	*patience = l4_timeout_us(1);
	error = request(L4_SIGMA0_DEVICE, block, MANY_TABLES, NULL);
	*patience = before;
	CHECK_EQ(error, has_argument("small_pages") ? -L4_ETIMEDOUT : 0);
	if (error) {
		CHECK_EQ(l4_map(SLOT_TASK(0), at, 0x1000), -L4_EFAULT);
		CHECK_EQ(request(L4_SIGMA0_DEVICE, block, MANY_TABLES, NULL), 0);
	}
	CHECK_EQ(l4_map(SLOT_TASK(0), at, 0x1000), 1);
	drop(WINDOW_BASE + block, MANY_TABLES);
	return NULL;
}

/* Its first page can be had by its address, and is none of those that are counted as free. */
static const char *is_only_named(const struct l4_region *region)
{
	l4_word_t before, after;
	long error;

	CHECK_EQ(request(L4_SIGMA0_FREE_BYTES, 0, 0, &before), 0);
	error = request(L4_SIGMA0_MEM_AT, region->start, L4_PAGE_SHIFT, NULL);
	CHECK(!error || error == -L4_EBUSY);	/* or somebody has named it before */
	CHECK_EQ(request(L4_SIGMA0_FREE_BYTES, 0, 0, &after), 0);
	CHECK_EQ(before, after);
	if (!error)
		drop(WINDOW_BASE + region->start, L4_PAGE_SHIFT);
	return NULL;
}

/* Boot modules and ACPI tables go to who asks for them, never to who wants any memory. */
static const char *modules_are_named(void)
{
	const struct l4_kip *kip = (const struct l4_kip *)L4_KIP_ADDRESS;
	unsigned int modules = 0;

	for (l4_word_t i = 0; i < kip->region_count; i++) {
		modules += kip->region[i].type == L4_REGION_MODULE;
		if (kip->region[i].type == L4_REGION_MODULE || kip->region[i].type == L4_REGION_ACPI)
			TRY(is_only_named(&kip->region[i]));
	}
	CHECK(modules);		/* the tables may lie where nobody gets at them */
	return NULL;
}

/* As far as the CPU can address, where firmware puts devices, and no further. */
static const char *devices_to_the_last_page(void)
{
	const struct l4_kip *kip = (const struct l4_kip *)L4_KIP_ADDRESS;
	l4_word_t last = kip->device_end - L4_PAGE_SIZE;
	l4_word_t at = WINDOW_BASE + last % (1UL << 44);	/* as far as the window reaches */

	CHECK(kip->device_end > kip->memory_end);
	TRY(make_task(SLOT_TASK(0), 0x40000));
	CHECK_EQ(request(L4_SIGMA0_DEVICE, kip->device_end, 12, NULL), -L4_EBUSY);
	CHECK_EQ(request(L4_SIGMA0_DEVICE, last, 12, NULL), 0);
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(at, 12, L4_RIGHT_R), 0x1000), 1);
	drop(at, 12);
	return NULL;
}

#define SCREEN_ORDER	22	/* more than a screen of these tests has */

/* What stands there, as one number. */
static l4_word_t look_at(const struct l4_screen *screen)
{
	const volatile l4_word_t *pixels = (const volatile l4_word_t *)(WINDOW_BASE + screen->address);
	l4_word_t sum = 0;

	for (l4_word_t i = 0; i < screen->pitch * screen->height / sizeof(*pixels); i++)
		sum = sum * 3 + pixels[i];
	return sum;
}

static void print(const char *text)
{
	while (*text)
		l4_system_control(L4_CAP_SYSTEM, L4_SYSTEM_PUTC, *text++);
}

/* What is written stands on it until somebody else is to have it; a machine without one shows nothing. */
static const char *screen_until_given(void)
{
	const struct l4_screen *screen = &((const struct l4_kip *)L4_KIP_ADDRESS)->screen;
	l4_word_t before;

	if (!screen->address) {
		CHECK(!has_argument("has_screen"));
		return NULL;
	}
	CHECK(screen->pitch * screen->height - 1 < 1UL << SCREEN_ORDER);
	CHECK_EQ(request(L4_SIGMA0_DEVICE, screen->address, SCREEN_ORDER, NULL), 0);
	before = look_at(screen);
	print("on the screen\n");
	CHECK(look_at(screen) != before);
	CHECK_EQ(l4_system_control(L4_CAP_SYSTEM, L4_SYSTEM_SCREEN_OFF, 0), 0);
	before = look_at(screen);
	print("not on the screen\n");
	CHECK_EQ(look_at(screen), before);
	drop(WINDOW_BASE + screen->address, SCREEN_ORDER);
	return NULL;
}

static const char *errors(void)
{
	struct l4_msg msg;

	CHECK_EQ(request(L4_SIGMA0_MEM, 11, 0, NULL), -L4_EINVAL);
	CHECK_EQ(request(L4_SIGMA0_MEM, 48, 0, NULL), -L4_EINVAL);
	CHECK_EQ(request(L4_SIGMA0_MEM, 47, 0, NULL), -L4_ENOMEM);
	CHECK_EQ(request(L4_SIGMA0_MEM_AT, 0x1800, 12, NULL), -L4_EINVAL);
	CHECK_EQ(request(L4_SIGMA0_MEM_AT, 1UL << 46, 12, NULL), -L4_EBUSY);
	CHECK_EQ(request(L4_SIGMA0_IO, 0, 17, NULL), -L4_EINVAL);
	CHECK_EQ(request(L4_SIGMA0_IO, 0x3f8, 3, NULL), -L4_EBUSY);	/* this server has them all */
	CHECK_EQ(request(77, 0, 0, NULL), -L4_EINVAL);
	CHECK_EQ(request(L4_SIGMA0_IO, 0, 76, NULL), -L4_EINVAL);
	CHECK_EQ(request(L4_SIGMA0_DEVICE, 0xfee00000, 12, NULL), -L4_EBUSY);	/* the kernel's APIC */
	CHECK_EQ(request(L4_SIGMA0_DEVICE, 0xfeeff000, 12, NULL), -L4_EBUSY);	/* and what is a message */
	CHECK_EQ(request(L4_SIGMA0_DEVICE, 0x1000, 12, NULL), -L4_EBUSY);	/* memory that others have */
	msg = (struct l4_msg){ .tag = l4_tag(3, 0, 99), .mr = { L4_SIGMA0_FREE_BYTES } };
	CHECK_EQ(call(L4_CAP_SIGMA0, &msg), 0);
	CHECK_EQ(msg.mr[0], -L4_EINVAL);
	return NULL;
}

const struct test root_tests[] = {
	{ "info page", info_page, false },
	{ "each frame once", each_frame_once, false },
	{ "faults give frames", faults_give_frames, false },
	{ "sigma0 errors", errors, false },
	{ "refused blocks come back", refused_blocks_come_back, false },
	{ "devices are not executed", devices_are_not_executed, false },
	{ "half a block comes back", half_a_block_comes_back, false },
	{ "modules are only for who names them", modules_are_named, false },
	{ "part of a block comes back", part_of_a_block_comes_back, false },
	{ "devices to the last page", devices_to_the_last_page, false },
	{ "the screen until it is given away", screen_until_given, false },
	{ 0 },
};
