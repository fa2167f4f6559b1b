/* SPDX-License-Identifier: GPL-2.0 */
/* IN and OUT of one, two or four bytes. */
#ifndef _ASM_L4_PORT_ACCESS_H
#define _ASM_L4_PORT_ACCESS_H

#include <linux/io.h>

static inline u32 port_in(unsigned int port, unsigned int size)
{
	if (size == 1)
		return inb(port);
	return size == 2 ? inw(port) : inl(port);
}

static inline void port_out(unsigned int port, unsigned int size, u32 value)
{
	if (size == 1)
		outb(value, port);
	else if (size == 2)
		outw(value, port);
	else
		outl(value, port);
}

#endif
