/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Serving l4/disk.h. Each client has a place of its own for each of its buffers, all of
 * them beside each other in one guarded range, so that whatever a client attaches, and
 * takes back, is in nobody else's way.
 */
#include <l4/disk_server.h>
#include <l4/guard.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>

#define CLIENT_ORDER	(DISK_BUFFER_ORDER + 4)
#define ALL_ORDER	(CLIENT_ORDER + 4)

_Static_assert(DISK_BUFFERS == 1 << 4 && L4_CLIENTS == 1 << 4, "the orders are theirs");

struct part {
	const char *name;
	l4_word_t first, count;
};

static struct part parts[L4_CLIENTS];
static unsigned int part_count;
static const struct part *part_of[L4_CLIENTS];	/* by clients' numbers, once they have asked */
static unsigned int attached[L4_CLIENTS];	/* a bit for each buffer */
static l4_word_t buffers;			/* of all clients */
static l4_word_t window;			/* where a new one arrives */
static const struct l4_disk_server *server;

static l4_word_t place(unsigned int client, unsigned int buffer)
{
	return buffers + ((l4_word_t)client << CLIENT_ORDER) + buffer * DISK_BUFFER_SIZE;
}

/* Of a client that has not asked before: by its name. */
static long find_part(l4_word_t label, const struct part **part)
{
	unsigned int client = l4_client(label);
	char name[L4_NAME_MAX];
	long error;

	if (client >= L4_CLIENTS)
		return -L4_EINVAL;
	*part = part_of[client];
	if (*part)
		return 0;
	error = l4_client_name(label, name);
	if (error)
		return error;
	for (unsigned int i = 0; i < part_count; i++) {
		if (!strcmp(parts[i].name, name)) {
			*part = part_of[client] = &parts[i];
			return 0;
		}
	}
	return -L4_ERIGHTS;
}

static void changed(unsigned int client, unsigned int buffer)
{
	attached[client] &= ~(1U << buffer);
	if (server->changed)
		server->changed(client, buffer);
}

static long serve_size(struct l4_request *request, const struct disk_size *in,
		       struct disk_size_reply *reply)
{
	const struct part *part;
	long error = find_part(request->client, &part);

	(void)in;
	if (!error)
		reply->sectors = part->count;
	return error;
}

static long serve_attach(struct l4_request *request, const struct disk_attach *in,
			 struct disk_attach_reply *reply)
{
	unsigned int client = l4_client(request->client);
	const struct part *part;
	long error = find_part(request->client, &part);

	if (error)
		return error;
	if (in->buffer >= DISK_BUFFERS)
		return -L4_EINVAL;
	if (!request->items)
		return -L4_EFAULT;
	changed(client, in->buffer);
	error = l4_keep(window, place(client, in->buffer));
	if (error)
		return error;
	attached[client] |= 1U << in->buffer;
	reply->sectors = part->count;
	return 0;
}

/* Each comparison is one that cannot overflow, after those before it. */
static bool is_within(const struct disk_transfer *in, const struct part *part)
{
	return in->buffer < DISK_BUFFERS && in->count &&
	       in->count <= DISK_BUFFER_SIZE / DISK_SECTOR &&
	       in->sector < part->count && in->count <= part->count - in->sector &&
	       in->offset <= DISK_BUFFER_SIZE - in->count * DISK_SECTOR && !(in->offset & 1);
}

static long transfer(const struct l4_request *request, const struct disk_transfer *in, bool write)
{
	unsigned int client = l4_client(request->client);
	const struct part *part = client < L4_CLIENTS ? part_of[client] : NULL;
	long error;

	if (!part)
		return -L4_EFAULT;
	if (!is_within(in, part))
		return -L4_EINVAL;
	if (!(attached[client] >> in->buffer & 1))
		return -L4_EFAULT;
	error = server->move(write, client, in->buffer, part->first + in->sector, in->count,
			     place(client, in->buffer) + in->offset);
	return l4_guard_lost() ? -L4_EFAULT : error;
}

static long serve_read(struct l4_request *request, const struct disk_read *in,
		       struct disk_read_reply *reply)
{
	(void)reply;
	return transfer(request, &in->transfer, false);
}

static long serve_write(struct l4_request *request, const struct disk_write *in,
			struct disk_write_reply *reply)
{
	(void)reply;
	return transfer(request, &in->transfer, true);
}

static long serve_flush(struct l4_request *request, const struct disk_flush *in,
			struct disk_flush_reply *reply)
{
	const struct part *part;
	long error = find_part(request->client, &part);

	(void)in, (void)reply;
	return error || !server->flush ? error : server->flush();
}

static void gone(unsigned int client)
{
	for (unsigned int i = 0; i < DISK_BUFFERS; i++)
		changed(client, i);
	part_of[client] = NULL;
	l4_unmap(l4_fpage_mem(place(client, 0), CLIENT_ORDER, L4_RIGHTS_ALL), L4_UNMAP_SELF);
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(disk_size, serve_size),
	L4_HANDLER(disk_attach, serve_attach),
	L4_HANDLER(disk_read, serve_read),
	L4_HANDLER(disk_write, serve_write),
	L4_HANDLER(disk_flush, serve_flush),
};

bool l4_disk_part(const char *name, l4_word_t first, l4_word_t count)
{
	if (part_count == L4_CLIENTS)
		return false;
	parts[part_count++] = (struct part){ name, first, count };
	return true;
}

bool l4_disk_parts(int argc, char **argv, l4_word_t sectors)
{
	if (argc % 3)
		return false;
	for (int i = 0; i < argc; i += 3) {
		bool all = !strcmp(argv[i + 2], "all");
		l4_word_t first = l4_min(l4_number(argv[i + 1]), sectors);
		l4_word_t count = all ? sectors : l4_number(argv[i + 2]);

		if (!l4_is_number(argv[i + 1]) || (!all && !l4_is_number(argv[i + 2])) ||
		    !l4_disk_part(argv[i], first, l4_min(count, sectors - first)))
			return false;
	}
	return true;
}

long l4_disk_serve(const struct l4_disk_server *how)
{
	l4_word_t arrival = l4_pages_reserve(DISK_BUFFER_ORDER);
	long error;

	server = how;
	buffers = l4_pages_reserve(ALL_ORDER);
	if (!arrival || !buffers)
		return -L4_ENOMEM;
	error = l4_guard(buffers, 1UL << ALL_ORDER);
	if (error)
		return error;
	window = l4_fpage_mem(arrival, DISK_BUFFER_ORDER, 0);
	l4_window(window);
	l4_serve(&(struct l4_server){
		.handlers = handlers,
		.count = ARRAY_SIZE(handlers),
		.interrupt = how->interrupt,
		.gone = gone,
	});
}
