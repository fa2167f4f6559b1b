/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of faults as IPC: to a pager, to an exception handler, and with nobody to answer. */
#include "ktest.h"
#include "asm.h"

#define FAULT_AT	0x31000000000UL
#define TEST_PORT	0x80	/* of the PC's POST codes: harmless */

static const char *reply_with(l4_word_t fpage, l4_word_t where)
{
	struct l4_msg msg = { .tag = l4_tag(0, 1, 0) };

	l4_first_utcb()->item[0] = (struct l4_item){ fpage, where };
	CHECK_EQ(l4_ipc_reply(&msg), 0);
	return NULL;
}

static const char *await_fault(unsigned int proto, l4_word_t mr0, struct l4_msg *msg)
{
	TRY(await(LABEL_FAULT, msg));
	CHECK_EQ(l4_tag_proto(msg->tag), proto);
	CHECK_EQ(msg->mr[0], mr0);
	return NULL;
}

static void read_then_write(struct worker *self)
{
	volatile l4_word_t *word = (volatile l4_word_t *)(FAULT_AT + 0x128);

	self->result[0] = *word;
	*word = 99;
	tell_main(1);
	finish();
}

static const char *pager_resolves(void)
{
	volatile l4_word_t *word = (volatile l4_word_t *)(MEMORY_PAGE(2) + 0x128);
	struct l4_msg msg;

	*word = 4711;
	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), read_then_write));
	TRY(await_fault(L4_PROTO_PAGE_FAULT, (FAULT_AT + 0x128) | L4_RIGHT_R, &msg));
	CHECK(msg.mr[1] - (l4_word_t)read_then_write < 0x100);
	TRY(reply_with(l4_fpage_mem(MEMORY_PAGE(2), 12, L4_RIGHT_R), FAULT_AT));
	TRY(await_fault(L4_PROTO_PAGE_FAULT, (FAULT_AT + 0x128) | L4_RIGHT_W, &msg));
	TRY(reply_with(l4_fpage_mem(MEMORY_PAGE(2), 12, L4_RIGHT_R | L4_RIGHT_W), FAULT_AT));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 4711);
	CHECK_EQ(*word, 99);
	return NULL;
}

static void jump_to_fault(struct worker *self)
{
	self->result[0] = ((l4_word_t (*)(void))FAULT_AT)();
	tell_main(1);
	finish();
}

/* The page has "mov eax, 5; ret", first without, then with the right to execute. */
static const char *execution_needs_its_right(void)
{
	static const unsigned char code[] = { 0xb8, 5, 0, 0, 0, 0xc3 };
	struct l4_msg msg;

	memcpy((void *)MEMORY_PAGE(3), code, sizeof(code));
	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), jump_to_fault));
	TRY(await_fault(L4_PROTO_PAGE_FAULT, FAULT_AT | L4_RIGHT_X, &msg));
	TRY(reply_with(l4_fpage_mem(MEMORY_PAGE(3), 12, L4_RIGHT_R), FAULT_AT));
	TRY(await_fault(L4_PROTO_PAGE_FAULT, FAULT_AT | L4_RIGHT_X, &msg));
	TRY(reply_with(l4_fpage_mem(MEMORY_PAGE(3), 12, L4_RIGHT_R | L4_RIGHT_X), FAULT_AT));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 5);
	return NULL;
}

static void touch_arg_0(struct worker *self)
{
	self->result[0] = *(volatile l4_word_t *)self->arg[0];
	tell_main(1);
	finish();
}

/* Kernel memory, and addresses that are no addresses, are not given away. */
static const char *kernel_addresses(void)
{
	struct l4_msg msg;

	TRY(make_worker(0, L4_CAP_TASK, 0));
	workers[0].arg[0] = 0xffff800000001000UL;
	TRY(start_worker(0, touch_arg_0));
	TRY(await_fault(L4_PROTO_PAGE_FAULT, 0xffff800000001000UL | L4_RIGHT_R, &msg));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	workers[0].arg[0] = 0x1234000000000000UL;
	TRY(start_worker(0, touch_arg_0));
	return await_fault(L4_PROTO_EXCEPTION, 13, &msg);
}

