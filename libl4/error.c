/* SPDX-License-Identifier: GPL-2.0 */
/* Words for the errors of l4/types.h, to end a sentence with. */
#include <l4/server.h>

const char *l4_error_text(long error)
{
	static const char *const text[] = {
		[L4_EINVAL] = "an argument is malformed or out of range",
		[L4_ENOCAP] = "there is no such capability",
		[L4_ERIGHTS] = "the capability lacks a right",
		[L4_ENOMEM] = "there is too little memory, or quota of kernel memory",
		[L4_EEXIST] = "the slot is in use",
		[L4_ETIMEDOUT] = "the time is over",
		[L4_EDEAD] = "the partner is gone",
		[L4_ECANCELED] = "it was cancelled",
		[L4_EFAULT] = "memory is not mapped",
		[L4_EBUSY] = "it is in use",
		[L4_ENOSYS] = "the kernel has no such call",
		[L4_EOVERFLOW] = "the receiver has no window for it",
	};
	l4_word_t number = error < 0 ? -error : error;

	if (number >= ARRAY_SIZE(text) || !text[number])
		return "unknown error";
	return text[number];
}
