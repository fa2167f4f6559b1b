/* SPDX-License-Identifier: GPL-2.0 */
/* Generations: a map that may be older than an unmap of the same target. */
#include "vcpu.h"
#include "asm.h"

/* Of a page that was unmapped meanwhile, by the call and by the resume. */
static const char *old_maps(void)
{
	struct l4_utcb *utcb = vcpu_utcb();
	struct l4_frame *frame = access_frame(guest_read, NEW_PAGE);

	TRY(make_guest(HOST_GUEST));
	*(volatile l4_word_t *)VCPU_PAGE(5) = 55;
	utcb->vcpu.batch_generation = 8;
	CHECK_EQ(guest_unmap(HOST_GUEST, NEW_PAGE, 1, L4_RIGHTS_ALL), 0);
	/* A neighbour, so that the short way finds a page table. */
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE + 2 * L4_PAGE_SIZE, VCPU_PAGE(5), 1, L4_RIGHT_R), 0);
	utcb->vcpu.batch_generation = 7;
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(5), 1, L4_RIGHT_R), -L4_EBUSY);
	CHECK_EQ(utcb->vcpu.batch_done, 0);
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(5), 100, L4_RIGHT_R), -L4_EBUSY);
	CHECK_EQ(utcb->vcpu.batch_done, 0);
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE | 1 << 5, VCPU_PAGE(5), 1, L4_RIGHT_R), -L4_EINVAL);
	CHECK_EQ(guest_unmap(HOST_GUEST, NEW_PAGE, 1, L4_RIGHTS_ALL), 0);
	ride_on_resume(NEW_PAGE, VCPU_PAGE(5));
	CHECK_EQ(vcpu_run(frame), -L4_EBUSY);
	CHECK_EQ(utcb->vcpu.batch_error, -L4_EBUSY);
	CHECK_EQ(utcb->vcpu.batch_count, 0);
	CHECK_EQ(utcb->vcpu.batch_done, 0);
	TRY(expect_event(frame, 14, 4, NEW_PAGE));
	utcb->vcpu.batch_generation = 8;
	ride_on_resume(NEW_PAGE, VCPU_PAGE(5));
	TRY(expect_syscall(frame, 55));
	CHECK_EQ(utcb->vcpu.batch_error, 0);
	/* One without a number rides as ever. */
	utcb->vcpu.batch_generation = 0;
	ride_on_resume(NEW_PAGE + L4_PAGE_SIZE, VCPU_PAGE(5));
	return expect_syscall(access_frame(guest_read, NEW_PAGE + L4_PAGE_SIZE), 55);
}

static long update_self(l4_word_t word)
{
	vcpu_utcb()->batch[0] = (struct l4_batch_entry){ UPPER | word, VCPU_PAGE(5), 1 };
	return l4_guest_update(L4_SELF_TARGET, 1);
}

/* Another guest, and the upper half, have theirs. */
static const char *old_maps_elsewhere(void)
{
	struct l4_utcb *utcb = vcpu_utcb();

	TRY(make_guest(HOST_GUEST));
	TRY(make_guest(HOST_GUEST_2));
	utcb->vcpu.batch_generation = 9;
	CHECK_EQ(guest_unmap(HOST_GUEST, NEW_PAGE, 1, L4_RIGHTS_ALL), 0);
	utcb->vcpu.batch_generation = 3;
	CHECK_EQ(guest_map(HOST_GUEST_2, NEW_PAGE, VCPU_PAGE(5), 1, L4_RIGHT_R), 0);
	CHECK_EQ(update_self(L4_BATCH_MAP | L4_RIGHT_R), 0);
	utcb->vcpu.batch_generation = 4;
	CHECK_EQ(update_self(L4_BATCH_UNMAP | L4_RIGHTS_ALL), 0);
	utcb->vcpu.batch_generation = 3;
	CHECK_EQ(update_self(L4_BATCH_MAP | L4_RIGHT_R), -L4_EBUSY);
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(5), 1, L4_RIGHT_R), -L4_EBUSY);
	CHECK_EQ(guest_map(HOST_GUEST_2, NEW_PAGE, VCPU_PAGE(5), 1, L4_RIGHT_R), 0);
	/* A guest that is made in its place begins afresh. */
	CHECK_EQ(l4_unmap(l4_fpage_cap(HOST_GUEST, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(5), 1, L4_RIGHT_R), 0);
	utcb->vcpu.batch_generation = 0;
	return NULL;
}

const struct test generation_tests[] = {
	{ "old maps", old_maps, true, "guest_update EBUSY, vcpu_resume EBUSY" },
	{ "old maps elsewhere", old_maps_elsewhere, true },
	{ 0 },
};
