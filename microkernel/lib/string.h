/* SPDX-License-Identifier: GPL-2.0 */
/* The memory and string functions that the compiler and the kernel need. */
#ifndef STRING_H
#define STRING_H

#include "lib/types.h"

void *memcpy(void *dst, const void *src, size_t size);
void *memmove(void *dst, const void *src, size_t size);
void *memset(void *dst, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t size);
const char *strstr(const char *text, const char *word);

#endif
