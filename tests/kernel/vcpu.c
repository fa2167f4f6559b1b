/* SPDX-License-Identifier: GPL-2.0 */
/* The vCPU tests' frame: see vcpu.h; and the tests of upcalls, resume and the vCPU's calls. */
#include "vcpu.h"
#include "asm.h"

#define IF_FLAG		0x200UL
#define RF_FLAG		0x10000UL
#define UNTOUCHED	0x12345UL
#define GUEST_RIGHTS	(L4_RIGHT_R | L4_RIGHT_W)
#define SOME_CYCLES	5000000UL	/* some milliseconds */

/* Upcalls out of user mode push at the end; the entry code's stack is what is below. */
static struct {
	char stack[L4_PAGE_SIZE - sizeof(struct l4_frame)];
	struct l4_frame frame;
} entry_stack __attribute__((aligned(16)));

struct vcpu_event vcpu_event, server_event;
unsigned int server_event_count;
l4_word_t server_fixup;
l4_word_t vcpu_saved_sp;

static const char *vcpu_result;
static long vcpu_value, vcpu_expected;	/* of the check that failed */
static l4_word_t server_flags;		/* of the frame that the last upcall out of the server had */
static l4_word_t vcpu_taken;		/* pending bits taken by the server's interrupt handler */

void vcpu_server_event(struct l4_frame *frame, l4_word_t vector);

static l4_word_t take_pending(void)
{
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	vcpu->irq_pending = 0;
	return __atomic_exchange_n(&vcpu->pending, 0, __ATOMIC_SEQ_CST);
}

void vcpu_server_event(struct l4_frame *frame, l4_word_t vector)
{
	server_event = vcpu_event;
	server_event_count++;
	server_flags = frame->flags;
	if (vector == L4_VCPU_VECTOR_IRQ)
		vcpu_taken = take_pending();
	else if (server_fixup)
		frame->ip = server_fixup;
}

static void vcpu_main(const char *(*fn)(void))
{
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	server_event_count = 0;
	server_fixup = 0;
	vcpu->entry_sp = (l4_word_t)(&entry_stack.frame + 1);
	l4_vcpu_control(L4_VCPU_SETUP, (l4_word_t)vcpu_entry_syscall, (l4_word_t)vcpu_entry_event);
	vcpu_result = fn();
	vcpu_value = last_value;
	vcpu_expected = last_expected;
	tell_main(0);
	finish();
}

const char *start_vcpu(const char *(*fn)(void))
{
	l4_cap_t task = SLOT_TASK(VCPU_WORKER), thread = SLOT_THREAD(VCPU_WORKER);
	l4_word_t stack = (l4_word_t)workers[VCPU_WORKER].stack + STACK_SIZE - 8;

	TRY(make_task(task, 0x100000));
	CHECK(l4_map(task, l4_fpage_mem(IMAGE_BASE, IMAGE_ORDER, L4_RIGHTS_ALL), VCPU_IMAGE) > 0);
	CHECK(l4_map(task, l4_fpage_mem(MEMORY_BASE, MEMORY_ORDER, GUEST_RIGHTS), VCPU_MEMORY) > 0);
	CHECK_EQ(l4_thread_create(thread, task, VCPU_UTCB, L4_THREAD_VCPU), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_PAGER, SLOT_MONITOR), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_HANDLER, SLOT_MONITOR), 0);
	CHECK_EQ(l4_thread_control(thread, L4_THREAD_PRIORITY, WORKER_PRIORITY), 0);
	CHECK_EQ(l4_gate_create(SLOT_GATE(VCPU_WORKER), thread, 0), 0);
	CHECK_EQ(l4_map(task, l4_fpage_cap(task, 0, L4_RIGHTS_ALL), HOST_TASK << 12), 1);
	CHECK_EQ(l4_map(task, l4_fpage_cap(thread, 0, L4_RIGHTS_ALL), HOST_THREAD << 12), 1);
	CHECK_EQ(l4_thread_start(thread, in_host((l4_word_t)vcpu_main), in_host(stack),
				 in_host((l4_word_t)fn)), 0);
	return NULL;
}

const char *await_vcpu(void)
{
	struct l4_msg msg;

	TRY(await(LABEL_MAIN, &msg));
	last_value = vcpu_value;
	last_expected = vcpu_expected;
	if ((l4_word_t)vcpu_result >= VCPU_IMAGE)
		return vcpu_result - VCPU_IMAGE + IMAGE_BASE;
	return vcpu_result;
}

