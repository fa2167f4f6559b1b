/* SPDX-License-Identifier: GPL-2.0 */
/* Strings that are copied whole, from and to wherever they may lie; the table of all their tests. */
#include "ipc_string.h"
#include "vcpu.h"

static const char *copy_once(l4_word_t from, l4_word_t to, l4_word_t length, bool receiver_first)
{
	unsigned int faults;

	workers[0].arg[ADDRESS] = SOURCE + from;
	workers[1].arg[ADDRESS] = TARGET + to;
	workers[0].arg[LENGTH] = length;
	memset(TARGET_MEMORY, 0, to + length + 16);
	start_pair(receiver_first);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(faults, 0);
	TRY(check_arrived());
	for (unsigned int i = 1; i <= 16; i++) {
		CHECK_EQ(TARGET_MEMORY[to + length + i - 1], 0);
		CHECK_EQ(i <= to && TARGET_MEMORY[to - i], 0);
	}
	for (unsigned int n = 0; n < 2; n++)
		CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_STOP, 0), 0);
	return NULL;
}

static const char *lengths_and_places(void)
{
	static const unsigned short lengths[] = { 1, 7, 8, 9, 100, 4095, 4096, 4097, 8192, 16384,
						  16385, 40000, 65535 };

	TRY(make_mapped_pair());
	workers[1].arg[LENGTH] = 0x20000;
	for (unsigned int i = 0; i < ARRAY_SIZE(lengths); i++) {
		TRY(copy_once(0, 0, lengths[i], i % 2));
		TRY(copy_once(i * 3 + 1, 4099 - i * 5, lengths[i], !(i % 2)));
	}
	return NULL;
}

static const char *large(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	l4_word_t window = l4_fpage_mem(MORE_MEMORY, REGION_ORDER, L4_RIGHTS_ALL), physical;
	unsigned char *target = (unsigned char *)MORE_MEMORY;
	unsigned int faults;

	CHECK_EQ(l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_MEM, REGION_ORDER, 0, window,
				   &physical), 0);
	TRY(make_pair());
	fill(SOURCE_MEMORY, 2 * HALF, 9);
	for (unsigned int n = 0; n < 2; n++)
		workers[n].arg[LENGTH] = L4_STRING_MAX;
	CHECK(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_BASE, REGION_ORDER, L4_RIGHT_R), SOURCE) > 0);
	CHECK(l4_map(SLOT_TASK(1), window, TARGET) > 0);
	start_pair(true);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(workers[0].result[ERROR], 0);
	CHECK_EQ(l4_tag_items(workers[1].result[TAG]), 1);
	TRY(same(SOURCE_MEMORY, target, L4_STRING_MAX));
	CHECK_EQ(l4_unmap(window, L4_UNMAP_SELF), 0);
	return NULL;
}

