/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of the short ways through the kernel: that they do what the long ways
 * do, and leave to these what they cannot do.
 */
#include "asm.h"
#include "ktest.h"
#include "vcpu.h"

/*
 * An IPC without timeouts may go the short way, one with these never does: each
 * partner does both, in turn, and both must be the same.
 */
#define CALL		(L4_IPC_SEND | L4_IPC_RECV | L4_IPC_CALL)
#define REPLY_AND_WAIT	(L4_IPC_REPLY | L4_IPC_RECV)
#define PATIENTLY	(l4_send_timeout(l4_timeout_us(PATIENCE)) | \
			 l4_recv_timeout(l4_timeout_us(PATIENCE)))
#define ENOUGH		24		/* rounds: all combinations, several times */

#define LOWER_END	0x0000800000000000UL

/* At the end of the last page: mov eax, number; xor edi, edi; xor edx, edx; syscall. */
static const unsigned char last_code[] = {
	0xb8, L4_CALL_YIELD, 0, 0, 0, 0x31, 0xff, 0x31, 0xd2, 0x0f, 0x05,
};

static void run_last_code(struct worker *self)
{
	(void)self;
	((void (*)(void))(LOWER_END - sizeof(last_code)))();
}

/* The call returns to where there is nothing: a fault there, and not in the kernel. */
static const char *returns_to_the_end(unsigned char number)
{
	unsigned char *code = (unsigned char *)MEMORY_PAGE(4) + L4_PAGE_SIZE - sizeof(last_code);
	struct l4_msg msg;

	memcpy(code, last_code, sizeof(last_code));
	code[1] = number;
	TRY(make_task(SLOT_TASK(0), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_PAGE(4), 12, L4_RIGHT_R | L4_RIGHT_X),
			LOWER_END - L4_PAGE_SIZE), 1);
	TRY(run_worker(0, SLOT_TASK(0), run_last_code));
	for (int i = 0; i < 2; i++) {	/* and again after a reply that changes nothing */
		TRY(await(LABEL_FAULT, &msg));
		CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_EXCEPTION);
		CHECK_EQ(msg.mr[0], 13);
		CHECK_EQ(msg.mr[1], 0);
		CHECK_EQ(msg.mr[2], LOWER_END);
		if (!i) {
			msg.tag = 0;
			CHECK_EQ(l4_ipc_reply(&msg), 0);
		}
	}
	return NULL;
}

static const char *short_call_at_the_end(void)
{
	return returns_to_the_end(L4_CALL_COUNT + 50);
}

static const char *long_call_at_the_end(void)
{
	return returns_to_the_end(L4_CALL_YIELD);
}

/* Without a phase: it returns at once, with EINVAL. */
static const char *ipc_at_the_end(void)
{
	return returns_to_the_end(L4_CALL_IPC);
}


/* The same of a call that has an answer: mov eax, IPC; mov edi, gate; xor esi, esi; mov edx, CALL; syscall. */
static const unsigned char last_call[] = {
	0xb8, L4_CALL_IPC, 0, 0, 0, 0xbf, SLOT_MAIN & 0xff, SLOT_MAIN >> 8, 0, 0, 0x31, 0xf6,
	0xba, CALL, 0, 0, 0, 0x0f, 0x05,
};

static void run_last_call(struct worker *self)
{
	(void)self;
	((void (*)(void))(LOWER_END - sizeof(last_call)))();
}

static const char *answered_at_the_end(void)
{
	struct l4_msg msg = { 0 };

	memcpy((char *)MEMORY_PAGE(4) + L4_PAGE_SIZE - sizeof(last_call), last_call, sizeof(last_call));
	TRY(make_task(SLOT_TASK(0), 0x40000));
	CHECK_EQ(l4_map(SLOT_TASK(0), l4_fpage_mem(MEMORY_PAGE(4), 12, L4_RIGHT_R | L4_RIGHT_X),
			LOWER_END - L4_PAGE_SIZE), 1);
	TRY(run_worker(0, SLOT_TASK(0), run_last_call));
	CHECK_EQ(l4_ipc_recv(&msg), 0);
	CHECK_EQ(msg.label, LABEL_MAIN);
	msg.tag = 0;
	CHECK_EQ(l4_ipc_reply_wait(&msg), 0);
	CHECK_EQ(msg.label, LABEL_FAULT);
	CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_EXCEPTION);
	CHECK_EQ(msg.mr[0], 13);
	CHECK_EQ(msg.mr[2], LOWER_END);
	return NULL;
}

