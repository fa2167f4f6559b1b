/* SPDX-License-Identifier: GPL-2.0 */
/* Tests of irq objects: software notifications, and the RTC's periodic interrupt as a device's. */
#include "ktest.h"

#define LABEL_IRQ	0x1234UL
#define RTC_PIN		8
#define RTC_INDEX	0x70
#define RTC_DATA	0x71
#define RTC_STATUS_B	0x8b	/* with NMI off, as usual */
#define RTC_STATUS_C	0x8c
#define RTC_PERIODIC	0x40

static const char *await_irq(void)
{
	struct l4_msg msg;

	TRY(await(LABEL_IRQ, &msg));
	CHECK_EQ(msg.tag, l4_tag(0, 0, L4_PROTO_IRQ));
	return NULL;
}

static const char *no_irq(void)
{
	struct l4_msg msg;

	CHECK_EQ(receive(5 * MS, &msg), -L4_ETIMEDOUT);
	return NULL;
}

static const char *software(void)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), -L4_EBUSY);
	TRY(no_irq());
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	TRY(await_irq());
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	TRY(no_irq());
	CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
	TRY(await_irq());
	CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
	TRY(no_irq());
	CHECK_EQ(l4_irq_unbind(SLOT_FREE), 0);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	TRY(no_irq());
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), 0);
	return await_irq();
}

static void raiser(struct worker *self)
{
	(void)self;
	l4_irq_raise(SLOT_FREE);
	finish();
}

static const char *from_another_thread(void)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), 0);
	TRY(run_worker(0, L4_CAP_TASK, raiser));
	return await_irq();
}

static const char *errors(void)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, 100000), -L4_EINVAL);
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_TASK, RTC_PIN), -L4_ENOCAP);
	CHECK_EQ(l4_irq_create(SLOT_MAIN, L4_CAP_SYSTEM, RTC_PIN), -L4_EEXIST);
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, RTC_PIN), 0);
	CHECK_EQ(l4_irq_create(SLOT_FREE + 1, L4_CAP_SYSTEM, RTC_PIN), -L4_EBUSY);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), -L4_EINVAL);
	CHECK_EQ(l4_irq_raise(SLOT_MAIN), -L4_ENOCAP);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, L4_IRQ_LEVEL | L4_IRQ_EDGE, L4_CAP_THREAD, 0), -L4_EINVAL);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_TASK, 0), -L4_ENOCAP);
	CHECK_EQ(l4_syscall4(L4_CALL_IRQ_CONTROL, SLOT_FREE, 99, 0, 0), -L4_EINVAL);
	return NULL;
}

/* The timer's interrupt 0 is wired to pin 2 on a PC: they are one. */
static const char *shared_pin(void)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, 0), 0);
	CHECK_EQ(l4_irq_create(SLOT_FREE + 1, L4_CAP_SYSTEM, 2), -L4_EBUSY);
	return NULL;
}

static unsigned char rtc_read(unsigned char reg)
{
	l4_port_out8(RTC_INDEX, reg);
	return l4_port_in8(RTC_DATA);
}

static void rtc_write(unsigned char reg, unsigned char value)
{
	l4_port_out8(RTC_INDEX, reg);
	l4_port_out8(RTC_DATA, value);
}

static const char *ten_rtc_interrupts(void)
{
	for (unsigned int i = 0; i < 10; i++) {
		TRY(await_irq());
		rtc_read(RTC_STATUS_C);
		CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
	}
	return NULL;
}

/* The clock fires from now on, at a pin that main has bound; mode as in irq_control. */
static const char *rtc_starts(l4_word_t mode)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, RTC_PIN), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, mode, L4_CAP_THREAD, LABEL_IRQ), 0);
	rtc_write(RTC_STATUS_B, rtc_read(RTC_STATUS_B) | RTC_PERIODIC);
	rtc_read(RTC_STATUS_C);
	return NULL;
}

/* As it was before; what it has not told yet is forgotten. */
static void rtc_stops(unsigned char before)
{
	rtc_write(RTC_STATUS_B, before);
	rtc_read(RTC_STATUS_C);
}

