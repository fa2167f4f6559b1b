/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ABI's basic types and its error numbers. Usable from the kernel, from
 * servers, from Linux's arch/l4 and, up to the #ifndef, from assembler.
 */
#ifndef L4_TYPES_H
#define L4_TYPES_H

#define L4_PAGE_SHIFT		12
#define L4_PAGE_SIZE		(1UL << L4_PAGE_SHIFT)

/*
 * Errors. A call returns zero or a positive result on success and one of
 * these, negative, on failure. A call that fails has changed nothing unless
 * its description says otherwise.
 */
#define L4_EINVAL		1	/* an argument is out of range or malformed */
#define L4_ENOCAP		2	/* no capability of the right type in that slot */
#define L4_ERIGHTS		3	/* the capability lacks the right for this */
#define L4_ENOMEM		4	/* the kernel-memory quota is spent */
#define L4_EEXIST		5	/* the destination slot is in use */
#define L4_ETIMEDOUT		6	/* the send or receive phase timed out */
#define L4_EDEAD		7	/* the partner is gone, or was deleted meanwhile */
#define L4_ECANCELED		8	/* another thread cancelled the operation */
#define L4_EFAULT		9	/* memory that the call names is not mapped */
#define L4_EBUSY		10	/* the object is in a state that forbids this */
#define L4_ENOSYS		11	/* no such call */
#define L4_EOVERFLOW		12	/* the message does not fit the receiver's window */

#ifndef __ASSEMBLER__

typedef unsigned long l4_word_t;	/* 64 bits */
typedef unsigned int l4_cap_t;		/* a slot in the task's capability table */

_Static_assert(sizeof(l4_word_t) == 8, "the ABI is 64 bit");

#endif
#endif
