/* SPDX-License-Identifier: GPL-2.0 */
/* No debugger: what kdb.c replaces. See debug.h. */
#include "base/debug.h"

struct debug_hooks debug_hooks;

__attribute__((weak)) void debug_init(const char *cmdline)
{
	(void)cmdline;
}