const char *run_on_vcpu(const char *(*fn)(void))
{
	TRY(start_vcpu(fn));
	return await_vcpu();
}

long guest_map(l4_cap_t slot, l4_word_t va, l4_word_t host_va, l4_word_t pages, l4_word_t rights)
{
	vcpu_utcb()->batch[0] = (struct l4_batch_entry){ va | L4_BATCH_MAP | rights, host_va, pages };
	return l4_guest_update(slot, 1);
}

long guest_unmap(l4_cap_t slot, l4_word_t va, l4_word_t pages, l4_word_t rights)
{
	vcpu_utcb()->batch[0] = (struct l4_batch_entry){ va | L4_BATCH_UNMAP | rights, 0, pages };
	return l4_guest_update(slot, 1);
}

const char *make_guest(l4_cap_t slot)
{
	CHECK_EQ(l4_task_create(slot, 0, L4_TASK_GUEST), 0);
	CHECK_EQ(guest_map(slot, GUEST_CODE, (l4_word_t)guest_code, 1, L4_RIGHT_R | L4_RIGHT_X), 0);
	CHECK_EQ(guest_map(slot, GUEST_DATA, VCPU_PAGE(0), 1, GUEST_RIGHTS), 0);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_GUEST, slot, 0), 0);
	return NULL;
}

struct l4_frame *user_frame(const char *snippet)
{
	entry_stack.frame = (struct l4_frame){
		.ip = GUEST_CODE + ((l4_word_t)snippet & (L4_PAGE_SIZE - 1)),
		.cs = L4_CS_USER, .ss = L4_SS_USER,
		.flags = 2 | IF_FLAG,
		.sp = GUEST_DATA + L4_PAGE_SIZE,
	};
	return &entry_stack.frame;
}

struct l4_frame *access_frame(const char *snippet, l4_word_t address)
{
	struct l4_frame *frame = user_frame(snippet);

	frame->di = address;
	frame->si = 0x600d;
	return frame;
}

void ride_on_resume(l4_word_t va, l4_word_t host_va)
{
	struct l4_utcb *utcb = vcpu_utcb();

	utcb->batch[0] = (struct l4_batch_entry){ va | L4_BATCH_MAP | L4_RIGHT_R, host_va, 1 };
	utcb->vcpu.batch_count = 1;
}

const char *expect_syscall(struct l4_frame *frame, l4_word_t number)
{
	CHECK_EQ(vcpu_run(frame), 0);
	CHECK_EQ(vcpu_event.is_event, 0);
	CHECK_EQ(vcpu_event.vector, number);
	CHECK_EQ(vcpu_event.frame, &entry_stack.frame);
	CHECK_EQ(vcpu_utcb()->vcpu.irq_on, 0);
	return NULL;
}

const char *expect_event(struct l4_frame *frame, l4_word_t vector, l4_word_t error,
			 l4_word_t address)
{
	CHECK_EQ(vcpu_run(frame), 0);
	CHECK_EQ(vcpu_event.is_event, 1);
	CHECK_EQ(vcpu_event.vector, vector);
	if (error != ANY_ERROR)
		CHECK_EQ(vcpu_event.error, error);
	if (vector == 14)
		CHECK_EQ(vcpu_event.address, address);
	CHECK_EQ(vcpu_event.frame, &entry_stack.frame);
	CHECK_EQ(vcpu_utcb()->vcpu.irq_on, 0);
	return NULL;
}

static struct l4_frame *numbered_frame(const char *snippet)
{
	struct l4_frame *frame = user_frame(snippet);
	l4_word_t *word = (l4_word_t *)frame;

	for (unsigned int i = 0; i < 15; i++)
		word[i] = 0x1000 + i;
	return frame;
}