/* What an IPC keeps: other numbers in each round. */
static void fill_kept(struct registers *r, l4_word_t seed)
{
	r->bp = seed * 3;
	r->r12 = seed * 5;
	r->r13 = seed * 7;
	r->r14 = seed * 11;
	r->r15 = ~seed;
}

static bool is_kept(const struct registers *r, l4_word_t seed, l4_word_t tag, l4_word_t flags)
{
	return r->bp == seed * 3 && r->r12 == seed * 5 && r->r13 == seed * 7 &&
	       r->r14 == seed * 11 && r->r15 == ~seed && r->si == tag && r->dx == flags;
}

/* The words of message n. */
static void fill_words(struct registers *r, struct l4_utcb *utcb, l4_word_t n, unsigned int words)
{
	r->r8 = n;
	r->r9 = n + 1;
	r->r10 = n + 2;
	r->bx = n + 3;
	for (unsigned int i = L4_MSG_REGS; i < words; i++)
		utcb->mr[i] = n + i;
}

static bool has_words(const struct registers *r, const struct l4_utcb *utcb, l4_word_t n,
		      unsigned int words)
{
	for (unsigned int i = L4_MSG_REGS; i < words; i++)
		if (utcb->mr[i] != n + i)
			return false;
	return r->r8 == n && r->r9 == n + 1 && r->r10 == n + 2 && r->bx == n + 3;
}

static unsigned int words_of(unsigned int round)
{
	static const unsigned int words[] = { 0, 4, 5, 7, 8, 64 };

	return words[round / 4 % ARRAY_SIZE(words)];
}

/*
 * Answers call n with message 1000 n, twice with timeouts, twice without.
 * result[0]: calls that were not as they should be; arg[0]: label expected.
 */
static void serve(struct worker *self)
{
	struct registers r = { .dx = L4_IPC_RECV };

	syscall_with(&r);
	for (unsigned int n = 0; ; n++) {
		l4_word_t tag = l4_tag(words_of(n), 0, n), flags = REPLY_AND_WAIT;

		if (r.ax != l4_tag(words_of(n), 0, 100 + n) || r.di != self->arg[0] ||
		    !has_words(&r, self->utcb, n, words_of(n)))
			self->result[0]++;
		if (n & 2)
			flags |= PATIENTLY;
		r = (struct registers){ .si = tag, .dx = flags };
		fill_words(&r, self->utcb, 1000 * n, words_of(n));
		fill_kept(&r, n);
		syscall_with(&r);
		if (!is_kept(&r, n, tag, flags))
			self->result[0]++;
		self->result[1]++;
	}
}

/* One with timeouts, one without, and so on. */
static const char *call_server(l4_cap_t gate, struct l4_utcb *utcb)
{
	for (unsigned int n = 0; n < ENOUGH; n++) {
		l4_word_t tag = l4_tag(words_of(n), 0, 100 + n), flags = CALL | (n & 1 ? PATIENTLY : 0);
		struct registers r = { .di = gate, .si = tag, .dx = flags };

		fill_words(&r, utcb, n, words_of(n));
		fill_kept(&r, ~(l4_word_t)n);
		syscall_with(&r);
		CHECK_EQ(r.ax, l4_tag(words_of(n), 0, n));
		CHECK_EQ(r.di, 0);
		CHECK(has_words(&r, utcb, 1000 * n, words_of(n)));
		CHECK(is_kept(&r, ~(l4_word_t)n, tag, flags));
	}
	return NULL;
}

static const char *start_server(unsigned int n, l4_cap_t task, void (*entry)(struct worker *self))
{
	workers[n].arg[0] = LABEL_GATE(n);
	TRY(run_worker(n, task, entry));
	return NULL;
}

static const char *within_a_task(void)
{
	TRY(start_server(0, L4_CAP_TASK, serve));
	TRY(call_server(SLOT_GATE(0), l4_first_utcb()));
	CHECK_EQ(workers[0].result[0], 0);
	CHECK_EQ(workers[0].result[1], ENOUGH - 1);
	return NULL;
}

