/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of guest tasks: their memory, the window, batches, revocation, deletion. */
#include "vcpu.h"
#include "asm.h"

#define RIGHTS_RW	(L4_RIGHT_R | L4_RIGHT_W)

static volatile l4_word_t *word_at(l4_word_t address)
{
	return (volatile l4_word_t *)address;
}

static const char *guest_reads(l4_word_t address, l4_word_t word)
{
	return expect_syscall(access_frame(guest_read, address), word);
}

static const char *guest_faults(const char *snippet, l4_word_t address, l4_word_t error)
{
	return expect_event(access_frame(snippet, address), 14, error, address);
}

/* A fault, a batch entry, and the resume carries both. */
static const char *batch_rides_on_resume(void)
{
	struct l4_utcb *utcb = vcpu_utcb();
	struct l4_frame *frame;

	TRY(make_guest(HOST_GUEST));
	*word_at(VCPU_PAGE(5)) = 55;
	frame = access_frame(guest_read, NEW_PAGE);
	TRY(expect_event(frame, 14, 4, NEW_PAGE));
	ride_on_resume(NEW_PAGE, VCPU_PAGE(5));
	utcb->vcpu.batch_error = 99;
	TRY(expect_syscall(frame, 55));
	CHECK_EQ(utcb->vcpu.batch_count, 0);
	CHECK_EQ(utcb->vcpu.batch_error, 0);
	CHECK_EQ(utcb->vcpu.batch_done, 1);
	utcb->batch[0].host_va = UPPER;
	utcb->vcpu.batch_count = 1;
	CHECK_EQ(vcpu_run(frame), -L4_EFAULT);
	CHECK_EQ(utcb->vcpu.batch_done, 0);
	/* Too many are none at all. */
	utcb->batch[0] = (struct l4_batch_entry){
		(NEW_PAGE + L4_PAGE_SIZE) | L4_BATCH_MAP | L4_RIGHT_R, VCPU_PAGE(5), 1 };
	utcb->vcpu.batch_count = L4_BATCH_MAX + 1;
	CHECK_EQ(vcpu_run(frame), -L4_EINVAL);
	CHECK_EQ(utcb->vcpu.batch_done, 0);
	utcb->vcpu.batch_count = 0;
	return guest_faults(guest_read, NEW_PAGE + L4_PAGE_SIZE, 4);
}

static const char *rights(void)
{
	TRY(make_guest(HOST_GUEST));
	*word_at(VCPU_PAGE(5)) = 55;
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(5), 1, L4_RIGHT_R), 0);
	TRY(guest_reads(NEW_PAGE, 55));
	TRY(guest_faults(guest_write, NEW_PAGE, 7));
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(5), 1, RIGHTS_RW), 0);
	TRY(expect_syscall(access_frame(guest_write, NEW_PAGE), 0));
	CHECK_EQ(*word_at(VCPU_PAGE(5)), 0x600d);
	CHECK_EQ(guest_unmap(HOST_GUEST, NEW_PAGE, 1, L4_RIGHT_W), 0);
	TRY(guest_reads(NEW_PAGE, 0x600d));
	TRY(guest_faults(guest_write, NEW_PAGE, 7));
	CHECK_EQ(guest_unmap(HOST_GUEST, NEW_PAGE, 1, L4_RIGHT_R), 0);
	TRY(guest_faults(guest_read, NEW_PAGE, 4));
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(5), 1, L4_RIGHT_R | L4_RIGHT_X), -L4_EFAULT);
	return NULL;
}

/* No address of the kernel's or the host's shows in the guest. */
static const char *upper_half_is_hidden(void)
{
	static const l4_word_t addresses[] = {
		0xffff800000000000UL, 0xffff888000000000UL, VCPU_IMAGE, VCPU_MEMORY, VCPU_UTCB,
	};

	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < ARRAY_SIZE(addresses); i++) {
		CHECK_EQ(vcpu_run(access_frame(guest_read, addresses[i])), 0);
		CHECK_EQ(vcpu_event.vector, 14);
		CHECK_EQ(vcpu_event.address, addresses[i]);
		CHECK_EQ(vcpu_event.error & ~1UL, 4);
	}
	return NULL;
}