static const char *device(void)
{
	unsigned char old = rtc_read(RTC_STATUS_B);
	const char *why;

	TRY(rtc_starts(0));
	why = ten_rtc_interrupts();
	rtc_stops(old);
	return why;
}

static void irq_counter(struct worker *self)
{
	struct l4_msg msg = { 0 };

	for (;;) {
		l4_ipc_recv(&msg);
		self->result[0] = msg.label;
	}
}

static const char *bound_thread_goes(void)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	TRY(run_worker(0, L4_CAP_TASK, irq_counter));
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, SLOT_THREAD(0), 77), 0);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	TRY(no_irq());
	CHECK_EQ(workers[0].result[0], 77);
	CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), 0);
	return await_irq();
}

/* The RTC holds its line until it is asked why: a level that stays, until acknowledged, is told once. */
static const char *level_triggered(void)
{
	unsigned char old = rtc_read(RTC_STATUS_B);
	const char *why;

	TRY(rtc_starts(L4_IRQ_LEVEL));
	TRY(await_irq());
	why = no_irq();
	CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);	/* not served: it comes again */
	TRY(await_irq());
	rtc_read(RTC_STATUS_C);
	CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
	if (!why)
		why = ten_rtc_interrupts();
	rtc_stops(old);
	return why;
}

/* Of a pin whose object goes while the device goes on nothing comes. */
static const char *deleted_while_it_fires(void)
{
	unsigned char old = rtc_read(RTC_STATUS_B);
	const char *why;

	TRY(rtc_starts(0));
	TRY(await_irq());
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_FREE, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	rtc_read(RTC_STATUS_C);
	why = no_irq();
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, RTC_PIN), 0);
	rtc_stops(old);
	return why;
}

/* Its message waits at a thread that is busy; what takes the irq away takes that too. */
static const char *unbind_takes_the_message(void)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), 0);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	CHECK_EQ(l4_irq_unbind(SLOT_FREE), 0);
	return no_irq();
}

static const char *delete_takes_the_message(void)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), 0);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_FREE, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	return no_irq();
}

/* QEMU's edu, a PCI device: an interrupt is raised, or acknowledged, by writing to a register. */
#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define PCI_COMMAND	0x04
#define PCI_MEMORY_AND_MASTER 6
#define PCI_BAR0	0x10
#define PCI_CAPABILITIES 0x34
#define PCI_LINE	0x3c
#define PCI_CAP_MSI	5
#define EDU_ID		0x11e81234U
#define EDU_RAISE	(0x60 / 4)
#define EDU_ACKNOWLEDGE	(0x64 / 4)
#define EDU_WINDOW	0x110000000000UL

static unsigned int pci_read(unsigned int device, unsigned int offset)
{
	l4_port_out32(PCI_ADDRESS, 0x80000000U | device << 11 | offset);
	return l4_port_in32(PCI_DATA);
}

static void pci_write(unsigned int device, unsigned int offset, unsigned int value)
{
	l4_port_out32(PCI_ADDRESS, 0x80000000U | device << 11 | offset);
	l4_port_out32(PCI_DATA, value);
}

/* Where the device's messages are described. */
static unsigned int find_msi(unsigned int device)
{
	unsigned int at = pci_read(device, PCI_CAPABILITIES) & 0xff;

	while (at && (pci_read(device, at) & 0xff) != PCI_CAP_MSI)
		at = pci_read(device, at) >> 8 & 0xff;
	return at;
}

static const char *ten_messages(volatile unsigned int *registers)
{
	for (unsigned int i = 0; i < 10; i++) {
		registers[EDU_RAISE] = 1;
		TRY(await_irq());
		registers[EDU_RAISE] = 1;
		TRY(no_irq());		/* not before the first is acknowledged */
		registers[EDU_ACKNOWLEDGE] = 1;
		CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
		TRY(await_irq());
		CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
	}
	return no_irq();
}

/* sigma0 gives its registers once: they stay mapped. */
static struct {
	unsigned int device;
	l4_word_t bar;
	volatile unsigned int *registers;
} edu;

