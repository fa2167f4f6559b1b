/* SPDX-License-Identifier: GPL-2.0 */
/* Copies between the kernel and ring 3; the copy loop is in x86/copy.S. */
#include "x86/mmu/useraccess.h"

#include "x86/cpu/layout.h"

/* Returns the bytes not copied. */
extern u64 user_copy(void *dst, const void *src, size_t size);
extern const char user_copy_begin[], user_copy_end[], user_copy_fault[];
extern const char upcall_begin[], upcall_end[], upcall_fault[];	/* entry.S's own accesses */
extern const char page_fault_begin[], page_fault_end[], page_fault_fault[];
extern const char resume_begin[], resume_end[], resume_fault[];

static bool range_is_user(u64 addr, size_t size)
{
	return is_user_addr(addr) && is_user_addr(addr + size - 1) &&
	       (addr >> 63) == ((addr + size - 1) >> 63);
}

bool copy_from_user(void *dst, u64 src, size_t size)
{
	return range_is_user(src, size) && !user_copy(dst, (const void *)src, size);
}

bool copy_to_user(u64 dst, const void *src, size_t size)
{
	return range_is_user(dst, size) && !user_copy((void *)dst, src, size);
}

u64 useraccess_fixup(u64 ip)
{
	static const struct {
		const char *begin, *end, *fault;
	} places[] = {
		{ user_copy_begin, user_copy_end, user_copy_fault },
		{ upcall_begin, upcall_end, upcall_fault },
		{ page_fault_begin, page_fault_end, page_fault_fault },
		{ resume_begin, resume_end, resume_fault },
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (ip >= (u64)places[i].begin && ip < (u64)places[i].end)
			return (u64)places[i].fault;
	return 0;
}