/* Each of these sends a message that arrives, but for its item. */
static const char *bad_items(void)
{
	static const struct {
		l4_word_t what, where, buffer, size;
		long error;
	} cases[] = {
		{ 0x1000018, SOURCE, TARGET, SIZE, 0 },
		{ 0x0000018, SOURCE, TARGET, SIZE, -L4_EINVAL },	/* nothing */
		{ 0x400001018, SOURCE, TARGET, 1UL << 40, -L4_EINVAL },	/* 4 MiB and a byte */
		{ ~0xfffUL | 0x18, SOURCE, TARGET, ~0UL, -L4_EINVAL },
		{ 0x1000019, SOURCE, TARGET, SIZE, -L4_EINVAL },	/* a flexpage's bits */
		{ 0x1000038, SOURCE, TARGET, SIZE, -L4_EINVAL },
		{ 0x1000318, SOURCE, TARGET, SIZE, -L4_EINVAL },
		{ 0x1000018, SOURCE, TARGET, 0xfff, -L4_EOVERFLOW },
		{ 0x1000018, SOURCE, TARGET, 0, -L4_EOVERFLOW },
		{ 0x1000018, KERNEL, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, SOURCE, KERNEL, SIZE, -L4_EFAULT },
		{ 0x1000018, KERNEL - 0x1800, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, 0x7ffffffff800, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, SOURCE, 0x7ffffffff001, SIZE, -L4_EFAULT },
		{ 0x1000018, ~0UL, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, SOURCE, -1, SIZE, -L4_EFAULT },
		{ 0x1000018, 1UL << 60, TARGET, SIZE, -L4_EFAULT },
		{ 0x1000018, SOURCE, TARGET, SIZE, 0 },
	};
	struct l4_utcb *utcb = l4_first_utcb();

	TRY(make_mapped_pair());
	TRY(map_half(L4_CAP_TASK, SOURCE_MEMORY, SOURCE, L4_RIGHT_R));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct l4_msg msg = { .tag = l4_tag(L4_MSG_WORDS, 1, 0), .mr = { 0, 0, 0, 14 } };

		workers[1].arg[ADDRESS] = cases[i].buffer;
		workers[1].arg[LENGTH] = cases[i].size;
		TRY(start_worker(1, receive_string));
		utcb->item[0] = (struct l4_item){ cases[i].what, cases[i].where };
		utcb->mr[63] = 63;
		last_expected = i;
		CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), cases[i].error);
		TRY(await(LABEL_MAIN, &msg));
		workers[0].result[ERROR] = cases[i].error;
		CHECK_EQ(l4_tag_items(workers[1].result[TAG]), !cases[i].error);
		if (cases[i].error)
			TRY(check_failed(cases[i].error));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_STOP, 0), 0);
	}
	CHECK_EQ(l4_unmap(l4_fpage_mem(SOURCE, MEMORY_ORDER - 1, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return NULL;
}

/* Both in one task, onto itself and onto its own beginning: some mixture, and nothing else. */
static const char *overlapping(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	unsigned char *memory = SOURCE_MEMORY;

	TRY(make_worker(1, L4_CAP_TASK, 0));
	fill(memory, 0x10000, 3);
	for (unsigned int shift = 0; shift < 0x3000; shift += 0x7ff) {
		struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

		workers[1].arg[ADDRESS] = (l4_word_t)memory + shift;
		workers[1].arg[LENGTH] = 0x8000;
		TRY(start_worker(1, receive_string));
		utcb->item[0] = (struct l4_item){ l4_string(0x8000), (l4_word_t)memory };
		CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), 0);
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_STOP, 0), 0);
	}
	return NULL;
}

/* The UTCB is memory that ring 3 may write. */
static const char *into_the_utcb(void)
{
	unsigned int faults;

	TRY(make_mapped_pair());
	workers[1].arg[ADDRESS] = (l4_word_t)workers[1].utcb;
	workers[0].arg[LENGTH] = workers[1].arg[LENGTH] = L4_PAGE_SIZE;
	start_pair(true);
	TRY(serve_faults(2, 0, &faults));
	CHECK_EQ(workers[0].result[ERROR], 0);
	CHECK_EQ(workers[1].result[ERROR], 0);
	return NULL;
}

/* A vCPU as sender: from its own memory and from its guest's; a hole has no pager. */
static const char *vcpu_sends(void)
{
	static const struct {
		l4_word_t address;
		long error;
	} cases[] = {
		{ VCPU_MEMORY + 0x1000, 0 }, { GUEST_DATA, 0 }, { GUEST_DATA + 0x800, -L4_EFAULT },
		{ 0xffffffa000000000UL, -L4_EFAULT },
	};

	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

		vcpu_utcb()->item[0] = (struct l4_item){ l4_string(L4_PAGE_SIZE), cases[i].address };
		CHECK_EQ(l4_ipc_send(SLOT_MAIN, &msg), cases[i].error);
	}
	return NULL;
}

static const char *strings_of_a_vcpu(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	unsigned char *target = TARGET_MEMORY;
	struct l4_msg msg;

	fill(SOURCE_MEMORY, 0x4000, 5);
	utcb->string[0] = (struct l4_buffer){ (l4_word_t)target, L4_PAGE_SIZE };
	TRY(start_vcpu(vcpu_sends));
	for (unsigned int i = 0; i < 4; i++) {
		memset(target, 0, L4_PAGE_SIZE);
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(l4_tag_items(msg.tag), i < 2);
		if (i < 2)	/* the guest's data is the first page of the memory */
			TRY(same(SOURCE_MEMORY + (i ? 0 : 0x1000), target, L4_PAGE_SIZE));
	}
	utcb->string[0] = (struct l4_buffer){ 0 };
	return await_vcpu();
}

static const char *vcpu_receives(void)
{
	static const l4_word_t buffers[] = { VCPU_MEMORY + 0x3000, GUEST_DATA, GUEST_CODE };

	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < ARRAY_SIZE(buffers); i++) {
		struct l4_msg msg = { 0 };

		vcpu_utcb()->string[0] = (struct l4_buffer){ buffers[i], L4_PAGE_SIZE };
		CHECK_EQ(l4_ipc_recv(&msg), 0);
		CHECK_EQ(l4_tag_items(msg.tag), i < 2);	/* a guest's code is not writable */
	}
	return NULL;
}

