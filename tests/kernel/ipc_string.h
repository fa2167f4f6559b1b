/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of string items: worker 0 sends to worker 1, each in a task of its own
 * where one region is not mapped at first; the main thread is their pager.
 */
#ifndef IPC_STRING_H
#define IPC_STRING_H

#include "ktest.h"

#define SOURCE		0x32000000000UL		/* in the sender's task */
#define TARGET		0x33000000000UL		/* in the receiver's */
#define REGION_ORDER	22
#define SIZE		0x10000UL
#define PAGES		(SIZE / L4_PAGE_SIZE)
#define NOWHERE		0x34000000000UL
#define KERNEL		0xffff800000001000UL
#define MORE_MEMORY	0x100000000000UL	/* sigma0's are mapped from here on */

/* Test memory: sources are in the first half, targets in the second. */
#define HALF		(1UL << (MEMORY_ORDER - 1))
#define SOURCE_MEMORY	((unsigned char *)MEMORY_BASE)
#define TARGET_MEMORY	((unsigned char *)MEMORY_BASE + HALF)

enum { ADDRESS, LENGTH, GATE, FLAGS };		/* arguments of workers */
enum { ERROR, TAG, WHAT, WHERE, WORD, DONE, PATIENT };	/* their results; PATIENT: string_timeout */

/* Its functions' addresses are handed on: a server has no table of such for its linker to fill in. */
#pragma GCC visibility push(hidden)

/* ipc_string_pair.c */
void fill(unsigned char *memory, l4_word_t size, unsigned int seed);
const char *same(const unsigned char *a, const unsigned char *b, l4_word_t size);
void send_string(struct worker *self);
void receive_string(struct worker *self);
const char *make_pair(void);

/* Deletes both, with their tasks and gates. */
void end_pair(void);
const char *map_half(l4_cap_t task, unsigned char *memory, l4_word_t address, l4_word_t rights);
const char *make_mapped_pair(void);
void start_pair(bool receiver_first);
const char *answer_fault(const struct l4_msg *fault, bool give);
const char *serve_faults(unsigned int ends, unsigned int refusals, unsigned int *faults);
const char *check_arrived(void);
const char *check_failed(long error);

/* Tests of ipc_string_fault.c */
const char *faults_of_both(void);
const char *faults_and_refusals(void);
const char *fault_for_writing(void);
const char *no_pager(void);
const char *no_pager_of_the_receiver(void);
const char *pager_is_partner(void);
const char *pager_dies_with_the_fault(void);
const char *pager_dies_before_the_fault(void);
const char *string_to_a_fault(void);
const char *pager_gives_nothing(void);
const char *patience_is_for_all_of_it(void);

/* Tests of ipc_string_break.c */
const char *broken_off_at_a_fault(void);
const char *timeouts_of_strings(void);
const char *preempted_while_copying(void);
const char *broken_off_while_copying(void);
const char *unmapped_while_copying(void);
const char *server_dies_while_copying(void);

/* Tests of ipc_string_items.c */
const char *call_and_reply(void);
const char *call_that_faults(void);
const char *mixed_with_pages(void);
const char *item_to_a_slot_in_use(void);
const char *large_flexpages(void);
const char *string_from_below(void);
const char *flexpage_from_below(void);

#pragma GCC visibility pop

#endif