static const char *open_edu(void)
{
	l4_word_t window = l4_fpage_mem(EDU_WINDOW, 32, L4_RIGHTS_ALL);

	for (edu.device = 0; edu.device < 32 && pci_read(edu.device, 0) != EDU_ID; edu.device++)
		;
	CHECK(edu.device < 32);
	edu.bar = pci_read(edu.device, PCI_BAR0) & ~0xfU;
	CHECK(edu.bar);
	keeps("a device's registers");
	if (!edu.registers)
		CHECK_EQ(l4_sigma0_request(l4_first_utcb(), L4_CAP_SIGMA0, L4_SIGMA0_DEVICE, edu.bar,
					   12, window, NULL), 0);
	edu.registers = (volatile unsigned int *)(EDU_WINDOW + edu.bar);
	pci_write(edu.device, PCI_COMMAND,
		  pci_read(edu.device, PCI_COMMAND) | PCI_MEMORY_AND_MASTER);
	return NULL;
}

static void tell_edu(unsigned int msi, l4_word_t message)
{
	pci_write(edu.device, msi + 4, message >> 16);
	pci_write(edu.device, msi + 8, message >> 48);
	pci_write(edu.device, msi + 12, message & 0xffff);
}

static void let_edu_send(unsigned int msi, bool on)
{
	unsigned int enable = 1U << 16, head = pci_read(edu.device, msi);

	pci_write(edu.device, msi, on ? head | enable : head & ~enable);
}

static const char *message_of_a_device(void)
{
	l4_word_t message;
	unsigned int msi;
	const char *why;

	TRY(open_edu());
	msi = find_msi(edu.device);
	CHECK(msi);
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, L4_IRQ_MSI), 0);
	message = l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ);
	CHECK((long)message > 0);
	tell_edu(msi, message);
	let_edu_send(msi, true);
	why = ten_messages(edu.registers);
	let_edu_send(msi, false);
	return why;
}

/* Time that a thousand instructions take, or far more if interrupts come without end. */
static l4_word_t time_of_some_work(void)
{
	l4_word_t start = l4_rdtsc();

	for (volatile unsigned int i = 0; i < 1000; i++)
		;
	return l4_rdtsc() - start;
}

/* While its line is up it comes again with each acknowledgement, but not before. */
static const char *ten_levels(volatile unsigned int *registers)
{
	for (unsigned int i = 0; i < 10; i++) {
		l4_word_t undisturbed = time_of_some_work(), start = l4_rdtsc();

		registers[EDU_RAISE] = 1;	/* what comes without end comes before the next instruction */
		TRY(await_irq());
		time_of_some_work();
		CHECK(l4_rdtsc() - start < 10 * undisturbed);
		TRY(no_irq());
		CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
		TRY(await_irq());
		registers[EDU_ACKNOWLEDGE] = 1;
		CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
		TRY(no_irq());
	}
	registers[EDU_RAISE] = 1;
	TRY(await_irq());
	CHECK_EQ(l4_irq_unbind(SLOT_FREE), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, L4_IRQ_LEVEL, L4_CAP_THREAD, LABEL_IRQ), 0);
	return await_irq();		/* the line is up still */
}

static const char *level_of_a_device(void)
{
	const char *why;

	TRY(open_edu());
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, pci_read(edu.device, PCI_LINE) & 0xff), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, L4_IRQ_LEVEL, L4_CAP_THREAD, LABEL_IRQ), 0);
	why = ten_levels(edu.registers);
	edu.registers[EDU_ACKNOWLEDGE] = 1;
	l4_irq_ack(SLOT_FREE);
	return why;
}

/* What a pin does while nobody is bound to it is lost. */
static const char *edges_of_a_device(void)
{
	TRY(open_edu());
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, pci_read(edu.device, PCI_LINE) & 0xff), 0);
	for (unsigned int i = 0; i < 4; i++) {
		CHECK_EQ(l4_irq_bind(SLOT_FREE, L4_IRQ_EDGE, L4_CAP_THREAD, LABEL_IRQ), 0);
		TRY(no_irq());
		edu.registers[EDU_RAISE] = 1;
		TRY(await_irq());
		edu.registers[EDU_ACKNOWLEDGE] = 1;
		CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
		CHECK_EQ(l4_irq_unbind(SLOT_FREE), 0);
		edu.registers[EDU_RAISE] = 1;
		edu.registers[EDU_ACKNOWLEDGE] = 1;
	}
	return NULL;
}

