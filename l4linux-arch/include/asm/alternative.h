/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Alternatives without run-time patching: the interface of x86's header, for
 * the code borrowed from there, but the assembler takes the new instruction
 * or the old one once and for all. Taken are the features of the baseline CPU
 * that are no privileged instructions; SMAP in particular is not: stac and
 * clac are the microkernel's.
 */
#ifndef _ASM_L4_ALTERNATIVE_H
#define _ASM_L4_ALTERNATIVE_H

#include <linux/stringify.h>
#include <asm/asm.h>
#include <asm/bug.h>
#include <asm/cpufeatures.h>

#define ALT_NOT(feature)	((1 << 16) | (feature))

/* The assembler's truth of `flags': a feature, perhaps with ALT_NOT. */
#define ALT_FEATURE(flags)	((flags) & 0xffff)
#define ALT_TAKEN(flags)						\
	((((flags) >> 16) != 0) !=					\
	 ((ALT_FEATURE(flags) == X86_FEATURE_ALWAYS) ||			\
	  (ALT_FEATURE(flags) == X86_FEATURE_CX16) ||			\
	  (ALT_FEATURE(flags) == X86_FEATURE_POPCNT) ||			\
	  (ALT_FEATURE(flags) == X86_FEATURE_REP_GOOD) ||		\
	  (ALT_FEATURE(flags) == X86_FEATURE_XMM) ||			\
	  (ALT_FEATURE(flags) == X86_FEATURE_XMM2) ||			\
	  (ALT_FEATURE(flags) == X86_FEATURE_LFENCE_RDTSC)))

#ifndef __ASSEMBLY__

#include <linux/stddef.h>
#include <linux/types.h>

#ifdef CONFIG_SMP
#define LOCK_PREFIX "lock "
#else
#define LOCK_PREFIX ""
#endif
#define LOCK_PREFIX_HERE ""

#define alternatives_patched 1

#define ANNOTATE_IGNORE_ALTERNATIVE ""

#define ALTERNATIVE(old, new, flags)					\
	".if " __stringify(ALT_TAKEN(flags)) "\n\t" new "\n"		\
	".else\n\t" old "\n"						\
	".endif\n"

#define ALTERNATIVE_2(old, new1, flags1, new2, flags2)			\
	ALTERNATIVE(ALTERNATIVE(old, new1, flags1), new2, flags2)

#define ALTERNATIVE_3(old, new1, flags1, new2, flags2, new3, flags3)	\
	ALTERNATIVE(ALTERNATIVE_2(old, new1, flags1, new2, flags2), new3, flags3)

struct alt_instr;

static inline void apply_alternatives(struct alt_instr *start, struct alt_instr *end)
{
}

#define ALTERNATIVE_TERNARY(old, flags, yes, no)			\
	ALTERNATIVE(no, yes, flags)

#define alternative(old, new, flags)					\
	asm_inline volatile(ALTERNATIVE(old, new, flags) : : : "memory")

#define alternative_2(old, new1, flags1, new2, flags2)			\
	asm_inline volatile(ALTERNATIVE_2(old, new1, flags1, new2, flags2) \
		: : : "memory")

/* Operand 0 is unused, here and below. */
#define alternative_input(old, new, flags, input...)			\
	asm_inline volatile(ALTERNATIVE(old, new, flags) : : "i" (0), ## input)

#define alternative_io(old, new, flags, output, input...)		\
	asm_inline volatile(ALTERNATIVE(old, new, flags)		\
		: output : "i" (0), ## input)

#define alternative_call(oldfunc, newfunc, flags, output, input...)	\
	asm_inline volatile(						\
		ALTERNATIVE("call %c[old]", "call %c[new]", flags)	\
		: ALT_OUTPUT_SP(output)					\
		: [old] "i" (oldfunc), [new] "i" (newfunc), ## input)

#define alternative_call_2(oldfunc, newfunc1, flags1, newfunc2, flags2,	\
			   output, input...)				\
	asm_inline volatile(						\
		ALTERNATIVE_2("call %c[old]", "call %c[new1]", flags1,	\
			      "call %c[new2]", flags2)			\
		: ALT_OUTPUT_SP(output)					\
		: [old] "i" (oldfunc), [new1] "i" (newfunc1),		\
		  [new2] "i" (newfunc2), ## input)

/* kernel/text_probe.c: probes must keep away. */
int alternatives_text_reserved(void *start, void *end);

/* Calls and returns go straight: there are no thunks. */
static __always_inline void *callthunks_translate_call_dest(void *dest)
{
	return dest;
}

static __always_inline bool cpu_wants_rethunk(void)
{
	return false;
}

static __always_inline bool cpu_wants_rethunk_at(void *address)
{
	return false;
}

extern void (*x86_return_thunk)(void);

#define ASM_OUTPUT2(a...)		a
#define ASM_NO_INPUT_CLOBBER(clobber...) "i" (0) : clobber
#define ALT_OUTPUT_SP(...)		ASM_CALL_CONSTRAINT, ## __VA_ARGS__

#else /* __ASSEMBLY__ */

.macro LOCK_PREFIX
#ifdef CONFIG_SMP
	lock
#endif
.endm

.macro ANNOTATE_IGNORE_ALTERNATIVE
.endm

.macro ALTERNATIVE old, new, flags
	.if ALT_TAKEN(\flags)
	\new
	.else
	\old
	.endif
.endm

.macro ALTERNATIVE_2 old, new1, flags1, new2, flags2
	.if ALT_TAKEN(\flags2)
	\new2
	.elseif ALT_TAKEN(\flags1)
	\new1
	.else
	\old
	.endif
.endm

#endif /* __ASSEMBLY__ */

#endif