static const char *window_shows_the_guest(void)
{
	TRY(make_guest(HOST_GUEST));
	*word_at(VCPU_PAGE(0)) = 111;
	CHECK_EQ(*word_at(GUEST_DATA), 111);
	*word_at(GUEST_DATA) = 222;
	TRY(guest_reads(GUEST_DATA, 222));
	TRY(make_guest(HOST_GUEST_2));
	*word_at(VCPU_PAGE(1)) = 333;
	CHECK_EQ(guest_map(HOST_GUEST_2, GUEST_DATA, VCPU_PAGE(1), 1, RIGHTS_RW), 0);
	CHECK_EQ(*word_at(GUEST_DATA), 333);
	TRY(guest_reads(GUEST_DATA, 333));
	CHECK_EQ(l4_vcpu_control(L4_VCPU_GUEST, HOST_GUEST, 0), 0);
	CHECK_EQ(*word_at(GUEST_DATA), 222);
	TRY(guest_reads(GUEST_DATA, 222));
	server_fixup = (l4_word_t)vcpu_read_fixup;
	CHECK_EQ(guest_unmap(HOST_GUEST, GUEST_DATA, 1, L4_RIGHTS_ALL), 0);
	CHECK_EQ(vcpu_read(GUEST_DATA), -1UL);
	CHECK_EQ(server_event.address, GUEST_DATA);
	return NULL;
}

static const char *update_errors(void)
{
	struct l4_utcb *utcb = vcpu_utcb();

	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(l4_guest_update(HOST_GUEST, 0), -L4_EINVAL);
	CHECK_EQ(l4_guest_update(HOST_GUEST, L4_BATCH_MAX + 1), -L4_EINVAL);
	CHECK_EQ(l4_guest_update(99, 1), -L4_ENOCAP);
	CHECK_EQ(l4_guest_update(HOST_TASK, 1), -L4_EINVAL);
	CHECK_EQ(guest_map(HOST_GUEST, UPPER, VCPU_PAGE(0), 1, L4_RIGHT_R), -L4_EINVAL);
	CHECK_EQ(guest_map(HOST_GUEST, 0x7ffffffff000UL, VCPU_PAGE(0), 2, L4_RIGHT_R), -L4_EINVAL);
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(0), 0, L4_RIGHT_R), -L4_EINVAL);
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(0), ~0UL, L4_RIGHT_R), -L4_EINVAL);
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, VCPU_PAGE(0) + 8, 1, L4_RIGHT_R), -L4_EINVAL);
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, 0xffff800000000000UL, 1, L4_RIGHT_R), -L4_EINVAL);
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, UPPER, 1, L4_RIGHT_R), -L4_EFAULT);
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE | 1 << 5, VCPU_PAGE(0), 1, L4_RIGHT_R), -L4_EINVAL);
	for (unsigned int i = 0; i < 3; i++)
		utcb->batch[i] = (struct l4_batch_entry){
			(NEW_PAGE + i * L4_PAGE_SIZE) | L4_BATCH_MAP | L4_RIGHT_R,
			i == 2 ? UPPER : VCPU_PAGE(i), 1,
		};
	CHECK_EQ(l4_guest_update(HOST_GUEST, 3), -L4_EFAULT);
	CHECK_EQ(utcb->vcpu.batch_done, 2);
	return NULL;
}

static const char *many_pages(void)
{
	struct l4_utcb *utcb = vcpu_utcb();

	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < L4_BATCH_MAX; i++) {
		*word_at(VCPU_PAGE(8 + i)) = 1000 + i;
		utcb->batch[i] = (struct l4_batch_entry){
			(NEW_PAGE + i * 0x200000UL) | L4_BATCH_MAP | RIGHTS_RW, VCPU_PAGE(8 + i), 1,
		};
	}
	CHECK_EQ(l4_guest_update(HOST_GUEST, L4_BATCH_MAX), 0);
	for (unsigned int i = 0; i < L4_BATCH_MAX; i++)
		TRY(guest_reads(NEW_PAGE + i * 0x200000UL, 1000 + i));
	CHECK_EQ(guest_unmap(HOST_GUEST, 0, 1UL << 35, L4_RIGHTS_ALL), 0);
	for (unsigned int i = 0; i < 4; i++)
		TRY(expect_event(user_frame(guest_syscall), 14, 0x14, user_frame(guest_syscall)->ip));
	return NULL;
}

