/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fills its memory, notes that in a byte that the PC's clock keeps, and resets the
 * machine; the next time it looks what has been left of it.
 */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/thread.h>

#define ORDER		20
#define CMOS_INDEX	0x70
#define CMOS_DATA	0x71
#define CMOS_BYTE	0x60		/* that nobody else uses */
#define NOTE		0x5a
#define PCI_ADDRESS	0xcf8
#define RESET_CONTROL	0xcf9
#define RESET		6

int main(int argc, char **argv)
{
	l4_word_t place = l4_pages_reserve(ORDER);
	const unsigned char *memory = (const unsigned char *)place;
	l4_word_t left = 0;

	(void)argc, (void)argv;
	if (l4_memory_request(L4_CAP_PARENT, ORDER, place, NULL) ||
	    l4_ports_request(CMOS_INDEX, CMOS_DATA) ||
	    l4_ports_request(PCI_ADDRESS, PCI_ADDRESS + 7))
		return 1;
	for (l4_word_t i = 0; i < 1UL << ORDER; i++)
		left += memory[i] == NOTE;
	l4_port_out8(CMOS_INDEX, CMOS_BYTE);
	if (l4_port_in8(CMOS_DATA) == NOTE) {
		l4_port_out8(CMOS_DATA, 0);
		printf("%lu bytes are left\n", left);
		return 0;
	}
	memset((void *)place, NOTE, 1UL << ORDER);
	l4_port_out8(CMOS_DATA, NOTE);
	printf("resets\n");
	l4_port_out8(RESET_CONTROL, RESET);
	l4_sleep_forever();
}
