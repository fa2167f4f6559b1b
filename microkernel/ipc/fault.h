/* SPDX-License-Identifier: GPL-2.0 */
/* Faults and exceptions of ordinary threads, turned into IPC to their pager or handler. */
#ifndef FAULT_H
#define FAULT_H

#include "lib/types.h"

struct thread;

void fault_page(struct thread *thread, u64 address, u64 error);
void fault_exception(struct thread *thread, u64 vector, u64 error);

/* A vCPU's server has no stack for its upcall: tells the handler. */
void fault_vcpu_dead(struct thread *thread, u64 vector, u64 error);

#endif
