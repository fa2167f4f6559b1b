/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kernel debugger's parts. Objects are named by their physical address,
 * which is what of their address differs. It changes nothing that it looks at.
 */
#ifndef KDB_H
#define KDB_H

#include "base/object.h"
#include "x86/cpu/layout.h"

struct thread;

static inline u64 kdb_id(const void *object)
{
	return object ? virt_to_phys(object) : 0;
}

/* The object of that name and type, NULL (and a line about it) if there is none. */
void *kdb_find(u64 id, enum object_type type);

/* The commands, and the numbers typed behind the letter, or 0. */
extern u64 kdb_arg[2];
void kdb_tasks(void);
void kdb_threads(void);
void kdb_caps(void);
void kdb_cpus(void);
void kdb_queues(void);
void kdb_chains(void);
void kdb_memory(void);
void kdb_mappings(void);
void kdb_walk(void);
void kdb_trace(void);

/* The hook that fills the trace. */
void kdb_record(struct thread *thread, u64 vector, u64 number, u64 a, u64 b, u64 c);

#endif