static const char *system_call(void)
{
	struct l4_frame *frame, sent;

	TRY(make_guest(HOST_GUEST));
	frame = numbered_frame(guest_syscall);
	sent = *frame;
	TRY(expect_syscall(frame, sent.ax));
	CHECK_EQ(frame->orig_ax, sent.ax);
	CHECK_EQ(frame->ax, -38);
	CHECK_EQ(frame->ip, sent.ip + 2);
	CHECK_EQ(frame->cx, frame->ip);
	CHECK_EQ(frame->r11, frame->flags);
	CHECK_EQ(frame->flags, sent.flags);
	CHECK_EQ(frame->cs, L4_CS_USER);
	CHECK_EQ(frame->ss, L4_SS_USER);
	CHECK_EQ(frame->sp, sent.sp);
	CHECK_EQ(frame->r15, sent.r15);
	CHECK_EQ(frame->bp, sent.bp);
	CHECK_EQ(frame->bx, sent.bx);
	CHECK_EQ(frame->r10, sent.r10);
	CHECK_EQ(frame->r8, sent.r8);
	CHECK_EQ(frame->dx, sent.dx);
	CHECK_EQ(frame->si, sent.si);
	CHECK_EQ(frame->di, sent.di);
	frame->ax = 12345;
	return expect_syscall(frame, 12345);
}

static const char *registers_survive_events(void)
{
	struct l4_frame *frame, sent;

	TRY(make_guest(HOST_GUEST));
	frame = numbered_frame((const char *)user_ud2);
	frame->flags |= 0x400;	/* DF */
	sent = *frame;
	for (unsigned int i = 0; i < 3; i++) {
		TRY(expect_event(frame, 6, 0, 0));
		sent.orig_ax = -1UL;
		sent.flags |= frame->flags & RF_FLAG;	/* a CPU sets it, QEMU does not */
		CHECK_EQ(memcmp(frame, &sent, sizeof(sent)), 0);
	}
	return NULL;
}

/* Every exception a process can cause comes up with the CPU's vector and error code. */
static const char *exceptions(void)
{
	static const struct {
		void (*snippet)(struct worker *);
		l4_word_t vector, error;
	} cases[] = {
		{ user_div, 0, 0 }, { user_ud2, 6, 0 }, { user_hlt, 13, 0 }, { user_cli, 13, 0 },
		{ user_mov_cr3, 13, 0 }, { user_wrmsr, 13, 0 }, { user_int_99, 13, ANY_ERROR },
		{ user_lgdt, 13, 0 }, { user_bad_ss, 13, 0x10 }, { user_in, 13, 0 },
		{ user_out, 13, 0 },
	};

	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++)
		TRY(expect_event(user_frame((const char *)cases[i].snippet), cases[i].vector,
				 cases[i].error, 0));
	TRY(expect_event(user_frame((const char *)user_int3), 3, 0, 0));
	return NULL;
}

static const char *bad_server_frames(void)
{
	struct l4_frame *frame;
	struct l4_frame good = {
		.ip = (l4_word_t)vcpu_entry_syscall, .cs = L4_CS_SERVER, .ss = L4_SS_SERVER,
		.flags = 2, .sp = (l4_word_t)&entry_stack.frame,
	};
	static const unsigned short selectors[] = { 0, 8, 0x18, 0x28, 0x31, 0x32, 0x11, 0x12 };

	frame = user_frame(guest_syscall);
	for (unsigned int i = 0; i < ARRAY_SIZE(selectors); i++) {
		*frame = good;
		frame->cs = selectors[i];
		CHECK_EQ(vcpu_run(frame), -L4_EINVAL);
	}
	*frame = good;
	frame->ss = L4_SS_USER;
	CHECK_EQ(vcpu_run(frame), -L4_EINVAL);
	*frame = good;
	frame->ip = 0x0000800000000000UL;
	CHECK_EQ(vcpu_run(frame), -L4_EINVAL);
	*frame = good;
	frame->flags |= 0x3000;
	CHECK_EQ(vcpu_run(frame), -L4_EINVAL);
	CHECK_EQ(vcpu_run(user_frame(guest_syscall)), -L4_EINVAL);	/* there is no guest */
	CHECK_EQ(vcpu_run((struct l4_frame *)0x1000), -L4_EFAULT);
	CHECK_EQ(vcpu_run((struct l4_frame *)0x0000800000000000UL), -L4_EFAULT);
	CHECK_EQ(vcpu_run((struct l4_frame *)0xffff800000000000UL), -L4_EFAULT);
	CHECK_EQ(vcpu_run((struct l4_frame *)~0UL), -L4_EFAULT);
	return NULL;
}

