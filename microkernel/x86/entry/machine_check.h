/* SPDX-License-Identifier: GPL-2.0 */
/* Machine checks: switched on, and reported. */
#ifndef X86_MACHINE_CHECK_H
#define X86_MACHINE_CHECK_H

/* Once the IDT is loaded. */
void machine_check_init(void);

/* What the banks say of the one that has come. */
void machine_check_print(void);

#endif