static const char *across_tasks(void)
{
	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(start_server(0, SLOT_TASK(0), serve));
	TRY(call_server(SLOT_GATE(0), l4_first_utcb()));
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

/* A vCPU calls: it may leave by the short way, and comes back by the long one. */
static l4_cap_t gate_of_vcpu;

static const char *call_from_vcpu(void)
{
	return call_server(gate_of_vcpu, vcpu_utcb());
}

static const char *from_a_vcpu(void)
{
	TRY(start_server(0, L4_CAP_TASK, serve));
	gate_of_vcpu = SLOT_GATE(0);
	TRY(start_vcpu(call_from_vcpu));
	CHECK_EQ(l4_map(SLOT_TASK(VCPU_WORKER), l4_fpage_cap(SLOT_GATE(0), 0, L4_RIGHT_W),
			(l4_word_t)SLOT_GATE(0) << 12), 1);
	TRY(await_vcpu());
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

/* FS and GS base, and what of DS, ES, FS and GS the bits of `which' choose. */
static void set_segments(l4_word_t base, unsigned int which)
{
	asm volatile("mov %0, %%ds; mov %1, %%es; mov %2, %%fs; mov %3, %%gs; "
		     "wrfsbase %4; wrgsbase %5"
		     : : "r"(which & 1 ? L4_SS_USER : 0), "r"(which & 2 ? L4_SS_USER : 0),
		       "r"(which & 4 ? L4_SS_USER : 0), "r"(which & 8 ? L4_SS_USER : 0),
		       "r"(base), "r"(~base << 17 >> 17));
}

static bool has_segments(l4_word_t base, unsigned int which)
{
	unsigned int ds, es, fs, gs;
	l4_word_t fs_base, gs_base;

	asm volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3; "
		     "rdfsbase %4; rdgsbase %5"
		     : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs), "=r"(fs_base), "=r"(gs_base));
	return ds == (which & 1 ? L4_SS_USER : 0) && es == (which & 2 ? L4_SS_USER : 0) &&
	       fs == (which & 4 ? L4_SS_USER : 0) && gs == (which & 8 ? L4_SS_USER : 0) &&
	       fs_base == base && gs_base == ~base << 17 >> 17;
}

/* Changes its own between the calls; the client's are others. */
static void serve_with_segments(struct worker *self)
{
	struct l4_msg msg = { 0 };

	set_segments(7, 0);
	l4_ipc_recv(&msg);
	for (unsigned int n = 1; ; n++) {
		unsigned int which = n / 4 % 3 ? n / 4 : 0;

		set_segments(n, which);
		l4_ipc_reply_wait(&msg);
		if (!has_segments(n, which))
			self->result[0]++;
	}
}

static const char *bases_and_selectors(void)
{
	struct l4_msg msg = { 0 };
	bool same = true;

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(start_server(0, SLOT_TASK(0), serve_with_segments));
	for (unsigned int n = 0; n < 64 && same; n++) {
		unsigned int which = n % 2 ? n / 4 : 0;

		set_segments(0x1000 + n, which);
		l4_ipc_call(SLOT_GATE(0), &msg);
		same = has_segments(0x1000 + n, which);
	}
	set_segments(0, 0);
	CHECK(same);
	CHECK_EQ(workers[0].result[0], 0);
	return NULL;
}

/* Every third message finds the FPU used by the server, too. */
static void serve_with_fpu(struct worker *self)
{
	struct l4_msg msg = { 0 };

	xmm_fill(1);
	l4_ipc_recv(&msg);
	for (unsigned int n = 1; ; n++) {
		if (n % 3 == 0) {
			self->result[0] += xmm_differ(self->arg[1] + 1);
			xmm_fill(n);
			self->arg[1] = n - 1;
		}
		l4_ipc_reply_wait(&msg);
	}
}

static const char *fpu(void)
{
	struct l4_msg msg = { 0 };

	keeps("the main thread's FPU registers");
	for (unsigned int i = 0; i < 2; i++)
		TRY(start_server(i, L4_CAP_TASK, serve_with_fpu));
	for (unsigned int n = 0; n < 40; n++) {
		xmm_fill(1000 + n);
		CHECK_EQ(l4_ipc_call(SLOT_GATE(n % 2), &msg), 0);
		CHECK_EQ(xmm_differ(1000 + n), 0);
		CHECK_EQ(l4_ipc_call(SLOT_GATE(n % 5 % 2), &msg), 0);
		CHECK_EQ(xmm_differ(1000 + n), 0);
	}
	CHECK_EQ(workers[0].result[0], 0);
	CHECK_EQ(workers[1].result[0], 0);
	return NULL;
}