/* Flags that a process must not have are refused; what IRET would refuse becomes the process's fault. */
static const char *bad_user_frames(void)
{
	static const l4_word_t flags[] = { 0x1000, 0x2000, 0x3000, 0x20000, 0x80000, 0x100000,
					   1UL << 32, 1UL << 63 };
	struct l4_frame *frame;

	TRY(make_guest(HOST_GUEST));
	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		frame = user_frame(guest_flags);
		frame->flags |= flags[i];
		CHECK_EQ(vcpu_run(frame), -L4_EINVAL);
	}
	frame = user_frame(guest_flags);
	frame->flags &= ~IF_FLAG;
	TRY(expect_syscall(frame, 0));
	CHECK_EQ(frame->di & (IF_FLAG | 0x3000), IF_FLAG);
	frame = user_frame(guest_flags);
	frame->ip = 0x0000800000000000UL;
	TRY(expect_event(frame, 13, 0, 0));
	frame = user_frame(guest_flags);
	frame->cs = 0x3b;
	TRY(expect_event(frame, 13, 0x38, 0));
	frame = user_frame(guest_flags);
	frame->ss = 0x3b;
	TRY(expect_event(frame, 13, 0x38, 0));
	frame = user_frame(guest_flags);
	frame->ip = 0xffff800000000000UL;
	CHECK_EQ(vcpu_run(frame), 0);
	CHECK_EQ(vcpu_event.vector, 14);
	frame = user_frame(guest_push);
	frame->sp = 0xffff800000001000UL;
	CHECK_EQ(vcpu_run(frame), 0);
	CHECK_EQ(vcpu_event.vector, 14);
	frame = user_frame(guest_push);
	frame->sp = 0x1234000000000000UL;
	CHECK_EQ(vcpu_run(frame), 0);
	CHECK(vcpu_event.vector == 12 || vcpu_event.vector == 13);	/* QEMU: 13 */
	return NULL;
}

static struct l4_frame *frame32(const char *snippet)
{
	struct l4_frame *frame = user_frame(snippet);

	frame->cs = L4_CS_USER32;
	return frame;
}

/* Where a guest in 32-bit code is, by its frame after UD2. */
static const char *expect_ud2_32(struct l4_frame *frame, l4_word_t di)
{
	l4_word_t sp = frame->sp;

	TRY(expect_event(frame, 6, 0, 0));
	CHECK_EQ(frame->cs, L4_CS_USER32);
	CHECK_EQ(frame->ss, L4_SS_USER);
	CHECK_EQ(frame->sp, sp);
	CHECK_EQ(frame->di, di);
	return NULL;
}

/* AMD's CPUs and QEMU have a SYSCALL there, which is refused; to Intel's it is no instruction. */
static const char *expect_no_syscall_32(struct l4_frame *frame)
{
	unsigned short call = (l4_word_t)guest32_syscall & (L4_PAGE_SIZE - 1);

	frame->di = UNTOUCHED;
	TRY(expect_event(frame, 6, 0, 0));
	CHECK_EQ(frame->cs, L4_CS_USER32);
	CHECK_EQ(frame->ss, L4_SS_USER);
	CHECK_EQ(frame->sp, GUEST_DATA + L4_PAGE_SIZE);
	CHECK_EQ(frame->di, frame->ip == GUEST_CODE + call ? UNTOUCHED : (unsigned int)-38);
	return NULL;
}

static const char *code_of_32_bits(void)
{
	struct l4_frame *frame;

	TRY(make_guest(HOST_GUEST));
	TRY(expect_no_syscall_32(frame32(guest32_syscall)));
	frame = user_frame(guest_jump);
	frame->si = L4_CS_USER32;
	TRY(expect_no_syscall_32(frame));
	/* What SYSRET could restore, and an ip that 32-bit code cannot have. */
	frame = frame32(guest32_write);
	frame->di = GUEST_DATA;
	frame->cx = frame->ip;
	frame->r11 = frame->flags;
	TRY(expect_ud2_32(frame, GUEST_DATA + 1));
	frame = frame32(guest32_write);
	frame->di = GUEST_DATA;
	frame->ip += 1UL << 32;
	TRY(expect_ud2_32(frame, GUEST_DATA + 1));
	CHECK_EQ(frame->ip >> 32, 0);
	/* The short way of a page fault, and back. */
	frame = frame32(guest32_write);
	frame->di = GUEST_DATA + 16 * L4_PAGE_SIZE;
	TRY(expect_event(frame, 14, 6, frame->di));
	CHECK_EQ(frame->cs, L4_CS_USER32);
	frame->di = GUEST_DATA;
	TRY(expect_ud2_32(frame, GUEST_DATA + 1));
	frame = frame32(guest32_write);
	frame->ss = L4_CS_USER32;
	return expect_event(frame, 13, L4_CS_USER32 & ~3UL, 0);
}

