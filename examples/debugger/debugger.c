/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A debugger, as an ordinary task: it loads another program, is its parent and
 * its handler, and gets all its registers with each exception. The program's
 * memory is the debugger's, so it can put a breakpoint into its code.
 *
 * A breakpoint is an INT3 in place of an instruction's first byte. To go on, the
 * byte is put back, the instruction executed alone by means of the trap flag,
 * and the breakpoint set again.
 */
#include <l4/elf.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/task.h>

#define QUOTA		(128UL << 10)
#define VECTOR_DEBUG	1
#define VECTOR_INT3	3
#define FLAG_TRAP	(1UL << 8)
#define INT3		0xcc
#define ANSWER		42

static struct l4_task debuggee;
static struct elf_image image;
static l4_word_t breakpoint;		/* its address; 0: none */
static unsigned char original;		/* the byte in its place */
static unsigned int hits;

/* Its memory, as we see it. */
static unsigned char *memory_of(l4_word_t address)
{
	l4_word_t offset = address - (image.start & ~(L4_PAGE_SIZE - 1));

	return address >= image.start && address < image.end ?
		       (unsigned char *)debuggee.memory + offset : NULL;
}

static void set_breakpoint(l4_word_t address)
{
	unsigned char *code = memory_of(address);

	if (!code)
		return;
	breakpoint = address;
	original = *code;
	*code = INT3;
	printf("breakpoint at 0x%lx\n", address);
}

static void hit(struct l4_frame *frame)
{
	printf("hit %u: RDI is %lu\n", ++hits, frame->di);
	*memory_of(breakpoint) = original;
	frame->ip = breakpoint;
	frame->flags |= FLAG_TRAP;
}

static void stepped(struct l4_frame *frame)
{
	printf("stepped to 0x%lx\n", frame->ip);
	*memory_of(breakpoint) = INT3;
	frame->flags &= ~FLAG_TRAP;
}

static long exception(l4_word_t client, struct l4_exception *exception)
{
	struct l4_frame *frame = &exception->regs.frame;

	(void)client;
	if (exception->mr[0] == VECTOR_DEBUG && breakpoint)
		stepped(frame);
	else if (exception->mr[0] == VECTOR_INT3 && breakpoint && frame->ip == breakpoint + 1)
		hit(frame);
	else if (exception->mr[0] == VECTOR_INT3 && !breakpoint)
		set_breakpoint(frame->di);
	else if (exception->mr[0] == VECTOR_INT3)
		frame->ax = ANSWER;
	else
		return -L4_EFAULT;
	return 0;
}

/* These messages bring no registers, but they can be read. */
static long fault(struct l4_request *request, l4_word_t address, l4_word_t rights)
{
	struct l4_thread_regs regs;

	(void)request;
	if (l4_thread_regs(debuggee.thread, L4_REGS_READ))
		return -L4_EFAULT;
	regs = *l4_utcb_regs(l4_utcb());
	printf("page fault at 0x%lx (rights %lu): that is its end\n", address, rights);
	printf("its stack pointer was 0x%lx\n", regs.frame.sp);
	l4_task_kill(&debuggee);
	l4_end(hits == 3 ? 0 : 1);
}

static long print(struct l4_request *request, const struct parent_print *in,
		  struct parent_print_reply *reply)
{
	(void)request, (void)reply;
	if (in->length > sizeof(in->text))
		return -L4_EINVAL;
	printf("debuggee: %.*s", (int)in->length, in->text);
	return 0;
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(parent_print, print),
};

static long start(void)
{
	size_t size;
	const void *file = l4_module("debuggee", &size);
	long error;

	if (!file || elf_parse(file, size, L4_IMAGE_LOW, L4_IMAGE_HIGH, &image))
		return -L4_EINVAL;
	debuggee = (struct l4_task){
		.task = l4_slot_alloc(), .thread = l4_slot_alloc(), .parent = l4_slot_alloc(),
		.quota = QUOTA, .priority = l4_environment->priority,
		.name = "debuggee", .arguments = "",
		.memory = l4_pages_alloc(l4_pages_order(l4_task_memory(&image))),
	};
	debuggee.pager = debuggee.parent;
	if (!debuggee.memory)
		return -L4_ENOMEM;
	error = l4_gate_create(debuggee.parent, L4_CAP_THREAD, 0);
	if (!error)
		error = l4_task_load(&debuggee, file, &image);
	return error ? error : l4_task_run(&debuggee);
}

int main(int argc, char **argv)
{
	long error = start();

	(void)argc, (void)argv;
	if (error) {
		printf("cannot start the debuggee: %s\n", l4_error_text(error));
		return 1;
	}
	l4_serve(&(struct l4_server){
		.handlers = handlers, .count = ARRAY_SIZE(handlers), .fault = fault,
		.exception = exception,
	});
}