static const char *large_pages(void)
{
	long used;

	TRY(make_guest(HOST_GUEST));
	used = l4_task_info(HOST_TASK, L4_INFO_QUOTA_USED);
	for (unsigned int i = 0; i < 1024; i += 100)
		*word_at(VCPU_PAGE(i)) = i;
	CHECK_EQ(guest_map(HOST_GUEST, 0x40000000, VCPU_MEMORY, 1024, RIGHTS_RW), 0);
	CHECK(l4_task_info(HOST_TASK, L4_INFO_QUOTA_USED) - used <= 2 * 4096);
	for (unsigned int i = 0; i < 1024; i += 100)
		TRY(guest_reads(0x40000000 + i * L4_PAGE_SIZE, i));
	CHECK_EQ(guest_unmap(HOST_GUEST, 0x40000000 + 300 * L4_PAGE_SIZE, 1, L4_RIGHTS_ALL), 0);
	TRY(guest_faults(guest_read, 0x40000000 + 300 * L4_PAGE_SIZE, 4));
	TRY(guest_reads(0x40000000 + 400 * L4_PAGE_SIZE, 400));
	CHECK_EQ(guest_unmap(HOST_GUEST, 0x40000000, 1024, L4_RIGHTS_ALL), 0);
	CHECK_EQ(l4_task_info(HOST_TASK, L4_INFO_QUOTA_USED), used);
	return NULL;
}

static const char *own_upper_half(void)
{
	*word_at(VCPU_PAGE(3)) = 333;
	CHECK_EQ(l4_task_create(HOST_GUEST, 0, L4_TASK_GUEST), 0);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_GUEST, HOST_GUEST, 0), 0);
	vcpu_utcb()->batch[0] = (struct l4_batch_entry){ UPPER | L4_BATCH_MAP | RIGHTS_RW, VCPU_PAGE(3), 1 };
	CHECK_EQ(l4_guest_update(L4_SELF_TARGET, 1), 0);
	CHECK_EQ(*word_at(UPPER), 333);
	vcpu_utcb()->batch[0].guest_va = UPPER | L4_BATCH_UNMAP | L4_RIGHTS_ALL;
	CHECK_EQ(l4_guest_update(L4_SELF_TARGET, 1), 0);
	server_fixup = (l4_word_t)vcpu_read_fixup;
	CHECK_EQ(vcpu_read(UPPER), -1UL);
	vcpu_utcb()->batch[0].guest_va = NEW_PAGE | L4_BATCH_MAP | L4_RIGHT_R;
	CHECK_EQ(l4_guest_update(L4_SELF_TARGET, 1), -L4_EINVAL);
	vcpu_utcb()->batch[0].guest_va = VCPU_PAGE(4) | L4_BATCH_MAP | L4_RIGHT_R;
	CHECK_EQ(l4_guest_update(L4_SELF_TARGET, 1), -L4_EINVAL);
	vcpu_utcb()->batch[0].guest_va = 0xffff800000000000UL | L4_BATCH_MAP | L4_RIGHT_R;
	CHECK_EQ(l4_guest_update(L4_SELF_TARGET, 1), -L4_EINVAL);
	return NULL;
}