static const char *back_to_64_bits(void)
{
	l4_word_t target = user_frame(guest_syscall)->ip;
	struct l4_frame *frame = frame32(guest32_back);

	frame->di = target;
	frame->si = L4_CS_USER;
	TRY(expect_syscall(frame, 0));
	CHECK_EQ(frame->cs, L4_CS_USER);
	return NULL;
}

/* However the guest was in 32-bit code, the server is not, whichever way its calls go. */
static const char *server_is_not_in_it(void)
{
	TRY(make_guest(HOST_GUEST));
	TRY(back_to_64_bits());
	CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, l4_rdtsc() + SOME_CYCLES, 0), 0);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, 0, 0), 0);
	TRY(back_to_64_bits());
	CHECK_EQ(receive_nothing(l4_timeout_us(1)), -L4_ETIMEDOUT);
	TRY(expect_event(frame32(guest32_write), 14, 6, 0));
	CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, l4_rdtsc() + SOME_CYCLES, 0), 0);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, 0, 0), 0);
	TRY(expect_event(frame32(guest32_write), 14, 6, 0));
	CHECK_EQ(receive_nothing(l4_timeout_us(1)), -L4_ETIMEDOUT);
	return NULL;
}

static const char *timer_interrupts(const char *loop, l4_word_t cs)
{
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;
	struct l4_frame *frame;

	TRY(make_guest(HOST_GUEST));
	frame = user_frame(loop);
	frame->cs = cs;
	/* On a busy host the time may be over before the guest begins: it has more tries than it needs. */
	for (unsigned int i = 0; i < 20 && (i < 3 || !frame->di); i++) {
		CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, l4_rdtsc() + SOME_CYCLES, 0), 0);
		TRY(expect_event(frame, L4_VCPU_VECTOR_IRQ, 0, 0));
		CHECK_EQ(frame->cs, cs);
		CHECK_EQ(vcpu->irq_pending, 1);
		CHECK_EQ(take_pending(), 1UL << L4_VCPU_PENDING_TIMER);
	}
	CHECK(frame->di);
	return NULL;
}

static const char *timer_interrupts_the_guest(void)
{
	return timer_interrupts(guest_loop, L4_CS_USER);
}

static const char *timer_interrupts_32_bits(void)
{
	return timer_interrupts(guest32_loop, L4_CS_USER32);
}

static const char *waiting(void)
{
	l4_word_t start = l4_rdtsc();

	CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, start + SOME_CYCLES, 0), 0);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_WAIT, 0, 0), 0);
	CHECK(l4_rdtsc() - start >= SOME_CYCLES);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_WAIT, 0, 0), 0);
	CHECK_EQ(take_pending(), 1UL << L4_VCPU_PENDING_TIMER);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, l4_rdtsc() + SOME_CYCLES, 0), 0);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, 0, 0), 0);
	start = l4_rdtsc();
	while (l4_rdtsc() - start < 3 * SOME_CYCLES)
		;
	CHECK_EQ(take_pending(), 0);
	CHECK_EQ(server_event_count, 0);
	return NULL;
}

