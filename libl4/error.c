/* SPDX-License-Identifier: GPL-2.0 */
/* Words for the errors of l4/types.h and l4/file.h, to end a sentence with. */
#include <l4/file.h>
#include <l4/p9.h>
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
	static const char *const file_text[] = {
		[P9_EPERM] = "that is not allowed with it",
		[P9_ENOENT] = "there is no such file or directory",
		[P9_EIO] = "the disk has failed",
		[P9_EACCES] = "there is no permission",
		[P9_EEXIST] = "there is one of that name",
		[P9_ENOTDIR] = "it is no directory",
		[P9_EISDIR] = "it is a directory",
		[P9_EINVAL] = "an argument is malformed or out of range",
		[P9_EMFILE] = "too many files are open",
		[P9_EFBIG] = "a file cannot be so large",
		[P9_ENOSPC] = "the disk is full",
		[P9_EROFS] = "nothing may be written there",
		[P9_EMLINK] = "it has too many names",
		[P9_ENAMETOOLONG] = "the name is too long",
		[P9_ENOTEMPTY] = "the directory is not empty",
	};
	l4_word_t number = error < 0 ? -error : error;

	if (number - L4_FILE_ERROR < ARRAY_SIZE(file_text) && file_text[number - L4_FILE_ERROR])
		return file_text[number - L4_FILE_ERROR];
	if (number >= ARRAY_SIZE(text) || !text[number])
		return "unknown error";
	return text[number];
}
