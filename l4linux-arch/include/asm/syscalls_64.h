/* SPDX-License-Identifier: GPL-2.0 */
/* The table that kernel/Makefile.syscalls makes, under x86's name. */
#include <asm/syscall_table_64.h>
