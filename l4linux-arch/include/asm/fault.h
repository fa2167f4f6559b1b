/* SPDX-License-Identifier: GPL-2.0 */
/* Faults that Linux resolves, as the upcall (upcall.c) hands them on. */
#ifndef _ASM_L4_FAULT_H
#define _ASM_L4_FAULT_H

#include <linux/types.h>

struct pt_regs;

/* kernel/ioport.c: the server's access to a port it does not have; false if it is none. */
bool absent_port_access(struct pt_regs *regs);

/* mm/extable.c: a register by the number that instructions have for it. */
unsigned long *numbered_register(struct pt_regs *regs, unsigned int number);

/*
 * mm/fault.c. When page_fault says true, page_fault_exit is the last thing
 * before the process is resumed.
 */
bool page_fault(struct pt_regs *regs, unsigned long error, unsigned long address);
void page_fault_exit(unsigned long error, unsigned long address);

/* Linux has tried an access for the process, in vain: the signal for it. */
void fault_for_process(struct pt_regs *regs, unsigned long error, unsigned long address);

/* The resume came back because what page_fault_exit had prepared failed. */
void page_fault_retry(struct pt_regs *regs, int batch_error);

#endif