/* Its first use of the FPU, after the call: its registers are not the client's, which stay. */
static void first_use_of_fpu(struct worker *self)
{
	struct l4_msg msg = { 0 };

	l4_ipc_recv(&msg);
	self->result[0] = xmm_differ(0);
	xmm_fill(1);
	self->result[1] = 1;
	l4_ipc_reply_wait(&msg);
	finish();
}

static const char *first_use_in_a_call(void)
{
	struct l4_msg msg = { 0 };

	TRY(start_server(0, L4_CAP_TASK, first_use_of_fpu));
	receive_nothing(l4_timeout_us(2 * MS));
	xmm_fill(1000);
	CHECK_EQ(l4_ipc_call(SLOT_GATE(0), &msg), 0);
	CHECK_EQ(xmm_differ(1000), 0);
	CHECK_EQ(workers[0].result[0], 0);
	CHECK_EQ(workers[0].result[1], 1);
	return NULL;
}

/* Calls, then uses a port that its task does not have. */
static void call_and_write_port(struct worker *self)
{
	struct l4_msg msg = { 0 };

	for (;;) {
		self->result[0] = l4_ipc_call(SLOT_MAIN, &msg);
		l4_port_out8(0x80, 0);
		self->result[1]++;
	}
}

/* Ports that this task has used are not those of who goes on by a reply. */
static const char *ports(void)
{
	struct l4_msg msg = { 0 };

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(run_worker(0, SLOT_TASK(0), call_and_write_port));
	CHECK_EQ(l4_ipc_recv(&msg), 0);
	for (int i = 0; i < 4; i++) {
		CHECK_EQ(msg.label, LABEL_MAIN);
		l4_port_out8(0x80, 0);
		CHECK_EQ(l4_ipc_reply_wait(&msg), 0);
		CHECK_EQ(msg.label, LABEL_FAULT);
		CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_IO_FAULT);
		CHECK_EQ(workers[0].result[1], i);
		l4_port_out8(0x80, 0);
		/* It gets the port, uses it, and loses it again when it calls. */
		l4_first_utcb()->item[0] = (struct l4_item){
			l4_fpage_io(0x80, 0, L4_RIGHTS_ALL), 0x80 << 12,
		};
		msg.tag = l4_tag(0, 1, 0);
		CHECK_EQ(l4_ipc_reply_wait(&msg), 0);
		l4_port_out8(0x80, 0);
		CHECK_EQ(l4_unmap(l4_fpage_io(0x80, 0, L4_RIGHTS_ALL), 0), 0);
	}
	return NULL;
}

/* Letters of who ran, in their order. */
static char order[8];
static volatile unsigned int noted;

static void note(char letter)
{
	if (noted < sizeof(order) - 1)
		order[noted++] = letter;
}

static void serve_and_note(struct worker *self)
{
	struct l4_msg msg = { 0 };

	l4_ipc_recv(&msg);
	for (;;) {
		note((char)self->arg[1]);
		l4_ipc_reply_wait(&msg);
	}
}

static void call_and_note(struct worker *self)
{
	struct l4_msg msg = { .tag = l4_tag(1, 0, 0), .mr = { self->arg[1] } };

	note((char)self->arg[1]);
	l4_ipc_call((l4_cap_t)self->arg[2], &msg);
	note((char)(self->arg[1] | 0x20));
	finish();
}

static void yield_and_note(struct worker *self)
{
	note((char)self->arg[1]);
	l4_yield_to((l4_cap_t)self->arg[2]);
	note((char)(self->arg[1] | 0x20));
	finish();
}

static const char *start_noting(unsigned int n, unsigned int priority,
				void (*entry)(struct worker *self), l4_cap_t partner)
{
	workers[n].arg[1] = 'A' + n;
	workers[n].arg[2] = partner;
	TRY(make_worker(n, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(n), L4_THREAD_PRIORITY, priority), 0);
	return start_worker(n, entry);
}

