/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's panic ends the test, and says where a random one was. */
#include "base/panic.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "random.h"

void panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	fprintf(stderr, " (step %lu)\n", host_step);
	va_end(args);
	abort();
}

void refuse(const char *format, ...)
{
	panic("refused: %s", format);
}
