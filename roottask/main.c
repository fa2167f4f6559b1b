/* SPDX-License-Identifier: GPL-2.0 */
/*
 * roottask: starts what the boot script names and serves it. One thread waits
 * for requests and faults of instances and servers; each gate's label tells
 * whose they are. When the last of them that was not there only for others has
 * ended, so does the machine.
 */
#include <l4/parent.h>

#include "roottask.h"
#include "share.h"

#define SCRIPT_MODULE	"boot.cfg"
#define OWN_MODULE	"roottask"

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

static void check_cpus(void)
{
	for (unsigned int i = 0; i < script.count; i++) {
		const struct script_instance *one = &script.instance[i];

		if (one->cpu >= l4_kip()->cpus)
			fatal("%s %s is to be on CPU %lu, and there are %lu: from 0, by cpus= of the microkernel.",
			      one->is_server ? "server" : "instance", one->name, one->cpu, l4_kip()->cpus);
	}
}

/* Servers first: the last instance gets what is left. */
static void prepare_all(void)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (script.instance[i].is_server)
			server_prepare(i);
	}
	for (unsigned int i = 0; i < script.count; i++) {
		if (!script.instance[i].is_server)
			instance_prepare(i);
	}
	for (unsigned int i = 0; i < script.count; i++)
		ranges_take(&script.instance[i]);
}

/* Of kernel memory, too, the last instance gets what is left. */
static void start_all(void)
{
	for (unsigned int i = 0; i < script.count; i++) {
		if (script.instance[i].is_server)
			server_start(i);
	}
	for (unsigned int i = 0; i < script.count; i++) {
		if (!script.instance[i].is_server)
			instance_start(i);
	}
}

/* Returns whether *msg is now a reply to be sent. */
static bool serve(struct l4_msg *msg)
{
	l4_word_t number = msg->label & ~LABEL_FAULT;
	bool is_fault = msg->label & LABEL_FAULT;
	bool is_reply = false;

	if (number >= script.count || !life_is_on(number))
		return false;
	if (script.instance[number].is_server) {
		if (is_fault) {
			server_fault(number, msg);
		} else {
			parent_request(number, msg);
			is_reply = true;
		}
	} else if (is_fault) {
		instance_fault(number, msg);
	} else if (l4_tag_proto(msg->tag) == L4_PROTO_PARENT) {
		parent_request(number, msg);
		is_reply = true;
	} else {
		is_reply = instance_request(number, msg);
	}
	life_check();
	return is_reply;
}

int main(int, char **)
{
	struct l4_msg msg = { 0 };
	long error;

	kip = l4_kip();
	memory_init();
	read_script();
	check_cpus();
	pci_functions_init();
	share_rest(&script);
	clock_init();
	power_init();
	devices_init();
	prepare_all();
	start_all();
	life_check();
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