/* Each snippet of asm.S faults at once: at its own address. */
static const char *exceptions(void)
{
	static const struct {
		void (*code)(struct worker *self);
		l4_word_t vector;
	} cases[] = {
		{ user_div, 0 }, { user_ud2, 6 }, { user_hlt, 13 }, { user_cli, 13 },
		{ user_mov_cr3, 13 }, { user_wrmsr, 13 }, { user_int_99, 13 }, { user_lgdt, 13 },
		{ user_bad_ss, 13 },
	};
	struct l4_msg msg;

	TRY(make_worker(0, L4_CAP_TASK, 0));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		TRY(start_worker(0, cases[i].code));
		TRY(await_fault(L4_PROTO_EXCEPTION, cases[i].vector, &msg));
		CHECK(msg.mr[2] - (l4_word_t)cases[i].code < 16);
		CHECK_EQ(msg.mr[3], (l4_word_t)(workers[0].stack + STACK_SIZE - 8));
		CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_STOP, 0), 0);
	}
	return NULL;
}

static void write_port(struct worker *self)
{
	l4_port_out8(TEST_PORT, 1);
	self->result[0]++;
	tell_main(1);
	l4_port_out8(TEST_PORT + 1, 1);
	self->result[0]++;
	finish();
}

static const char *port_faults(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), write_port));
	TRY(await_fault(L4_PROTO_IO_FAULT, l4_fpage_io(TEST_PORT, 0, L4_RIGHTS_ALL), &msg));
	TRY(reply_with(l4_fpage_io(TEST_PORT, 0, L4_RIGHTS_ALL), TEST_PORT << 12));
	TRY(await(LABEL_MAIN, &msg));
	TRY(await_fault(L4_PROTO_IO_FAULT, l4_fpage_io(TEST_PORT + 1, 0, L4_RIGHTS_ALL), &msg));
	CHECK_EQ(workers[0].result[0], 1);
	return NULL;
}

static void write_odd_port(struct worker *self)
{
	l4_port_out16(TEST_PORT + 1, 1);
	self->result[0] = 1;
	tell_main(1);
	finish();
}

/* The flexpage asked for has all of an access that crosses a boundary. */
static const char *odd_port(void)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), write_odd_port));
	TRY(await_fault(L4_PROTO_IO_FAULT, l4_fpage_io(TEST_PORT, 2, L4_RIGHTS_ALL), &msg));
	TRY(reply_with(msg.mr[0], TEST_PORT << 12));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(workers[0].result[0], 1);
	return NULL;
}

static void write_port_twice(struct worker *self)
{
	struct l4_msg msg = { 0 };

	l4_port_out8(TEST_PORT, 1);
	tell_main(1);
	l4_ipc_recv(&msg);
	l4_port_out8(TEST_PORT, 1);
	self->result[0] = 1;
	finish();
}

static const char *ports_are_taken_back(void)
{
	l4_word_t ports = l4_fpage_io(TEST_PORT & ~7, 3, L4_RIGHTS_ALL);
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(0), ports, (TEST_PORT & ~7UL) << 12), 8);
	TRY(run_worker(0, SLOT_TASK(0), write_port_twice));
	TRY(await(LABEL_MAIN, &msg));
	CHECK_EQ(l4_unmap(ports, 0), 0);
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc_send(SLOT_GATE(0), &msg), 0);
	TRY(await_fault(L4_PROTO_IO_FAULT, l4_fpage_io(TEST_PORT, 0, L4_RIGHTS_ALL), &msg));
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

static const char *nobody_answers(void)
{
	struct l4_msg msg;

	TRY(make_worker(1, L4_CAP_TASK, 0));
	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(make_worker(0, SLOT_TASK(0), 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PAGER, SLOT_GATE(1)), 0);
	TRY(start_worker(0, read_then_write));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(1), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_PAGER, SLOT_MONITOR), 0);
	TRY(start_worker(0, read_then_write));
	return await_fault(L4_PROTO_PAGE_FAULT, (FAULT_AT + 0x128) | L4_RIGHT_R, &msg);
}

/* Each accesses TEST_PORT + arg 0 in its way. */
static void in_byte_dx(struct worker *self)
{
	asm volatile("inb %%dx, %%al" : : "d" (TEST_PORT + self->arg[0]) : "rax");
	tell_main(1);
	finish();
}

static void out_word_dx(struct worker *self)
{
	asm volatile("outw %%ax, %%dx" : : "d" (TEST_PORT + self->arg[0]), "a" (0));
	tell_main(1);
	finish();
}

