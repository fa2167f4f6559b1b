/* SPDX-License-Identifier: GPL-2.0 */
/* Modules of native Linux have the same release in their name and must not be taken for ours. */
#ifndef _ASM_L4_VERMAGIC_H
#define _ASM_L4_VERMAGIC_H

#define MODULE_ARCH_VERMAGIC	"l4 "

#endif
