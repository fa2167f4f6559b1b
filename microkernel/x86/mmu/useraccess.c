/* SPDX-License-Identifier: GPL-2.0 */
/* Copies between the kernel and ring 3; the copy loop is in copy.S. */
#include "x86/mmu/useraccess.h"

#include "x86/cpu/layout.h"

/* Returns the bytes not copied. */
extern u64 user_copy(void *dst, const void *src, size_t size);

/* The linker's: where fixup.h has put what it was told. */
extern const struct fixup {
	u64 begin, end, otherwise;
} image_fixups[], image_fixups_end[];

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
	for (const struct fixup *fixup = image_fixups; fixup < image_fixups_end; fixup++)
		if (ip >= fixup->begin && ip < fixup->end)
			return fixup->otherwise;
	return 0;
}