static void in_long_dx(struct worker *self)
{
	asm volatile("inl %%dx, %%eax" : : "d" (TEST_PORT + self->arg[0]) : "rax");
	tell_main(1);
	finish();
}

static void in_byte_immediate(struct worker *self)
{
	(void)self;
	asm volatile("inb %0, %%al" : : "i" (TEST_PORT + 3) : "rax");
	tell_main(1);
	finish();
}

static void ins_bytes(struct worker *self)
{
	l4_word_t count = 2, to = (l4_word_t)&self->result[4];

	asm volatile("rep insb" : "+c" (count), "+D" (to) : "d" (TEST_PORT + self->arg[0]) : "memory");
	tell_main(1);
	finish();
}

static void outs_words(struct worker *self)
{
	l4_word_t count = 2, from = (l4_word_t)&self->result[4];

	asm volatile("rep outsw" : "+c" (count), "+S" (from) : "d" (TEST_PORT + self->arg[0]));
	tell_main(1);
	finish();
}

static const char *port_instruction(void (*entry)(struct worker *self), l4_word_t offset,
				    l4_word_t port, unsigned int order)
{
	struct l4_msg msg;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(make_worker(0, SLOT_TASK(0), 0));
	workers[0].arg[0] = offset;
	TRY(start_worker(0, entry));
	TRY(await_fault(L4_PROTO_IO_FAULT, l4_fpage_io(port, order, L4_RIGHTS_ALL), &msg));
	TRY(reply_with(msg.mr[0], port << 12));
	return await(LABEL_MAIN, &msg);
}

static const char *byte_in_dx(void)
{
	return port_instruction(in_byte_dx, 2, TEST_PORT + 2, 0);
}

static const char *word_out_dx(void)
{
	return port_instruction(out_word_dx, 2, TEST_PORT + 2, 1);
}

static const char *long_in_dx(void)
{
	return port_instruction(in_long_dx, 4, TEST_PORT + 4, 2);
}

static const char *long_across_eight(void)
{
	return port_instruction(in_long_dx, 6, TEST_PORT, 4);
}

static const char *byte_in_immediate(void)
{
	return port_instruction(in_byte_immediate, 0, TEST_PORT + 3, 0);
}

static const char *string_in(void)
{
	return port_instruction(ins_bytes, 1, TEST_PORT + 1, 0);
}

static const char *string_of_words_out(void)
{
	return port_instruction(outs_words, 4, TEST_PORT + 4, 1);
}

/* Behind the only byte of an instruction there is nothing: it is a port's fault all the same. */
static const char *port_instruction_at_the_end(void)
{
	volatile unsigned char *page = (volatile unsigned char *)MEMORY_PAGE(0);
	l4_word_t at = 0x30000000000UL;
	struct l4_msg msg;

	page[L4_PAGE_SIZE - 1] = 0xec;	/* in (%dx), %al */
	TRY(make_task(SLOT_TASK(0), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_PAGE(0), L4_PAGE_SHIFT, L4_RIGHTS_ALL),
			at), 1);
	TRY(make_worker(0, SLOT_TASK(0), 0));
	CHECK_EQ(l4_thread_start(SLOT_THREAD(0), at + L4_PAGE_SIZE - 1, 0, 0), 0);
	return await_fault(L4_PROTO_IO_FAULT, l4_fpage_io(0, 0, L4_RIGHTS_ALL), &msg);
}

const struct test fault_tests[] = {
	{ "pager resolves", pager_resolves, false },
	{ "execution needs right", execution_needs_its_right, false },
	{ "kernel addresses", kernel_addresses, false },
	{ "exceptions", exceptions, false },
	{ "ports", port_faults, false },
	{ "odd port", odd_port, false },
	{ "ports taken back", ports_are_taken_back, false },
	{ "nobody answers", nobody_answers, false },
	{ "in byte from dx", byte_in_dx, false },
	{ "out word to dx", word_out_dx, false },
	{ "in long from dx", long_in_dx, false },
	{ "long across eight ports", long_across_eight, false },
	{ "in byte from an immediate", byte_in_immediate, false },
	{ "string of bytes in", string_in, false },
	{ "string of words out", string_of_words_out, false },
	{ "port instruction at the end", port_instruction_at_the_end, false },
	{ 0 },
};
