/* SPDX-License-Identifier: GPL-2.0 */
/* Nothing of x86's: asm/ptrace.h includes it for what it does not use here. */
