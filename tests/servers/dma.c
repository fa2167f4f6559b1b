/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A driver that dies while its device still has something to write. QEMU's "edu"
 * takes a tenth of a second for a transfer; what was asked for in one life must not
 * arrive in the memory of the next one, which is the same.
 */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/thread.h>

#define PCI_ADDRESS	0xcf8
#define PCI_DATA	0xcfc
#define PCI_DEVICES	32
#define PCI_COMMAND	0x04
#define PCI_BAR_0	0x10
#define COMMAND_MEMORY	0x02
#define COMMAND_MASTER	0x04
#define EDU_ID		0x11e81234
#define RNG_ID		0x10051af4	/* virtio's, with registers in ports and in memory */

#define EDU_ALIVE	(0x04 / 4)	/* reads as the complement of what was written */
#define EDU_DMA_FROM	(0x80 / 4)
#define EDU_DMA_TO	(0x88 / 4)
#define EDU_DMA_COUNT	(0x90 / 4)
#define EDU_DMA_COMMAND	(0x98 / 4)
#define EDU_BUFFER	0x40000		/* the device's own memory, as it names it */
#define EDU_COUNT	2048U
#define DMA_START	1
#define DMA_TO_MEMORY	2

#define MARK		0x12345678U
#define PATTERN		0x5a

static unsigned int pci_read(unsigned int device, unsigned int reg)
{
	l4_port_out32(PCI_ADDRESS, 1U << 31 | device << 11 | reg);
	return l4_port_in32(PCI_DATA);
}

static void pci_write(unsigned int device, unsigned int reg, unsigned int value)
{
	l4_port_out32(PCI_ADDRESS, 1U << 31 | device << 11 | reg);
	l4_port_out32(PCI_DATA, value);
}

static void write_memory(volatile unsigned int *edu, l4_word_t to)
{
	volatile unsigned int *address = &edu[EDU_DMA_TO];

	edu[EDU_DMA_FROM] = EDU_BUFFER;
	edu[EDU_DMA_FROM + 1] = 0;
	address[0] = to;
	address[1] = to >> 32;
	edu[EDU_DMA_COUNT] = EDU_COUNT;
	edu[EDU_DMA_COMMAND] = DMA_START | DMA_TO_MEMORY;
}

static unsigned int count_changed(const volatile unsigned char *page)
{
	unsigned int changed = 0;

	for (unsigned int i = 0; i < L4_PAGE_SIZE; i++)
		changed += page[i] != PATTERN;
	return changed;
}

static long find_device(unsigned int id)
{
	for (unsigned int device = 0; device < PCI_DEVICES; device++) {
		if (pci_read(device, 0) == id)
			return device;
	}
	return -L4_ENOCAP;
}

static long drive(bool once)
{
	l4_word_t place = l4_pages_reserve(L4_PAGE_SHIFT), physical;
	long error = l4_memory_request(L4_CAP_PARENT, L4_PAGE_SHIFT, place, &physical);
	volatile unsigned int *edu;
	long device;

	if (error || l4_ports_request(PCI_ADDRESS, PCI_DATA + 3))
		return 1;
	device = find_device(EDU_ID);
	if (device < 0)
		return 2;
	edu = l4_device_request(pci_read(device, PCI_BAR_0) & ~15U, L4_PAGE_SHIFT);
	if (!edu)
		return 3;
	memset((void *)place, PATTERN, L4_PAGE_SIZE);
	if (edu[EDU_ALIVE] != ~MARK) {
		pci_write(device, PCI_COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
		edu[EDU_ALIVE] = MARK;
		if (once) {
			write_memory(edu, physical);
			l4_sleep_us(500000);
			printf("the device has changed %u bytes\n", count_changed((void *)place));
		}
		write_memory(edu, physical);
		*(volatile int *)0 = 1;
	}
	printf("master: %u\n", pci_read(device, PCI_COMMAND) & COMMAND_MASTER);
	l4_sleep_us(500000);
	printf("the next life has %u bytes changed\n", count_changed((void *)place));
	return 0;
}

/* The device is another one's, who ends meanwhile. */
static long watch(unsigned int id)
{
	long device;

	if (l4_ports_request(PCI_ADDRESS, PCI_DATA + 3))
		return 1;
	device = find_device(id);
	if (device < 0)
		return 2;
	pci_write(device, PCI_COMMAND, COMMAND_MEMORY | COMMAND_MASTER);
	printf("master before: %u\n", pci_read(device, PCI_COMMAND) & COMMAND_MASTER);
	l4_sleep_us(2000000);
	printf("master: %u\n", pci_read(device, PCI_COMMAND) & COMMAND_MASTER);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc && !strcmp(argv[0], "watch"))
		return watch(argc > 1 ? RNG_ID : EDU_ID);
	return drive(argc && !strcmp(argv[0], "once"));
}