/* An irq's bit waits while virtual interrupts are off and comes when they are on. */
static const char *virtual_interrupt_flag(void)
{
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	CHECK_EQ(l4_irq_create(HOST_IRQ, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(HOST_IRQ, 0, HOST_THREAD, 63), -L4_EINVAL);
	CHECK_EQ(l4_irq_bind(HOST_IRQ, 0, HOST_THREAD, 5), 0);
	CHECK_EQ(l4_irq_raise(HOST_IRQ), 0);
	CHECK_EQ(vcpu->irq_pending, 1);
	CHECK_EQ(vcpu->pending, 1UL << 5);
	CHECK_EQ(server_event_count, 0);
	vcpu->irq_on = 1;
	CHECK_EQ(l4_vcpu_control(L4_VCPU_POLL, 0, 0), 0);
	CHECK_EQ(server_event_count, 1);
	CHECK_EQ(server_event.vector, L4_VCPU_VECTOR_IRQ);
	CHECK_EQ(vcpu_taken, 1UL << 5);
	CHECK_EQ(vcpu->irq_on, 1);
	CHECK_EQ(l4_irq_raise(HOST_IRQ), 0);
	CHECK_EQ(server_event_count, 1);
	CHECK_EQ(l4_irq_ack(HOST_IRQ), 0);
	CHECK_EQ(server_event_count, 2);
	vcpu->irq_on = 0;
	return NULL;
}

static const char *server_faults(void)
{
	server_fixup = (l4_word_t)vcpu_read_fixup;
	CHECK_EQ(vcpu_read(0xffffffa000000018UL), -1UL);
	CHECK_EQ(server_event_count, 1);
	CHECK_EQ(server_event.vector, 14);
	CHECK_EQ(server_event.error, 4);
	CHECK_EQ(server_event.address, 0xffffffa000000018UL);
	CHECK_EQ(vcpu_read(0x1234000000000000UL), -1UL);
	CHECK_EQ(server_event.vector, 13);
	CHECK_EQ(vcpu_read(0xffff800000000000UL), -1UL);
	CHECK_EQ(server_event.vector, 14);
	*(l4_word_t *)VCPU_PAGE(4) = 17;
	CHECK_EQ(vcpu_read(VCPU_PAGE(4)), 17);
	CHECK_EQ(server_event_count, 3);
	return NULL;
}

static const char *bases_survive(void)
{
	struct l4_frame *frame;

	TRY(make_guest(HOST_GUEST));
	frame = user_frame(guest_bases);
	frame->di = 0x112233;
	frame->si = 0x445566;
	TRY(expect_syscall(frame, 0));
	frame->di = frame->si = 0;
	TRY(expect_syscall(frame, -38));
	CHECK_EQ(frame->di, 0x112233);
	CHECK_EQ(frame->si, 0x445566);
	return NULL;
}

static const char *control_errors(void)
{
	CHECK_EQ(l4_vcpu_control(99, 0, 0), -L4_EINVAL);
	CHECK_EQ(l4_syscall1(1UL << 32 | L4_CALL_VCPU_RESUME, 0), -L4_ENOSYS);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_SETUP, 0xffff800000000000UL, 0), -L4_EINVAL);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_SETUP, 0, 0x0000800000000000UL), -L4_EINVAL);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_GUEST, HOST_GUEST, 0), -L4_ENOCAP);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_GUEST, HOST_TASK, 0), -L4_EINVAL);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_GUEST, L4_VCPU_NO_GUEST, 0), 0);
	return NULL;
}

/* With a stack that cannot take a frame the vCPU stops, and its handler is told. */
static const char *lose_the_entry_stack(void)
{
	TRY(make_guest(HOST_GUEST));
	vcpu_utcb()->vcpu.entry_sp = 0xffffffa000000000UL;
	vcpu_run(user_frame((const char *)user_ud2));
	return "an upcall came without a stack";
}

static const char *death_is_reported(void)
{
	struct l4_msg msg;

	TRY(start_vcpu(lose_the_entry_stack));
	TRY(await(LABEL_FAULT, &msg));
	CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_VCPU_DEAD);
	CHECK_EQ(msg.mr[0], 6);
	CHECK_EQ(msg.mr[2] & ~0xfffUL, GUEST_CODE);
	CHECK_EQ(msg.mr[3], GUEST_DATA + L4_PAGE_SIZE);
	msg = (struct l4_msg){ 0 };
	CHECK_EQ(l4_ipc_reply(&msg), 0);
	CHECK_EQ(receive(10 * MS, &msg), -L4_ETIMEDOUT);	/* it stays stopped */
	return NULL;
}

static const char *call_without_entry_stack(void)
{
	TRY(make_guest(HOST_GUEST));
	vcpu_utcb()->vcpu.entry_sp = 0xffffffb000000000UL;
	vcpu_run(user_frame(guest_syscall));
	return "an upcall came without a stack";
}