/* There may be any number of objects; bound are as many as the CPU has vectors, each another one. */
static const char *all_messages(void)
{
	static long message[256];
	unsigned int count;

	for (count = 0; count < 128; count++) {
		CHECK_EQ(l4_irq_create(SLOT_FREE + count, L4_CAP_SYSTEM, L4_IRQ_MSI), 0);
		message[count] = l4_irq_bind(SLOT_FREE + count, 0, L4_CAP_THREAD, LABEL_IRQ);
		if (message[count] <= 0)
			break;
		for (unsigned int i = 0; i < count; i++)
			CHECK(message[i] != message[count]);
	}
	CHECK(count >= 64);
	CHECK_EQ(message[count], -L4_EBUSY);
	CHECK_EQ(l4_irq_create(SLOT_FREE + count + 1, L4_CAP_TASK, L4_IRQ_MSI), -L4_ENOCAP);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), -L4_EINVAL);
	CHECK_EQ(l4_irq_unbind(SLOT_FREE + 3), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE + count, 0, L4_CAP_THREAD, LABEL_IRQ), message[3]);
	l4_unmap(l4_fpage_cap(SLOT_FREE + 5, 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	CHECK_EQ(l4_irq_bind(SLOT_FREE + 3, 0, L4_CAP_THREAD, LABEL_IRQ), message[5]);
	return NULL;
}

static const char *unbind_forgets_what_is_pending(void)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), 0);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	TRY(await_irq());
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	CHECK_EQ(l4_irq_unbind(SLOT_FREE), 0);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), 0);
	return no_irq();
}

static void tell_irq(struct worker *self)
{
	struct l4_msg msg = { 0 };

	if (!l4_ipc(L4_CAP_NONE, L4_IPC_RECV, &msg))
		self->result[0] = msg.label;
	finish();
}

/* Neither what lies at the first thread nor what comes later reaches it. */
static const char *move(void)
{
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_NONE, L4_IRQ_SOFT), 0);
	TRY(make_worker(0, L4_CAP_TASK, 0));
	CHECK_EQ(l4_irq_move(SLOT_FREE, SLOT_THREAD(0)), -L4_EINVAL);
	CHECK_EQ(l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ), 0);
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	CHECK_EQ(l4_irq_move(SLOT_FREE, SLOT_THREAD(0)), 0);
	TRY(no_irq());
	TRY(start_worker(0, tell_irq));
	l4_ipc_sleep(l4_timeout_us(MS));
	CHECK_EQ(workers[0].result[0], LABEL_IRQ);
	/* It is in service: the next one comes after the acknowledgement, to who has it then. */
	CHECK_EQ(l4_irq_raise(SLOT_FREE), 0);
	CHECK_EQ(l4_irq_move(SLOT_FREE, L4_CAP_THREAD), 0);
	TRY(no_irq());
	CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
	return await_irq();
}

#define MSI_CPU(message)	((message) >> 28 & 0xff)

static const char *move_of_a_message(void)
{
	unsigned int cpu = l4_kip()->cpus - 1;
	l4_word_t message, moved;

	CHECK_EQ(l4_thread_control(L4_CAP_THREAD, L4_THREAD_CPU, 0), 0);
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, L4_IRQ_MSI), 0);
	message = l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ);
	CHECK_EQ(MSI_CPU(message), 0);
	TRY(make_worker(0, L4_CAP_TASK, 0));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CPU, cpu), 0);
	CHECK_EQ(l4_irq_move(SLOT_FREE, SLOT_THREAD(0)), message + ((l4_word_t)cpu << 28));
	CHECK_EQ(l4_thread_control(SLOT_THREAD(0), L4_THREAD_CPU, 0), 0);
	moved = l4_irq_move(SLOT_FREE, SLOT_THREAD(0));
	CHECK_EQ(MSI_CPU(moved), 0);
	CHECK_EQ(l4_irq_move(SLOT_FREE, SLOT_THREAD(0)), moved);
	return NULL;
}

