/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reading and writing ring 3's memory in the loaded address space, through
 * the CPU's own walk with SMAP lifted for just these copies. Addresses in the
 * kernel's slot are refused before; a fault ends the copy.
 */
#ifndef USERACCESS_H
#define USERACCESS_H

#include "lib/types.h"

/* False if not all of it could be read (written); the destination may be partly filled. */
bool copy_from_user(void *dst, u64 src, size_t size) __must_check;
bool copy_to_user(u64 dst, const void *src, size_t size) __must_check;

/* A kernel-mode fault at `ip': where to go on instead, or 0 if it was no user copy. */
u64 useraccess_fixup(u64 ip);

#endif