/* A double fault, as a system call has no vector. */
static const char *death_by_a_system_call(void)
{
	struct l4_msg msg;

	TRY(start_vcpu(call_without_entry_stack));
	TRY(await(LABEL_FAULT, &msg));
	CHECK_EQ(l4_tag_proto(msg.tag), L4_PROTO_VCPU_DEAD);
	CHECK_EQ(msg.mr[0], 8);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(VCPU_WORKER), L4_THREAD_STOP, 0), 0);
	CHECK_EQ(l4_thread_control(SLOT_THREAD(VCPU_WORKER), L4_THREAD_CONTINUE, 0), -L4_EINVAL);
	return NULL;
}

static const char *raise_and_wait(void)
{
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	CHECK_EQ(l4_irq_create(HOST_IRQ, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(HOST_IRQ, 0, HOST_THREAD, 61), 0);
	CHECK_EQ(l4_irq_raise(HOST_IRQ), 0);
	CHECK_EQ(l4_irq_raise(HOST_IRQ), 0);
	CHECK_EQ(l4_vcpu_control(L4_VCPU_WAIT, 0, 0), 0);
	CHECK_EQ(vcpu->irq_pending, 1);
	CHECK_EQ(take_pending(), 1UL << 61);
	CHECK_EQ(l4_irq_ack(HOST_IRQ), 0);
	CHECK_EQ(take_pending(), 1UL << 61);
	CHECK_EQ(l4_irq_ack(HOST_IRQ), 0);
	CHECK_EQ(take_pending(), 0);
	return NULL;
}

/* A timer in the past is due at once, and again when it is set again. */
static const char *timer_in_the_past(void)
{
	for (unsigned int i = 0; i < 3; i++) {
		CHECK_EQ(l4_vcpu_control(L4_VCPU_TIMER, 1, 0), 0);
		CHECK_EQ(l4_vcpu_control(L4_VCPU_WAIT, 0, 0), 0);
		CHECK_EQ(take_pending(), 1UL << L4_VCPU_PENDING_TIMER);
	}
	return NULL;
}

/* A fault of the server's leaves its interrupt flag as it was, by the short way and by the long one. */
static const char *flag_over_faults(void)
{
	static const l4_word_t addresses[] = { 0xffffffa000000018UL, 0x1234000000000000UL };
	struct l4_vcpu *vcpu = &vcpu_utcb()->vcpu;

	server_fixup = (l4_word_t)vcpu_read_fixup;
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(addresses); i++) {
		l4_word_t on = i % 2;

		server_flags = 0;
		vcpu->irq_on = on;
		CHECK_EQ(vcpu_read(addresses[i / 2]), -1UL);
		CHECK_EQ(vcpu->irq_on, on);
		vcpu->irq_on = 0;
		CHECK_EQ(server_flags & IF_FLAG, on ? IF_FLAG : 0);
		CHECK_EQ(server_event_count, i + 1);
	}
	return NULL;
}

/* A frame that a vCPU could resume; if it were, this thread would go on at the entry. */
static const char *resume_by_an_ordinary_thread(void)
{
	entry_stack.frame = (struct l4_frame){
		.ip = (l4_word_t)vcpu_entry_syscall, .cs = L4_CS_SERVER, .ss = L4_SS_SERVER,
		.flags = 2, .sp = (l4_word_t)&entry_stack.frame,
	};
	CHECK_EQ(vcpu_run(&entry_stack.frame), -L4_EINVAL);
	return NULL;
}

const struct test vcpu_tests[] = {
	{ "system call", system_call, true },
	{ "registers survive events", registers_survive_events, true },
	{ "exceptions", exceptions, true },
	{ "bad server frames", bad_server_frames, true },
	{ "bad user frames", bad_user_frames, true },
	{ "timer", timer_interrupts_the_guest, true },
	{ "wait", waiting, true },
	{ "virtual interrupt flag", virtual_interrupt_flag, true },
	{ "server faults", server_faults, true },
	{ "segment bases", bases_survive, true },
	{ "control errors", control_errors, true },
	{ "death is reported", death_is_reported, false },
	{ "death by a system call", death_by_a_system_call, false },
	{ "raise and wait", raise_and_wait, true },
	{ "timer in the past", timer_in_the_past, true },
	{ "32-bit code", code_of_32_bits, true },
	{ "server after 32-bit code", server_is_not_in_it, true },
	{ "timer, 32-bit code", timer_interrupts_32_bits, true },
	{ "virtual flag over faults", flag_over_faults, true },
	{ "resume by an ordinary thread", resume_by_an_ordinary_thread, false, "vcpu_resume EINVAL" },
	{ 0 },
};