static const char *runs_as(const char *expected)
{
	struct l4_msg msg;

	CHECK_EQ(receive(20 * MS, &msg), -L4_ETIMEDOUT);
	if (strcmp(order, expected)) {
		printf("# order: %s\n", order);
		return "the order is another one";
	}
	return NULL;
}

/*
 * The server waits. A client above it calls: a thread between them goes first.
 * Equals that are ready do not: the call is the client's turn, which goes on.
 */
static const char *call_of_lower_server(unsigned int between, const char *expected)
{
	struct l4_msg msg;

	noted = 0;
	memset(order, 0, sizeof(order));
	TRY(start_noting(0, 80, serve_and_note, 0));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	TRY(start_noting(1, 90, call_and_note, SLOT_GATE(0)));
	TRY(start_noting(2, between, yield_and_note, L4_CAP_NONE));
	return runs_as(expected);
}

static const char *one_between_goes_first(void)
{
	return call_of_lower_server(85, "BCcAb");
}

static const char *lower_ones_wait(void)
{
	return call_of_lower_server(70, "BAbCc");
}

/* C yields to the lower B, which calls a server that is lower than C: so C is next. */
static const char *yielder_goes_first(void)
{
	struct l4_msg msg;

	noted = 0;
	memset(order, 0, sizeof(order));
	TRY(start_noting(0, 85, serve_and_note, 0));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	TRY(start_noting(2, 90, yield_and_note, SLOT_THREAD(1)));
	TRY(start_noting(1, 80, call_and_note, SLOT_GATE(0)));
	return runs_as("CBcAb");
}

/* The receiver keeps the right to answer worker 1 and waits for others: a call takes it away. */
static void keep_the_first(struct worker *self)
{
	struct l4_msg msg = { 0 };

	l4_ipc_recv(&msg);
	l4_ipc_recv(&msg);
	self->result[0] = l4_ipc_reply(&msg);
	finish();
}

static void call_and_tell(struct worker *self)
{
	struct l4_msg msg = { 0 };

	self->result[0] = l4_ipc_call(SLOT_GATE(0), &msg);
	finish();
}

static const char *right_to_answer_is_lost(void)
{
	struct l4_msg msg = { 0 };

	TRY(start_server(0, L4_CAP_TASK, keep_the_first));
	TRY(run_worker(1, L4_CAP_TASK, call_and_tell));
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc_call(SLOT_GATE(0), &msg), 0);
	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	CHECK_EQ(workers[0].result[0], 0);
	CHECK_EQ(workers[1].result[0], -L4_EDEAD);
	return NULL;
}

/* Who waits with a timeout is not woken by it after the message. */
static void wait_for_a_while(struct worker *self)
{
	struct l4_msg msg = { 0 };

	for (unsigned int n = 0; ; n++) {
		self->result[n % 2] += receive(3 * MS, &msg) == 0;
		msg.tag = 0;
		if (msg.label)
			l4_ipc_reply(&msg);
		msg.label = 0;
		l4_ipc_recv(&msg);
		l4_ipc_reply(&msg);
	}
}

static const char *receiver_with_timeout(void)
{
	struct l4_msg msg = { 0 };

	TRY(start_server(0, L4_CAP_TASK, wait_for_a_while));
	for (int i = 0; i < 4; i++) {
		msg = (struct l4_msg){ 0 };
		CHECK_EQ(l4_ipc_call(SLOT_GATE(0), &msg), 0);
		msg = (struct l4_msg){ 0 };
		CHECK_EQ(l4_ipc_call(SLOT_GATE(0), &msg), 0);
	}
	CHECK_EQ(receive(10 * MS, &msg), -L4_ETIMEDOUT);
	return NULL;
}

static void call_later(struct worker *self)
{
	struct l4_msg msg;

	receive(30 * MS, &msg);
	call_and_note(self);
}