/* What a device sends to where it came before is not lost, until something has come to the new place. */
static const char *messages_follow(void)
{
	unsigned int cpu = l4_kip()->cpus - 1, msi;
	l4_word_t message, moved;

	TRY(open_edu());
	msi = find_msi(edu.device);
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, L4_IRQ_MSI), 0);
	message = l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ);
	tell_edu(msi, message);
	let_edu_send(msi, true);
	CHECK_EQ(l4_thread_control(L4_CAP_THREAD, L4_THREAD_CPU, cpu), 0);
	moved = l4_irq_move(SLOT_FREE, L4_CAP_THREAD);
	CHECK_EQ(MSI_CPU(moved), cpu);
	for (unsigned int i = 0; i < 3; i++) {
		edu.registers[EDU_RAISE] = 1;
		TRY(await_irq());
		CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
		tell_edu(msi, i ? moved : message);
	}
	edu.registers[EDU_RAISE] = 1;
	TRY(await_irq());
	CHECK_EQ(l4_irq_ack(SLOT_FREE), 0);
	if (cpu) {
		tell_edu(msi, message);
		edu.registers[EDU_RAISE] = 1;
		TRY(no_irq());
	}
	edu.registers[EDU_ACKNOWLEDGE] = 1;
	let_edu_send(msi, false);
	/* Moved again before anything has come: what may have been under way to the first place is taken for granted. */
	for (unsigned int i = 0; i < 2; i++) {
		CHECK_EQ(l4_thread_control(L4_CAP_THREAD, L4_THREAD_CPU, i ? cpu : 0), 0);
		CHECK(l4_irq_move(SLOT_FREE, L4_CAP_THREAD) > 0);
	}
	return cpu ? await_irq() : no_irq();
}

/* What comes while nobody has it is lost, and its vector is another's only when it is bound anew. */
static const char *messages_of_a_dead_thread(void)
{
	l4_word_t message, again;
	unsigned int msi;

	TRY(open_edu());
	msi = find_msi(edu.device);
	CHECK_EQ(l4_irq_create(SLOT_FREE, L4_CAP_SYSTEM, L4_IRQ_MSI), 0);
	CHECK_EQ(l4_irq_create(SLOT_FREE + 1, L4_CAP_SYSTEM, L4_IRQ_MSI), 0);
	TRY(make_worker(0, L4_CAP_TASK, 0));
	message = l4_irq_bind(SLOT_FREE, 0, SLOT_THREAD(0), LABEL_IRQ);
	CHECK((long)message > 0);
	tell_edu(msi, message);
	let_edu_send(msi, true);
	CHECK_EQ(l4_unmap(l4_fpage_cap(SLOT_THREAD(0), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF), 0);
	edu.registers[EDU_RAISE] = 1;
	CHECK(l4_irq_bind(SLOT_FREE + 1, 0, L4_CAP_THREAD, LABEL_IRQ) > 0);
	edu.registers[EDU_RAISE] = 1;
	let_edu_send(msi, false);
	edu.registers[EDU_ACKNOWLEDGE] = 1;
	again = l4_irq_bind(SLOT_FREE, 0, L4_CAP_THREAD, LABEL_IRQ);
	CHECK((long)again > 0 && again != message);
	return no_irq();
}

const struct test irq_tests[] = {
	{ "software", software, false },
	{ "from another thread", from_another_thread, false },
	{ "errors", errors, false },
	{ "shared pin", shared_pin, false },
	{ "device", device, false },
	{ "bound thread goes", bound_thread_goes, false },
	{ "level triggered", level_triggered, false },
	{ "deleted while it fires", deleted_while_it_fires, false },
	{ "unbind takes the message", unbind_takes_the_message, false },
	{ "delete takes the message", delete_takes_the_message, false },
	{ "messages of a device", message_of_a_device, false },
	{ "all messages there are", all_messages, false, "irq_create EBUSY, irq_create ENOCAP" },
	{ "unbind forgets what is pending", unbind_forgets_what_is_pending, false },
	{ "level of a device", level_of_a_device, false },
	{ "edges of a device", edges_of_a_device, false },
	{ "move", move, false },
	{ "move of a message", move_of_a_message, false },
	{ "messages follow their thread", messages_follow, false },
	{ "messages of a dead thread", messages_of_a_dead_thread, false },
	{ 0 },
};
