/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A driver for a PCI device: QEMU's "edu", which computes factorials. It is
 * found by the configuration ports, its registers are device memory, and it
 * interrupts by sending a message (MSI).
 */
#include <l4/interrupt.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>

#include "factorial.h"

#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define PCI_DEVICES	32
#define PCI_ID		0x00
#define PCI_COMMAND	0x04
#define PCI_BAR_0	0x10
#define PCI_CAPABILITIES 0x34
#define COMMAND_MEMORY	0x02
#define COMMAND_MASTER	0x04		/* also needed to send messages */
#define CAPABILITY_MSI	0x05
#define MSI_ENABLE	(1U << 16)
#define MSI_64_BITS	(1U << 23)

#define EDU_ID		0x11e81234
#define EDU_FACTORIAL	(0x08 / 4)
#define EDU_STATUS	(0x20 / 4)
#define EDU_IRQ_STATUS	(0x24 / 4)
#define EDU_IRQ_ACK	(0x64 / 4)
#define STATUS_BUSY	0x01
#define STATUS_IRQ	0x80		/* interrupt when a factorial is done */
#define IRQ_FACTORIAL	0x01

#define TIMEOUT_US	2000000

static long irq;
static volatile unsigned int *edu;
static l4_word_t interrupts;

static void pci_select(unsigned int device, unsigned int reg)
{
	l4_port_out32(PCI_ADDRESS, 1U << 31 | device << 11 | reg);
}

static unsigned int pci_read(unsigned int device, unsigned int reg)
{
	pci_select(device, reg);
	return l4_port_in32(PCI_DATA);
}

static void pci_write(unsigned int device, unsigned int reg, unsigned int value)
{
	pci_select(device, reg);
	l4_port_out32(PCI_DATA, value);
}

/* message: address << 16 | data */
static long enable_msi(unsigned int device, l4_word_t message)
{
	unsigned int at = pci_read(device, PCI_CAPABILITIES) & 0xfc;
	unsigned int head;

	for (unsigned int i = 0; at && i < 64; i++, at = head >> 8 & 0xfc) {
		head = pci_read(device, at);
		if ((head & 0xff) != CAPABILITY_MSI)
			continue;
		pci_write(device, at + 4, message >> 16);
		if (head & MSI_64_BITS)
			pci_write(device, at + 8, message >> 48);
		pci_write(device, at + (head & MSI_64_BITS ? 12 : 8), message & 0xffff);
		pci_write(device, at, head | MSI_ENABLE);
		return 0;
	}
	return -L4_ENOSYS;
}

static long start_device(unsigned int device)
{
	long message, error;

	edu = l4_device_request(pci_read(device, PCI_BAR_0) & ~15U, L4_PAGE_SHIFT);
	if (!edu)
		return -L4_ERIGHTS;
	irq = l4_msi();
	if (irq < 0)
		return irq;
	message = l4_irq_attach(irq, 0, 0);
	error = message < 0 ? message : enable_msi(device, message);
	pci_write(device, PCI_COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
	if (!error)
		edu[EDU_STATUS] = STATUS_IRQ;
	return error;
}

/* What has come too late for the one before must not be taken for the next one's answer. */
static void forget_interrupts(void)
{
	edu[EDU_IRQ_ACK] = edu[EDU_IRQ_STATUS];
	if (!l4_irq_wait(irq, L4_TIMEOUT_ZERO))
		l4_irq_ack(irq);
}

/* The interrupt says that something has happened; the device says what. */
static long wait_done(void)
{
	l4_word_t end = l4_rdtsc() + l4_kip()->tsc_khz * (TIMEOUT_US / 1000);
	unsigned int what;
	long error;

	do {
		error = l4_irq_wait(irq, l4_timeout_us(TIMEOUT_US));
		if (error)
			return error;
		what = edu[EDU_IRQ_STATUS];
		edu[EDU_IRQ_ACK] = what;
		l4_irq_ack(irq);
		if (what & IRQ_FACTORIAL && !(edu[EDU_STATUS] & STATUS_BUSY))
			return 0;
	} while (l4_rdtsc() < end);
	return -L4_ETIMEDOUT;
}

static long serve_factorial(struct l4_request *request, const struct factorial *in,
			    struct factorial_reply *reply)
{
	long error;

	(void)request;
	if (edu[EDU_STATUS] & STATUS_BUSY)
		return -L4_EBUSY;
	forget_interrupts();
	edu[EDU_FACTORIAL] = in->of;
	error = wait_done();
	if (error)
		return error;
	reply->is = edu[EDU_FACTORIAL];
	reply->interrupts = ++interrupts;
	return 0;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(factorial, serve_factorial),
};

int main(int argc, char **argv)
{
	long error = l4_ports_request(PCI_ADDRESS, PCI_DATA + 3);
	unsigned int device = 0;

	(void)argc, (void)argv;
	while (!error && device < PCI_DEVICES && pci_read(device, PCI_ID) != EDU_ID)
		device++;
	if (device == PCI_DEVICES)
		error = -L4_ENOCAP;
	if (!error)
		error = start_device(device);
	if (error) {
		printf("there is no device, or it is not granted: %s\n", l4_error_text(error));
		return 1;
	}
	printf("device %u, memory and messages\n", device);
	l4_serve(&(struct l4_server){ .handlers = handlers, .count = ARRAY_SIZE(handlers) });
}
