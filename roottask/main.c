/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roottask: starts what the boot script names and serves it. One thread waits
 * for requests and faults of instances and servers; each gate's label tells
 * whose they are. When the last of them that was not there only for others has
 * ended, so does the machine.
 */
#include "roottask.h"

#define SCRIPT_MODULE	"boot.cfg"
#define OWN_MODULE	"roottask"

const struct l4_kip *kip;

struct script script;
static bool some_failed;	/* an instance or a server ended by a crash or a panic */
static bool some_halted;	/* and an instance by a halt, whose last words are to be left standing */

void fatal(const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	printf("roottask: %s\n", text);
	l4_stop(kip, L4_STOP_FAILED);
}

/* GRUB quotes an argument with blanks; the script is what is inside. */
static const char *own_arguments(size_t *size)
{
	const struct l4_module *own = module_find(OWN_MODULE);
	const char *text = own ? module_arguments(own) : "";

	*size = strlen(text);
	if (*size >= 2 && text[0] == '"' && text[*size - 1] == '"') {
		text++;
		*size -= 2;
	}
	return text;
}

static void read_script(void)
{
	const struct l4_module *module = module_find(SCRIPT_MODULE);
	struct script_error error;
	size_t size;
	const char *text = own_arguments(&size);

	if (!size) {
		if (!module)
			fatal("there is no boot script: neither a module " SCRIPT_MODULE
			      " nor arguments of roottask's module line.");
		text = module_content(module);
		size = module->size;
	}
	if (!size || !text)
		fatal("the boot script is empty.");
	if (!script_parse(text, size, &script, &error))
		fatal("boot script, line %u: %s.", error.line, error.text);
}

/* Servers first: the last instance gets what is left. */
static void start_all(void)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (script.instance[i].is_server)
			server_prepare(i);
	}
	for (unsigned int i = 0; i < script.count; i++) {
		if (script.instance[i].is_server)
			server_start(i);
		else
			instance_prepare(&instances[i], &script.instance[i]);
	}
	for (unsigned int i = 0; i < script.count; i++) {
		if (!script.instance[i].is_server)
			instance_start(&instances[i]);
	}
}

static void end_machine_if_last(void)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (instances[i].running || server_keeps_machine(i))
			return;
	}
	if (some_failed)
		l4_stop(kip, L4_STOP_FAILED);
	if (some_halted)
		l4_sleep_forever();
	power_off();
}

void some_ended(bool failed)
{
	some_failed |= failed;
	end_machine_if_last();
}

static void instance_failed(struct instance *instance)
{
	instance_stop(instance);
	if (instance->script->restart_on_crash) {
		instance_start(instance);
		return;
	}
	some_ended(true);
}

static void instance_ended(struct instance *instance, l4_word_t how, l4_word_t detail)
{
	const char *name = instance->script->name;

	switch (how) {
	case L4_END_POWEROFF:
		printf("roottask: instance %s has powered off.\n", name);
		instance_stop(instance);
		end_machine_if_last();
		break;
	case L4_END_HALT:
		printf("roottask: instance %s has halted.\n", name);
		instance_stop(instance);
		some_halted = true;
		end_machine_if_last();
		break;
	case L4_END_REBOOT:
		printf("roottask: instance %s reboots.\n", name);
		instance_stop(instance);
		if (!instance->script->restart_on_reboot)
			power_reset();
		instance_start(instance);
		break;
	case L4_END_PANIC:
		printf("roottask: instance %s has ended: Linux panicked.\n", name);
		instance_failed(instance);
		break;
	default:
		printf("roottask: instance %s has ended for an unknown reason (%lu, %lu).\n", name,
		       how, detail);
		instance_failed(instance);
	}
}

static const char *upcall_name(l4_word_t vector)
{
	static const char *const names[] = {
		[0] = "division error", [3] = "breakpoint", [6] = "invalid instruction",
		[8] = "system call", [13] = "general protection fault", [14] = "page fault",
	};

	if (vector < ARRAY_SIZE(names) && names[vector])
		return names[vector];
	return vector < L4_VCPU_VECTOR_IRQ ? "exception" : "interrupt";
}

/* A vCPU handles its faults itself, as long as its stack can take the upcall. */
static void serve_fault(struct instance *instance, const struct l4_msg *msg)
{
	const char *name = instance->script->name;

	if (l4_tag_proto(msg->tag) == L4_PROTO_VCPU_DEAD)
		printf("roottask: instance %s has ended: its stack could not take a %s (vector %lu, error code 0x%lx, ip 0x%lx, sp 0x%lx).\n",
		       name, upcall_name(msg->mr[0]), msg->mr[0], msg->mr[1], msg->mr[2],
		       msg->mr[3]);
	else
		printf("roottask: instance %s has ended: its vCPU cannot go on (message 0x%lx, ip 0x%lx).\n",
		       name, msg->tag, msg->mr[1]);
	instance_failed(instance);
}

/* Returns whether *msg is now a reply to be sent. */
static bool serve_request(struct instance *instance, struct l4_msg *msg)
{
	struct l4_utcb *utcb = l4_first_utcb();
	long error = -L4_EINVAL;

	if (l4_tag_proto(msg->tag) == L4_PROTO_INSTANCE) {
		if (msg->mr[0] == L4_INSTANCE_END) {
			instance_ended(instance, msg->mr[1], msg->mr[2]);
			return false;
		}
		if (msg->mr[0] == L4_INSTANCE_DEVICE)
			error = device_request(instance->script, msg->mr[1], msg->mr[2], &utcb->item[0]);
	}
	msg->tag = l4_tag(1, error ? 0 : 1, 0);
	msg->mr[0] = error;
	return true;
}

/* Returns whether *msg is now a reply to be sent. */
static bool serve(struct l4_msg *msg)
{
	l4_word_t number = msg->label & ~LABEL_FAULT;
	bool is_fault = msg->label & LABEL_FAULT;

	if (number >= script.count)
		return false;
	if (script.instance[number].is_server) {
		if (is_fault)
			server_fault(number, msg);
		else
			server_request(number, msg);
		return !is_fault;
	}
	if (!instances[number].running)
		return false;
	if (!is_fault)
		return serve_request(&instances[number], msg);
	serve_fault(&instances[number], msg);
	return false;
}

int main(int, char **)
{
	struct l4_msg msg = { 0 };
	long error;

	kip = l4_kip();
	memory_init();
	read_script();
	clock_init();
	start_all();
	error = l4_ipc_recv(&msg);
	for (;;) {
		if (!error && serve(&msg)) {
			error = l4_ipc_reply_wait(&msg);
			continue;
		}
		msg = (struct l4_msg){ 0 };
		error = l4_ipc_recv(&msg);
	}
}