static const char *current_guest_is_deleted(void)
{
	TRY(make_guest(HOST_GUEST));
	TRY(expect_syscall(user_frame(guest_syscall), 0));
	CHECK_EQ(l4_unmap(l4_fpage_cap(HOST_GUEST, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(vcpu_run(user_frame(guest_syscall)), -L4_EINVAL);
	TRY(make_guest(HOST_GUEST));
	return expect_syscall(user_frame(guest_syscall), 0);
}

static const char *guests_come_and_go(void)
{
	long used = 0;

	for (unsigned int i = 0; i < 100; i++) {
		TRY(make_guest(HOST_GUEST + i % 2));
		TRY(guest_reads(GUEST_DATA, *word_at(VCPU_PAGE(0))));
		CHECK_EQ(l4_vcpu_control(L4_VCPU_GUEST, L4_VCPU_NO_GUEST, 0), 0);
		CHECK_EQ(l4_unmap(l4_fpage_cap(HOST_GUEST + i % 2, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
		if (i == 1)
			used = l4_task_info(HOST_TASK, L4_INFO_QUOTA_USED);
	}
	CHECK_EQ(l4_task_info(HOST_TASK, L4_INFO_QUOTA_USED), used);
	return NULL;
}

/* The host tells the main thread, waits for it to take a page, and looks what its guest still has. */
static const char *lose_a_page(void)
{
	struct l4_msg msg = { 0 };

	TRY(make_guest(HOST_GUEST));
	*word_at(VCPU_PAGE(0)) = 5;
	TRY(guest_reads(GUEST_DATA, 5));
	tell_main(1);
	CHECK_EQ(l4_ipc_recv(&msg), 0);
	TRY(guest_faults(guest_read, GUEST_DATA, 4));
	server_fixup = (l4_word_t)vcpu_read_fixup;
	CHECK_EQ(vcpu_read(VCPU_PAGE(0)), -1UL);
	CHECK_EQ(guest_map(HOST_GUEST, GUEST_DATA, VCPU_PAGE(0), 1, L4_RIGHT_R), -L4_EFAULT);
	return NULL;
}

static const char *host_loses_memory(void)
{
	struct l4_msg msg;

	TRY(start_vcpu(lose_a_page));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], 1);
	CHECK_EQ(l4_unmap(l4_fpage_mem(MEMORY_BASE, 12, L4_RIGHTS_ALL), 0), 0);
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc_send(SLOT_GATE(VCPU_WORKER), &msg), 0);
	return await_vcpu();
}

static const char *loop_for_ever(void)
{
	TRY(make_guest(HOST_GUEST));
	tell_main(1);
	vcpu_run(user_frame(guest_loop));
	return "the endless loop ended";
}

static const char *host_is_deleted_while_its_guest_runs(void)
{
	struct l4_msg msg;

	TRY(start_vcpu(loop_for_ever));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_TASK(VCPU_WORKER), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	return NULL;
}

static void delete_its_guest(struct worker *self)
{
	self->result[0] = l4_unmap(l4_fpage_cap(HOST_GUEST, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	tell_main(2);
	finish();
}

/* Another thread of the host deletes the guest that runs: the vCPU stops, with nothing to go on with. */
static const char *deleted_by_another_thread(void)
{
	l4_cap_t vcpu = SLOT_THREAD(VCPU_WORKER);
	struct l4_msg msg;

	TRY(start_vcpu(loop_for_ever));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	TRY(make_worker(1, SLOT_TASK(VCPU_WORKER), 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_PRIORITY, WORKER_PRIORITY + 1), 0);
	TRY(start_worker(1, delete_its_guest));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(msg.mr[0], 2);
	CHECK_EQ(workers[1].result[0], 0);
	CHECK_EQ(l4_thread_control(vcpu, L4_THREAD_CONTINUE, 0), -L4_EINVAL);
	CHECK_EQ(l4_thread_start(vcpu, 0x1000, 0, 0), 0);
	return NULL;
}

/* Part of a large page goes, and there is nothing to pay a table with: all of it goes. */
static const char *no_quota_to_split(void)
{
	l4_cap_t slot = 1024;

	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(guest_map(HOST_GUEST, 0x40000000, VCPU_MEMORY, 512, RIGHTS_RW), 0);
	TRY(guest_reads(0x40000000, *word_at(VCPU_MEMORY)));
	while (!l4_irq_create(slot, L4_CAP_NONE, L4_IRQ_SOFT))
		slot++;
	CHECK_EQ(guest_unmap(HOST_GUEST, 0x40000000 + 300 * L4_PAGE_SIZE, 1, L4_RIGHTS_ALL), 0);
	TRY(guest_faults(guest_read, 0x40000000 + 300 * L4_PAGE_SIZE, 4));
	return guest_faults(guest_read, 0x40000000, 4);
}

/* What a guest got through a window's address is not what the host may pass on from there. */
static const char *own_upper_half_follows(void)
{
	CHECK_EQ(l4_task_create(HOST_GUEST, 0, L4_TASK_GUEST), 0);
	vcpu_utcb()->batch[0] = (struct l4_batch_entry){ UPPER | L4_BATCH_MAP | RIGHTS_RW, VCPU_PAGE(3), 2 };
	CHECK_EQ(l4_guest_update(L4_SELF_TARGET, 1), 0);
	*word_at(VCPU_PAGE(4)) = 444;
	CHECK_EQ(*word_at(UPPER + L4_PAGE_SIZE), 444);
	CHECK_EQ(l4_map(HOST_TASK, l4_fpage_mem(UPPER, 12, L4_RIGHT_R), UPPER + 0x100000), -L4_EFAULT);
	CHECK_EQ(l4_unmap(l4_fpage_mem(VCPU_PAGE(3), 12, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	server_fixup = (l4_word_t)vcpu_read_fixup;
	CHECK_EQ(vcpu_read(UPPER), -1UL);
	CHECK_EQ(*word_at(UPPER + L4_PAGE_SIZE), 444);
	return NULL;
}

/*
 * An address that is none, but whose low bits are those of a page that is used,
 * and the kernel's slot, where all memory is: by the short way and by the long
 * one, and with no other entry before it and with one.
 */
static const char *addresses_that_are_none(void)
{
	const l4_word_t none[] = {
		VCPU_PAGE(5) & 0xffffffffffffUL, VCPU_PAGE(5) ^ 1UL << 60, GUEST_DATA | 1UL << 47,
		0xffff800000000000UL, 0xffff800000000000UL + 0x200000, 0xffff807fffe00000UL,
		0xffff807ffffff000UL,
	};
	struct l4_utcb *utcb = vcpu_utcb();

	TRY(make_guest(HOST_GUEST));
	*word_at(VCPU_PAGE(5)) = 55;
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(none); i++) {
		l4_word_t pages = i % 2 ? 100 : 1, address = none[i / 2];

		CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, address, pages, L4_RIGHT_R), -L4_EINVAL);
		utcb->batch[0] = (struct l4_batch_entry){ NEW_PAGE | L4_BATCH_MAP | L4_RIGHT_R,
							  VCPU_PAGE(5), 1 };
		utcb->batch[1] = (struct l4_batch_entry){
			(NEW_PAGE + L4_PAGE_SIZE) | L4_BATCH_MAP | L4_RIGHT_R, address, pages };
		CHECK_EQ(l4_guest_update(HOST_GUEST, 2), -L4_EINVAL);
		CHECK_EQ(utcb->vcpu.batch_done, 1);
		TRY(guest_reads(NEW_PAGE, 55));
		TRY(guest_faults(guest_read, NEW_PAGE + L4_PAGE_SIZE, 4));
		CHECK_EQ(guest_unmap(HOST_GUEST, NEW_PAGE, 1, L4_RIGHTS_ALL), 0);
	}
	return NULL;
}

/*
 * The timer's interrupt comes while a long batch is carried out, and the kernel
 * lets it in: it comes up before the guest goes on, which would not end by itself.
 */
static const char *interrupt_within_a_batch(void)
{
	struct l4_utcb *utcb = vcpu_utcb();
	unsigned int within = 0;

	TRY(make_guest(HOST_GUEST));
	for (l4_word_t delay = 1000; delay < 40000; delay += 1000) {
		struct l4_frame *frame = user_frame(guest_loop);

		for (unsigned int i = 0; i < 8; i++)
			utcb->batch[i] = (struct l4_batch_entry){
				(NEW_PAGE + i * 512 * L4_PAGE_SIZE) | L4_BATCH_MAP | RIGHTS_RW,
				VCPU_MEMORY, 512 };
		CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, l4_rdtsc() + delay, 0), 0);
		utcb->vcpu.batch_count = 8;
		TRY(expect_event(frame, L4_VCPU_VECTOR_IRQ, 0, 0));
		utcb->vcpu.irq_pending = 0;
		utcb->vcpu.pending = 0;
		within += !frame->di;
	}
	CHECK(within);
	return NULL;
}

/* What came while the server had them off comes before the guest's first instruction. */
static const char *pending_before_the_guest(void)
{
	struct l4_frame *frame;
	l4_word_t begin;

	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(l4_irq_create(HOST_IRQ, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(HOST_IRQ, 0, HOST_THREAD, 7), 0);
	CHECK_EQ(l4_irq_raise(HOST_IRQ), 0);
	frame = user_frame(guest_syscall);
	begin = frame->ip;
	TRY(expect_event(frame, L4_VCPU_VECTOR_IRQ, 0, 0));
	CHECK_EQ(frame->ip, begin);
	CHECK_EQ(vcpu_utcb()->vcpu.pending, 1UL << 7);
	return NULL;
}

#define A_PORT	0x80UL

/* The server has a port by either way into it, and never its guest. */
static const char *use_ports(void)
{
	TRY(make_guest(HOST_GUEST));
	server_fixup = (l4_word_t)vcpu_read_fixup;
	for (unsigned int i = 0; i < 2; i++) {
		CHECK(vcpu_in(A_PORT) != -1UL);
		TRY(expect_event(user_frame((const char *)user_in), 13, 0, 0));
		CHECK(vcpu_in(A_PORT) != -1UL);
		TRY(expect_syscall(user_frame(guest_syscall), 0));
		CHECK(vcpu_in(A_PORT) != -1UL);
		TRY(guest_faults(guest_read, NEW_PAGE, 4));
	}
	return NULL;
}

static const char *ports_of_the_server(void)
{
	TRY(start_vcpu(use_ports));
	CHECK(l4_map(SLOT_TASK(VCPU_WORKER), l4_fpage_all(L4_FPAGE_IO, L4_RIGHTS_ALL), 0) > 0);
	return await_vcpu();
}

static l4_word_t call_at(l4_word_t page)
{
	l4_word_t (*function)(void) = (l4_word_t (*)(void))(page + (guest_function - guest_code));

	return function();
}

/* The host holds X without using it: guests, aliases and other mappings have it all the same. */
static const char *held_right(void)
{
	l4_word_t code = (l4_word_t)guest_code, fpage = l4_fpage_mem(code, L4_PAGE_SHIFT, 0);
	l4_word_t rights = L4_RIGHT_R | L4_RIGHT_X;

	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(call_at(code), 0x600d);
	CHECK_EQ(l4_unmap(fpage | L4_RIGHT_X, L4_UNMAP_HOLD), 0);
	server_fixup = (l4_word_t)vcpu_read_fixup;
	CHECK_EQ(call_at(code), -1UL);
	CHECK_EQ(server_event.vector, 14);
	CHECK_EQ(server_event.error, 0x15);
	CHECK_EQ(server_event.address, (l4_word_t)guest_function);
	TRY(expect_syscall(user_frame(guest_syscall), 0));
	TRY(make_guest(HOST_GUEST_2));
	TRY(expect_syscall(user_frame(guest_syscall), 0));
	vcpu_utcb()->batch[0] = (struct l4_batch_entry){ UPPER | L4_BATCH_MAP | rights, code, 1 };
	CHECK_EQ(l4_guest_update(L4_SELF_TARGET, 1), 0);
	CHECK_EQ(call_at(UPPER), 0x600d);
	CHECK_EQ(l4_map(HOST_TASK, fpage | rights, UPPER + 0x100000), 1);
	CHECK_EQ(call_at(UPPER + 0x100000), 0x600d);
	CHECK_EQ(call_at(code), -1UL);
	/* An alias passes nothing on. */
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, UPPER, 1, L4_RIGHT_R), -L4_EFAULT);
	/* What is held can still be lost. */
	CHECK_EQ(l4_unmap(fpage | L4_RIGHT_X, L4_UNMAP_SELF), 0);
	TRY(expect_event(user_frame(guest_syscall), 14, 0x15, user_frame(guest_syscall)->ip));
	CHECK_EQ(guest_map(HOST_GUEST, NEW_PAGE, code, 1, rights), -L4_EFAULT);
	return NULL;
}

#define SOFT_BIT	7

static volatile unsigned int guests_begun;

/* Beside the vCPU, while a guest runs: what its flag is, then it is off, and an interrupt comes. */
static void take_the_flag(struct worker *self)
{
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	for (unsigned int i = 0; i < 2; i++) {
		while (guests_begun == i)
			receive_nothing(l4_timeout_us(MS));
		receive_nothing(l4_timeout_us(MS));
		self->result[i] = vcpu->irq_on;
		vcpu->irq_on = 0;
		l4_irq_raise(HOST_IRQ);
	}
	finish();
}

static const char *loop_is_interrupted(const char *loop, l4_word_t cs)
{
	struct l4_utcb *utcb = vcpu_utcb();
	struct l4_frame *frame = user_frame(loop);

	frame->cs = cs;
	guests_begun++;
	TRY(expect_event(frame, L4_VCPU_VECTOR_IRQ, 0, 0));
	CHECK(frame->di);
	CHECK_EQ(utcb->vcpu.pending, 1UL << SOFT_BIT);
	utcb->vcpu.irq_pending = 0;
	utcb->vcpu.pending = 0;
	CHECK_EQ(l4_irq_ack(HOST_IRQ), 0);
	return NULL;
}

/* Resumed by the short way, and by the long one. */
static const char *loops_are_interrupted(void)
{
	TRY(make_guest(HOST_GUEST));
	CHECK_EQ(l4_irq_create(HOST_IRQ, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(HOST_IRQ, 0, HOST_THREAD, SOFT_BIT), 0);
	TRY(loop_is_interrupted(guest_loop, L4_CS_USER));
	return loop_is_interrupted(guest32_loop, L4_CS_USER32);
}

/* A guest's vCPU has its flag on, and who takes it away keeps no interrupt from it. */
static const char *flag_over_the_guest(void)
{
	guests_begun = 0;
	TRY(start_vcpu(loops_are_interrupted));
	TRY(make_worker(1, SLOT_TASK(VCPU_WORKER), 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(1), L4_THREAD_PRIORITY, WORKER_PRIORITY + 1), 0);
	TRY(start_worker(1, take_the_flag));
	TRY(await_vcpu());
	CHECK_EQ(workers[1].result[0], 1);
	CHECK_EQ(workers[1].result[1], 1);
	return NULL;
}

const struct test guest_tests[] = {
	{ "held right", held_right, true },
	{ "batch rides on resume", batch_rides_on_resume, true },
	{ "rights", rights, true },
	{ "upper half is hidden", upper_half_is_hidden, true },
	{ "window", window_shows_the_guest, true },
	{ "update errors", update_errors, true },
	{ "many pages", many_pages, true },
	{ "large pages", large_pages, true },
	{ "own upper half", own_upper_half, true },
	{ "current is deleted", current_guest_is_deleted, true },
	{ "come and go", guests_come_and_go, true },
	{ "host loses memory", host_loses_memory, false },
	{ "host is deleted", host_is_deleted_while_its_guest_runs, false },
	{ "deleted by another thread", deleted_by_another_thread, false },
	{ "no quota to split", no_quota_to_split, true },
	{ "own upper half follows", own_upper_half_follows, true },
	{ "addresses that are none", addresses_that_are_none, true, "guest_update EINVAL" },
	{ "interrupt within a batch", interrupt_within_a_batch, true },
	{ "what pends comes first", pending_before_the_guest, true },
	{ "ports of the server", ports_of_the_server, false },
	{ "the flag while it runs", flag_over_the_guest, false },
	{ 0 },
};
