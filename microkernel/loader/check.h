/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the kernel can run here. */
#ifndef CHECK_H
#define CHECK_H

/* Physical addresses of this CPU have so many bits. */
unsigned int cpu_address_bits(void);

/* Refuses, in one sentence, a CPU that lacks something the kernel needs; fills in cpu_features. */
void cpu_check(void);

#endif
