/* SPDX-License-Identifier: GPL-2.0 */
/* Whether the kernel can run here. */
#ifndef CHECK_H
#define CHECK_H

/* Refuses, in one sentence, a CPU that lacks something the kernel needs; fills in cpu_features. */
void cpu_check(void);

#endif
