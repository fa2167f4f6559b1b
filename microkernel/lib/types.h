/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's basic types and the few helpers that everything uses. */
#ifndef TYPES_H
#define TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <l4/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;
typedef u64 phys_t;


#define PAGE_SHIFT	L4_PAGE_SHIFT
#define PAGE_SIZE	L4_PAGE_SIZE

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

#define __must_check	__attribute__((warn_unused_result))
#define __noreturn	__attribute__((noreturn))
#define __always_inline	inline __attribute__((always_inline))
#define __noinline	__attribute__((noinline))
/* Written at boot only: tables.c makes it read-only then. */
#define __fixed		__attribute__((section(".bss.fixed")))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

static inline u64 align_down(u64 value, u64 size)
{
	return value & ~(size - 1);
}

static inline u64 align_up(u64 value, u64 size)
{
	return align_down(value + size - 1, size);
}

#endif