/* Clients queue while the server is busy: an answer brings the next, the highest first. */
static const char *queue_is_served(void)
{
	struct l4_msg msg = { 0 };

	TRY(run_worker(4, L4_CAP_TASK, keep_the_first));
	TRY(start_noting(0, 50, call_and_note, SLOT_MAIN));
	TRY(start_noting(1, 80, call_and_note, SLOT_MAIN));
	TRY(start_noting(2, 60, call_and_note, SLOT_MAIN));
	TRY(start_noting(3, 90, call_later, SLOT_MAIN));
	CHECK_EQ(l4_ipc(SLOT_GATE(4), CALL | l4_recv_timeout(l4_timeout_us(10 * MS)), &msg),
		 -L4_ETIMEDOUT);
	CHECK_EQ(l4_ipc_recv(&msg), 0);
	CHECK_EQ(msg.mr[0], 'B');
	CHECK_EQ(l4_ipc_reply_wait(&msg), 0);
	CHECK_EQ(msg.mr[0], 'C');
	CHECK_EQ(l4_ipc_reply_wait(&msg), 0);
	CHECK_EQ(msg.mr[0], 'A');
	CHECK_EQ(l4_ipc_reply_wait(&msg), 0);
	CHECK_EQ(msg.mr[0], 'D');
	return NULL;
}

/* A page fault is answered by a reply and wait without timeouts. */
static void read_and_tell(struct worker *self)
{
	for (int i = 0; i < 4; i++)
		self->result[i] = *(volatile l4_word_t *)(MEMORY_PAGE(i));
	tell_main(5);
	finish();
}

static const char *answer_to_a_fault(void)
{
	struct l4_msg msg = { 0 };

	TRY(make_task(SLOT_TASK(0), 0x40000));
	TRY(make_worker(0, SLOT_TASK(0), 0));
	TRY(start_worker(0, read_and_tell));
	CHECK_EQ(l4_ipc_recv(&msg), 0);
	for (int i = 0; i < 4; i++) {
		*(l4_word_t *)MEMORY_PAGE(i) = 30 + i;
		CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_PAGE_FAULT);
		CHECK_EQ(msg.mr[0], MEMORY_PAGE(i) | L4_RIGHT_R);
		l4_first_utcb()->item[0] = (struct l4_item){
			l4_fpage_mem(MEMORY_PAGE(i), 12, L4_RIGHT_R), MEMORY_PAGE(i),
		};
		/* Without an item it faults again. */
		msg.tag = 0;
		CHECK_EQ(l4_ipc_reply_wait(&msg), 0);
		CHECK_EQ(msg.mr[0], MEMORY_PAGE(i) | L4_RIGHT_R);
		msg.tag = l4_tag(0, 1, 0);
		CHECK_EQ(l4_ipc_reply_wait(&msg), 0);
	}
	CHECK_EQ(msg.mr[0], 5);
	for (int i = 0; i < 4; i++)
		CHECK_EQ(workers[0].result[i], 30 + i);
	return NULL;
}

static void answer_once(struct worker *self)
{
	struct l4_msg msg = { 0 };

	(void)self;
	l4_ipc_recv(&msg);
	l4_ipc_reply(&msg);
	finish();
}

/* Also where nothing else would be in the way: who may not send does not. */
static const char *right_to_send(void)
{
	struct l4_msg msg = { 0 };

	TRY(run_worker(0, L4_CAP_TASK, answer_once));
	receive_nothing(l4_timeout_us(2 * MS));
	CHECK_EQ(l4_map(L4_CAP_TASK, l4_fpage_cap(SLOT_GATE(0), 0, L4_RIGHT_R), SLOT_FREE << 12), 1);
	CHECK_EQ(l4_ipc_call(SLOT_FREE, &msg), -L4_ERIGHTS);
	return NULL;
}

const struct test fast_tests[] = {
	{ "a short call at the end of the lower half", short_call_at_the_end },
	{ "a long call there", long_call_at_the_end },
	{ "an IPC there", ipc_at_the_end },
	{ "registers and words within a task", within_a_task },
	{ "registers and words across tasks", across_tasks },
	{ "a vCPU calls", from_a_vcpu },
	{ "bases and selectors", bases_and_selectors },
	{ "fpu", fpu },
	{ "ports", ports },
	{ "one between client and server goes first", one_between_goes_first },
	{ "those below both wait", lower_ones_wait },
	{ "who yielded goes first", yielder_goes_first },
	{ "the right to answer is lost", right_to_answer_is_lost },
	{ "a receiver with a timeout", receiver_with_timeout },
	{ "an answer to a fault", answer_to_a_fault },
	{ "a queue is served in order", queue_is_served },
	{ "the right to send", right_to_send },
	{ "the first use of the FPU in a call", first_use_in_a_call },
	{ "an answer at the end of the lower half", answered_at_the_end },
	{ 0 },
};
