/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the parent. A server that the kernel started has none; it writes
 * on the boot console itself.
 */
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/server.h>
#include <l4/slots.h>

static bool has_parent(void)
{
	return l4_environment->magic == L4_ENV_MAGIC;
}

/* A name that is too long is cut, and then nobody's. */
static void put_name(char to[L4_NAME_MAX], const char *name)
{
	snprintf(to, L4_NAME_MAX, "%s", name);
}

static long with_slot(long (*request)(void *what, struct l4_transfer *transfer), void *what)
{
	struct l4_transfer transfer = { 0 };
	long slot = l4_slot_alloc();
	long error;

	if (slot < 0)
		return slot;
	transfer.window = l4_fpage_cap(slot, 0, L4_RIGHTS_ALL);
	error = request(what, &transfer);
	if (!error && !transfer.received)
		error = -L4_ENOMEM;
	if (!error)
		return slot;
	l4_slot_free(slot);
	return error;
}

static long connect(void *name, struct l4_transfer *transfer)
{
	struct parent_connect request;
	struct parent_connect_reply reply;

	put_name(request.name, name);
	return parent_connect_transfer(L4_CAP_PARENT, &request, &reply, transfer);
}

long l4_connect(const char *name)
{
	return with_slot(connect, (void *)name);
}

static long irq(void *number, struct l4_transfer *transfer)
{
	struct parent_irq request = { *(unsigned int *)number };
	struct parent_irq_reply reply;

	return parent_irq_transfer(L4_CAP_PARENT, &request, &reply, transfer);
}

long l4_irq(unsigned int number)
{
	return with_slot(irq, &number);
}

static long msi(void *unused, struct l4_transfer *transfer)
{
	struct parent_msi_reply reply;

	(void)unused;
	return parent_msi_transfer(L4_CAP_PARENT, &(struct parent_msi){ }, &reply, transfer);
}

long l4_msi(void)
{
	return with_slot(msi, NULL);
}

static long watch(void *unused, struct l4_transfer *transfer)
{
	struct parent_watch_reply reply;

	(void)unused;
	return parent_watch_transfer(L4_CAP_PARENT, &(struct parent_watch){ }, &reply, transfer);
}

long l4_watch(void)
{
	return with_slot(watch, NULL);
}

long l4_client_name(l4_word_t label, char name[L4_NAME_MAX])
{
	struct parent_client_name_reply reply;
	long error = parent_client_name_call(L4_CAP_PARENT, &(struct parent_client_name){ label },
					     &reply);

	if (!error)
		memcpy(name, reply.name, L4_NAME_MAX);
	return error;
}

l4_word_t l4_date(void)
{
	struct parent_date_reply reply;

	return parent_date_call(L4_CAP_PARENT, &(struct parent_date){ }, &reply) ? 0 : reply.seconds;
}

long l4_pci_read(unsigned int reg, unsigned int *value)
{
	struct parent_pci_read_reply reply;
	long error = parent_pci_read_call(L4_CAP_PARENT, &(struct parent_pci_read){ reg }, &reply);

	if (!error)
		*value = reply.value;
	return error;
}

long l4_pci_write(unsigned int reg, unsigned int value)
{
	struct parent_pci_write_reply reply;

	return parent_pci_write_call(L4_CAP_PARENT, &(struct parent_pci_write){ reg, value }, &reply);
}

long l4_restart(const char *name)
{
	struct parent_restart request;
	struct parent_restart_reply reply;

	put_name(request.name, name);
	return parent_restart_call(L4_CAP_PARENT, &request, &reply);
}

/* The window has to be as large as the block that the module comes in. */
const void *l4_module(const char *name, size_t *size)
{
	struct l4_transfer transfer = { 0 };
	struct parent_module_size ask;
	struct parent_module_size_reply answer;
	struct parent_module request;
	struct parent_module_reply reply;
	unsigned int order;
	l4_word_t address;

	put_name(ask.name, name);
	put_name(request.name, name);
	if (parent_module_size_call(L4_CAP_PARENT, &ask, &answer))
		return NULL;
	order = l4_pages_order(answer.size);
	address = l4_pages_reserve(order);
	transfer.window = l4_fpage_mem(address, order, L4_RIGHTS_ALL);
	if (!address || parent_module_transfer(L4_CAP_PARENT, &request, &reply, &transfer) ||
	    !transfer.received)
		return NULL;
	*size = reply.size;
	return (const void *)address;
}

void l4_end(long status)
{
	struct parent_end request = { status };
	struct parent_end_reply reply;

	if (has_parent())
		parent_end_call(L4_CAP_PARENT, &request, &reply);
	else
		printf("A server's main function returned %ld.\n", status);
	l4_sleep_forever();
}

void l4_console_write(const char *text, size_t length)
{
	struct parent_print request;
	struct parent_print_reply reply;

	if (!has_parent()) {
		while (length--)
			l4_system_control(L4_CAP_SYSTEM, L4_SYSTEM_PUTC, (unsigned char)*text++);
		return;
	}
	for (; length; length -= request.length, text += request.length) {
		request.length = l4_min(length, L4_PARENT_TEXT);
		memcpy(request.text, text, request.length);
		if (parent_print_call(L4_CAP_PARENT, &request, &reply))
			return;
	}
}
