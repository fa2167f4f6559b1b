/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system calls, by number, with parameters, results and errors. This is
 * the reference; docs/abi.md only orders it.
 *
 * Convention: SYSCALL with the number in rax. Arguments in rdi, rsi, rdx, r10,
 * r8, r9, in this order. Result in rax, negative errors from types.h. rcx and
 * r11 are lost; all other registers are kept unless a call says otherwise.
 *
 * Any call returns -L4_ENOSYS for an unknown number. Where a parameter is a
 * capability, -L4_ENOCAP says that the slot is empty or of another type,
 * -L4_ERIGHTS that it lacks the right named with the parameter. Where a call
 * makes something, -L4_ENOMEM says that the quota of the calling task (for
 * mappings: of the receiving task) does not suffice. An object that is shut
 * down but still named (a thread after its task's end) gives -L4_EDEAD.
 */
#ifndef L4_SYSCALL_H
#define L4_SYSCALL_H

#include <l4/types.h>

/*
 * ipc(dest, tag, flags; mr0..mr3 in r8, r9, r10, rbx)
 *   dest    gate capability with right W; ignored without SEND. With CLOSED
 *           whom to receive from: the thread behind a gate (with SEND this
 *           one), a thread, or an irq; any right
 *   tag, flags: ipc.h
 *   returns rax = tag received (0 without RECV) or an error, rdi = label of
 *   the gate it came through, mr0..mr3 in r8, r9, r10, rbx. A send to a thread
 *   that already waits and a receive from one that already waits take place at
 *   once; otherwise the caller sleeps up to its timeout.
 *   A closed receive leaves other senders waiting, whatever their priority.
 *   errors: EINVAL tag or flags malformed, or the gate leads to the sender
 *   itself, or a reply sets registers that ring 3 cannot have (nothing is sent);
 *   ETIMEDOUT; ECANCELED another thread has ended it (thread_control); EDEAD
 *   the partner was or is deleted, or REPLY without a caller; EOVERFLOW an item
 *   found no window or buffer; EFAULT, EEXIST, ENOMEM, EINVAL an item failed
 *   (what was transferred before stays). A failed item ends a send or a reply
 *   before its receive phase, though the message is delivered; a CALL goes on to
 *   wait for its reply, and only the item count the receiver sees tells. In the
 *   middle of a string EDEAD, ECANCELED and ETIMEDOUT end it for both partners.
 */
#define L4_CALL_IPC		0

/*
 * task_create(slot, quota, flags)
 *   slot    empty slot for the new task's capability (all rights)
 *   quota   bytes of kernel memory moved from the caller's quota to it
 *   flags   L4_TASK_GUEST: a guest of the calling task: no capability table,
 *           address space in two views
 *   errors: EEXIST, EINVAL (quota below L4_TASK_QUOTA_MIN; the caller's task is
 *   the last of L4_TASK_DEPTH_MAX that made each other), ENOMEM. A guest's
 *   kernel memory is charged to its host and its quota argument must be 0.
 */
#define L4_CALL_TASK_CREATE	1
#define L4_TASK_GUEST		1UL
#define L4_TASK_QUOTA_MIN	0x8000UL
#define L4_TASK_DEPTH_MAX	32

/*
 * thread_create(slot, task, utcb, flags)
 *   slot    empty slot of the caller for the new thread's capability
 *   task    task capability with right X; not a guest
 *   utcb    page-aligned address in the task, not mapped: where its UTCB appears
 *   flags   L4_THREAD_VCPU: a vCPU
 *   The thread does not run until thread_start; its priority is 0, its
 *   timeslice 10 ms, it has no pager and no handler. errors: EEXIST, EINVAL,
 *   EBUSY (something is mapped at utcb), ENOMEM.
 */
#define L4_CALL_THREAD_CREATE	2
#define L4_THREAD_VCPU		1UL

/*
 * gate_create(slot, thread, label)
 *   slot    empty slot of the caller
 *   thread  the receiver: thread capability with right X
 *   label   what the receiver sees in rdi with each message
 *   errors: EEXIST, ENOMEM
 */
#define L4_CALL_GATE_CREATE	3

/*
 * irq_create(slot, system, pin)
 *   slot    empty slot of the caller
 *   system  the system capability, right W
 *   pin     0..15: the ISA interrupt, wherever ACPI says it is wired; above:
 *           global interrupt number of an IOAPIC pin; or L4_IRQ_SOFT: a
 *           software notification, raised with irq_control (system is ignored);
 *           or L4_IRQ_MSI: a device sends it as a message
 *   errors: EEXIST, EINVAL (no such pin), EBUSY (pin in use), ENOMEM
 */
#define L4_CALL_IRQ_CREATE	4
#define L4_IRQ_SOFT		(~0UL)
#define L4_IRQ_MSI		(~1UL)

/*
 * irq_control(irq, op, thread, label)
 *   irq     capability with right W; X for BIND and MOVE
 *   BIND    deliver to `thread' (right X): an ordinary thread receives a
 *           message of L4_PROTO_IRQ with `label'; for a vCPU `label' is a bit of
 *           what is pending: see vcpu.h. Unmasks the pin. An MSI's result is what
 *           the device is to be told: (address to write to) << 16 | data
 *   UNBIND  mask it, deliver to nobody
 *   ACK     the device is served: a level-triggered pin is unmasked again; an
 *           interrupt that came meanwhile is delivered
 *   RAISE   software: make it pending
 *   MOVE    deliver to another thread (right X) of the same sort instead, with the
 *           label that it has. What was delivered is not delivered again, but a
 *           message that nobody has received goes along. An MSI's result is what
 *           the device is to be told from now on, as BIND's; it may come once more
 *           than the device sends it.
 *   An interrupt goes to the home CPU of its thread, a pin's also after that has
 *   changed. A device that was told something older interrupts another CPU, which
 *   hands it on; MOVE to the same thread tells what is due.
 *   errors: EINVAL (no such label; MOVE: it is not bound, or one thread is a vCPU and
 *   the other is not), EBUSY (BIND when bound; all MSIs of that CPU are in use)
 */
#define L4_CALL_IRQ_CONTROL	5
#define L4_IRQ_BIND		0UL
#define L4_IRQ_UNBIND		1UL
#define L4_IRQ_ACK		2UL
#define L4_IRQ_RAISE		3UL
#define L4_IRQ_MOVE		4UL
/* Or'ed to BIND's op: trigger mode of an IOAPIC pin; default: what ACPI says */
#define L4_IRQ_LEVEL		(1UL << 8)
#define L4_IRQ_EDGE		(1UL << 9)
#define L4_IRQ_LOW		(1UL << 10)	/* active low; with LEVEL or EDGE */

/*
 * map(task, fpage, where)
 *   task    destination, task capability with right X; not a guest
 *   fpage   in the caller's space, with the rights to pass on (memory and ports:
 *           R among them); GRANT moves it. Capabilities that lack R are skipped,
 *           by GRANT also the one that task_create made
 *   where   destination address, port << 12 (must equal the source) or slot << 12
 *   errors: EINVAL (misaligned, or kernel addresses), EFAULT (nothing of it is
 *   mapped at the caller), EEXIST (a capability slot in use; memory and ports
 *   already mapped there are unmapped first), ENOMEM (part may be mapped)
 *   returns the number of pages, ports or slots mapped
 */
#define L4_CALL_MAP		6

/*
 * unmap(fpage, flags)
 *   fpage   in the caller's space; its rights are those to take away; taking R
 *           of memory or ports, or any right of capabilities, takes it all
 *   flags   L4_UNMAP_SELF: from the caller too; otherwise only from all that
 *           got it from the caller, directly or not
 *           L4_UNMAP_STATUS, of memory: returns L4_RIGHT_R if it was accessed
 *           since it was asked last, and L4_RIGHT_W if it was written to, by the
 *           caller or any of these, even if they lost it meanwhile. Without
 *           rights the call does only that. What a guest, or an alias made by
 *           guest_update, has counts as accessed and, if it can, written. Of a
 *           part of a large page all of that page is spoken of, and none is
 *           taken note of as reported
 *           L4_UNMAP_HOLD, of memory, with right X and no other flag: the caller
 *           itself does not execute there any more, but still can pass X on
 *   Takes the whole range, mapped or not; where the quota of a task does not
 *   allow to split what it has, all of that from this task, and from those who
 *   got it from there. Guest mappings of what a host task loses are taken too.
 *   What is mapped while the call is preempted counts as mapped after it. From a
 *   page that it is about to take, nobody can map or be granted anything any more,
 *   even if the caller is stopped before it is all gone: unmap it again.
 *   Unmapping the last capability of an object deletes it.
 *   errors: EINVAL
 */
#define L4_CALL_UNMAP		7
#define L4_UNMAP_SELF		1UL
#define L4_UNMAP_STATUS		(1UL << 1)
#define L4_UNMAP_HOLD		(1UL << 2)

/*
 * thread_control(thread, what, value)
 *   thread  capability with right X
 *   PAGER, HANDLER  value: slot of a gate in the caller's table, right W; page
 *           and I/O-port faults (all other exceptions) of the thread are sent there.
 *           Can be replaced, not taken away
 *   PRIORITY        0..255, not above the caller's own
 *   TIMESLICE       microseconds, L4_TIMESLICE_MIN..L4_TIMESLICE_MAX; what a new
 *           thread has is the most, so that equals can rely on their turns. What
 *           is left of the present one is not made longer
 *   STOP            value 0: stop it; an IPC it is in is cancelled
 *   CANCEL          value 0: the IPC it is in returns ECANCELED; EBUSY if it is
 *           in none (a fault that waits for its answer is none)
 *   CONTINUE        value 0: a stopped thread goes on with its registers as they
 *           are. An IPC that STOP has cancelled returns ECANCELED, a fault
 *           happens again. EBUSY: it is not stopped; EINVAL: it has no registers
 *           to go on with (never started, or a vCPU that died or whose guest
 *           was deleted while it ran)
 *   TIME            value 0: the result is how long it has been a CPU's current
 *           thread, in ticks of the TSC. Between threads that call each other this is
 *           told apart only as far as the scheduler has come in between: a call
 *           and its reply, when nothing else is to be done, do not look at the clock
 *   CPU             its home, the one CPU that it runs on: below the info page's
 *           `cpus'. A new thread's is that of the one that made it
 *   DELETE is unmap of its capability with L4_UNMAP_SELF by its creator.
 *   errors: EINVAL, ERIGHTS (priority), EBUSY
 */
#define L4_CALL_THREAD_CONTROL	8
#define L4_THREAD_PAGER		0UL
#define L4_THREAD_HANDLER	1UL
#define L4_THREAD_PRIORITY	2UL
#define L4_THREAD_TIMESLICE	3UL
#define L4_TIMESLICE_MIN	100UL
#define L4_TIMESLICE_MAX	10000UL
#define L4_THREAD_STOP		4UL
#define L4_THREAD_CANCEL	5UL
#define L4_THREAD_CONTINUE	6UL
#define L4_THREAD_CPU		7UL
#define L4_THREAD_TIME		8UL

/*
 * thread_start(thread, ip, sp, arg)
 *   thread  capability with right X, stopped or new
 *   ip, sp  canonical, outside the kernel's slot; arg: value of rdi at the start
 *   errors: EINVAL, EBUSY (it runs)
 */
#define L4_CALL_THREAD_START	9

/*
 * vcpu_resume()       rsp = a struct l4_frame; see vcpu.h. vCPUs only, from
 *   server mode. If vcpu.batch_count is not 0 and the frame is user mode's, the
 *   batch goes to the current guest first; if that fails the call returns the
 *   error and nothing is resumed. Does not return otherwise.
 *   A user frame whose selectors or ip IRET would refuse is the process's own
 *   fault: it comes back at once as the upcall of vector 13 with that frame, the
 *   bad selector being the error code.
 *   An error after a batch may cost the registers that a C function may change.
 *   errors: EINVAL (not a vCPU; a field of the frame is bad; user mode without
 *   a guest), EFAULT (frame not readable), and those of guest_update
 */
#define L4_CALL_VCPU_RESUME	10

/*
 * vcpu_control(op, a, b)   vCPUs only, about themselves
 *   SETUP   a = address for system calls, b = address for events
 *   GUEST   a = slot of a guest task of this host, or L4_VCPU_NO_GUEST:
 *           whose lower half the host view shows and user mode runs on
 *   TIMER   a = TSC value at which pending bit 63 is set; 0: never. One shot,
 *           a new value replaces the old
 *   WAIT    sleep until pending is not 0 (at once if it is)
 *   POLL    nothing; on the way out a pending interrupt is delivered if
 *           irq_on: what to call after switching irq_on on and seeing irq_pending
 *   DEBUG   its debug registers are those in its vCPU area, from now on
 *   FAULT_STACK  a = where the frame of an upcall ends that the server's own
 *           stack cannot take, because it has run into what is not mapped; a
 *           multiple of 16; 0: nowhere. What comes then is entered at the
 *           address for events: rsi = 8 (a double fault), rdx = the vector of
 *           the upcall that could not come (8: a system call), rcx = the
 *           frame's sp. Once; then it must be set again. Without it the vCPU
 *           stops for good, and its handler is told. An interrupt that could
 *           not come is still pending.
 *   errors: EINVAL, ENOCAP
 */
#define L4_CALL_VCPU_CONTROL	11
#define L4_VCPU_SETUP		0UL
#define L4_VCPU_GUEST		1UL
#define L4_VCPU_TIMER		2UL
#define L4_VCPU_WAIT		3UL
#define L4_VCPU_POLL		4UL
#define L4_VCPU_DEBUG		5UL
#define L4_VCPU_FAULT_STACK	6UL
#define L4_VCPU_NO_GUEST	(~0UL)

/*
 * guest_update(task, count)
 *   task    slot of a guest task of the caller, or L4_SELF_TARGET: mappings of
 *           the caller's memory elsewhere in its own upper half
 *   count   entries in the UTCB's batch[], 1..L4_BATCH_MAX; they are carried
 *           out in order
 *   For a guest only lower-half addresses are accepted, for the caller itself
 *   only upper-half ones outside the kernel's slot.
 *   For the caller itself MAP replaces only what an earlier such call mapped, and
 *   UNMAP takes only that.
 *   errors, with vcpu.batch_done entries carried out before: EINVAL (also: MAP
 *   without R, or over an ordinary mapping of the caller's own); EFAULT
 *   (host_va not mapped with those rights, or by such a call); ENOMEM; EBUSY (a
 *   MAP, and the batch's generation is lower than that of an earlier UNMAP: vcpu.h)
 */
#define L4_CALL_GUEST_UPDATE	12
#define L4_SELF_TARGET		(~0UL)

/*
 * task_info(task, what)   task capability, any right
 *   QUOTA_LIMIT, QUOTA_USED  bytes of kernel memory
 */
#define L4_CALL_TASK_INFO	13
#define L4_INFO_QUOTA_LIMIT	0UL
#define L4_INFO_QUOTA_USED	1UL

/*
 * system_control(system, op, value)   system capability
 *   PUTC    value: write the character to the boot console; waits until that
 *           takes it, but not for ever
 *   SCREEN_OFF  the kernel writes no more to the frame buffer (kip.h), which
 *           somebody is to have whom that would disturb; value is not looked at
 *   KMEM_FREE  returns bytes of kernel memory in no use
 *   OBJECTS    returns the number of kernel objects alive
 *   errors: EINVAL
 */
#define L4_CALL_SYSTEM_CONTROL	14
#define L4_SYSTEM_PUTC		0UL
#define L4_SYSTEM_KMEM_FREE	1UL
#define L4_SYSTEM_OBJECTS	2UL
#define L4_SYSTEM_SCREEN_OFF	3UL

/*
 * yield(thread): the rest of the timeslice goes to `thread' (right W), also if
 * its priority is lower; to others of the same priority if that is not ready to
 * run, or is L4_CAP_NONE. Returns 0.
 */
#define L4_CALL_YIELD		15

/*
 * thread_regs(thread, op)
 *   thread  capability with right X; not the caller
 *   READ    its registers into the caller's UTCB: struct l4_thread_regs in
 *           mr[4...]. Of a thread in an IPC those that the call may change (ax,
 *           di, bx, cx, r8 to r11) mean nothing
 *   WRITE   sets them from there. The thread must be stopped or wait for the
 *           answer to a fault; with registers set CONTINUE is possible
 *   errors: EINVAL (also: registers that ring 3 cannot have, see utcb.h), EBUSY
 */
#define L4_CALL_THREAD_REGS	16
#define L4_REGS_READ		0UL
#define L4_REGS_WRITE		1UL

#define L4_CALL_COUNT		17

/*
 * Slots the kernel fills for sigma0 and roottask. Slot 0 is never used, so
 * that a zeroed variable names nothing. Further servers get what their creator
 * gives them; libl4's instance.h says what a Linux instance finds.
 */
#define L4_CAP_NONE		0
#define L4_CAP_TASK		1	/* one's own task */
#define L4_CAP_THREAD		2	/* one's own first thread */
#define L4_CAP_SYSTEM		3	/* roottask and sigma0: authority over the machine */
#define L4_CAP_SIGMA0		4	/* roottask: gate to sigma0 */
#define L4_CAP_FIRST_FREE	16
#define L4_CAP_SLOTS		65536

#endif