static const char *strings_to_a_vcpu(void)
{
	struct l4_utcb *utcb = l4_first_utcb();
	unsigned char *source = TARGET_MEMORY;

	TRY(start_vcpu(vcpu_receives));
	for (unsigned int i = 0; i < 3; i++) {
		struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

		fill(source, L4_PAGE_SIZE, i);
		utcb->item[0] = (struct l4_item){ l4_string(L4_PAGE_SIZE), (l4_word_t)source };
		CHECK_EQ(l4_ipc_send(SLOT_GATE(VCPU_WORKER), &msg), i < 2 ? 0 : -L4_EFAULT);
		if (i < 2)
			TRY(same(source, SOURCE_MEMORY + (i ? 0 : 0x3000), L4_PAGE_SIZE));
	}
	return await_vcpu();
}

/* The kernel sees memory only: registers may not be what one reads ahead in. */
static const char *device_memory(void)
{
	l4_word_t window = l4_fpage_mem(MORE_MEMORY, 44, L4_RIGHTS_ALL);
	l4_word_t rom = 0xf0000, beyond = beyond_memory(32) + (4UL << 30);
	struct l4_utcb *utcb = l4_first_utcb();

	TRY(make_worker(1, L4_CAP_TASK, 0));
	CHECK_EQ(l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_DEVICE, rom, 12, window, NULL), 0);
	CHECK_EQ(l4_sigma0_request(utcb, L4_CAP_SIGMA0, L4_SIGMA0_DEVICE, beyond, 12, window, NULL), 0);
	for (unsigned int i = 0; i < 2; i++) {
		l4_word_t address = MORE_MEMORY + (i ? beyond : rom);
		struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

		workers[1].arg[ADDRESS] = (l4_word_t)TARGET_MEMORY;
		workers[1].arg[LENGTH] = L4_PAGE_SIZE;
		TRY(start_worker(1, receive_string));
		utcb->item[0] = (struct l4_item){ l4_string(L4_PAGE_SIZE), address };
		CHECK_EQ(l4_ipc_send(SLOT_GATE(1), &msg), -L4_EFAULT);
		TRY(await(LABEL_MAIN, &msg));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_STOP, 0), 0);
		CHECK_EQ(l4_unmap(l4_fpage_mem(address, 12, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	}
	return NULL;
}

const struct test ipc_string_tests[] = {
	{ "lengths and places", lengths_and_places },
	{ "4 MiB", large },
	{ "bad items", bad_items, .covers = "ipc EINVAL, ipc EOVERFLOW, ipc EFAULT" },
	{ "faults of both", faults_of_both },
	{ "faults and refusals", faults_and_refusals },
	{ "fault for writing", fault_for_writing },
	{ "no pager", no_pager, .covers = "ipc EFAULT" },
	{ "no pager of the receiver", no_pager_of_the_receiver, .covers = "ipc EFAULT" },
	{ "pager is partner", pager_is_partner, .covers = "ipc EFAULT" },
	{ "pager dies with the fault", pager_dies_with_the_fault, .covers = "ipc EFAULT" },
	{ "pager dies before the fault", pager_dies_before_the_fault, .covers = "ipc EFAULT" },
	{ "broken off", broken_off_at_a_fault, .covers = "ipc EDEAD, ipc ECANCELED" },
	{ "timeouts", timeouts_of_strings, .covers = "ipc ETIMEDOUT" },
	{ "call and reply", call_and_reply },
	{ "call that faults", call_that_faults },
	{ "mixed with pages", mixed_with_pages, .covers = "ipc EOVERFLOW" },
	{ "string to a fault", string_to_a_fault, .covers = "ipc EINVAL" },
	{ "overlapping", overlapping },
	{ "into the UTCB", into_the_utcb },
	{ "preempted", preempted_while_copying },
	{ "broken off while copying", broken_off_while_copying },
	{ "unmapped while copying", unmapped_while_copying },
	{ "strings of a vCPU", strings_of_a_vcpu },
	{ "strings to a vCPU", strings_to_a_vcpu },
	{ "device memory", device_memory },
	{ "server dies", server_dies_while_copying, .covers = "ipc EDEAD" },
	{ "item to a slot in use", item_to_a_slot_in_use, .covers = "ipc EEXIST" },
	{ "large flexpages", large_flexpages, .covers = "ipc EFAULT" },
	{ "pager answers and gives nothing", pager_gives_nothing },
	{ "patience is for all of it", patience_is_for_all_of_it },
	{ "string from below a busy thread", string_from_below },
	{ "flexpage from below a busy thread", flexpage_from_below },
	{ 0 },
};
