/* SPDX-License-Identifier: GPL-2.0 */
/* Loading sigma0 and roottask from the boot loader's modules. */
#ifndef EXEC_H
#define EXEC_H

#include <l4/kip.h>

#include "lib/types.h"

struct task;

/*
 * Copies the module named like the task into memory of its own and maps it,
 * with a stack. Returns the entry. Refuses, in one sentence, what is no program.
 */
u64 exec_load(struct task *task, const struct l4_kip *kip);

#endif
