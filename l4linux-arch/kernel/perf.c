// SPDX-License-Identifier: GPL-2.0
/* Who called, for perf's samples. May run anywhere, so user memory that would fault ends the chain. */
#include <linux/perf_event.h>
#include <linux/ptrace.h>
#include <linux/uaccess.h>

#include <asm/stacktrace.h>
#include <asm/tlbflush.h>
#include <asm/unwind.h>

void perf_callchain_kernel(struct perf_callchain_entry_ctx *entry, struct pt_regs *regs)
{
	/* An upcall's frame has the bit of its flags that is always set; a caller's registers have none. */
	bool interrupted = regs->flags & X86_EFLAGS_FIXED;
	struct unwind_state state;
	unsigned long addr;

	if (interrupted && perf_callchain_store(entry, regs->ip))
		return;
	unwind_start(&state, current, interrupted ? regs : NULL,
		     interrupted ? NULL : (unsigned long *)regs->sp);
	for (; !unwind_done(&state); unwind_next_frame(&state)) {
		addr = unwind_get_return_address(&state);
		if (!addr || perf_callchain_store(entry, addr))
			return;
	}
}

/* Programs that keep a frame pointer. */
void perf_callchain_user(struct perf_callchain_entry_ctx *entry, struct pt_regs *regs)
{
	const struct stack_frame __user *frame = (void __user *)regs->bp;
	struct stack_frame copy;

	perf_callchain_store(entry, regs->ip);
	if (!nmi_uaccess_okay())
		return;
	pagefault_disable();
	while (entry->nr < entry->max_stack) {
		if (!access_ok(frame, sizeof(*frame)) ||
		    __copy_from_user_inatomic(&copy, frame, sizeof(copy)))
			break;
		perf_callchain_store(entry, copy.return_address);
		frame = (void __user *)copy.next_frame;
	}
	pagefault_enable();
}
