/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file server: ext2 and ext3 on a part of a disk, by 9P2000.L in memory of its clients' (l4/p9.h).
 * Its arguments say which server has the disk, how much memory is for its blocks, and which clients
 * have which directory:
 *
 *	SERVER KIB CLIENT DIRECTORY rw|ro ...
 *
 * One request after the other; a message is copied before it is looked at, so that a client that
 * changes it meanwhile, or takes its memory back, changes nothing. A second after the last request,
 * or when nobody has anything open, everything is on the disk, which then says that it is in order.
 */
#include <l4/guard.h>
#include <l4/interrupt.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/slots.h>
#include <l4/thread.h>

#include "attributes.h"
#include "disk.h"
#include "mount.h"
#include "requests.h"

#define FIDS		4096		/* for all clients together */
#define KIB_MOST	(1UL << 20)	/* for blocks */
#define BUFFER_SIZE	(1UL << P9_BUFFER_ORDER)
#define TICK_US		1000000

/* Who may have what, as the arguments say. */
struct grant {
	const char *client, *directory;
	bool read_only;
};

/* A client that is there. */
struct guest {
	struct client client;
	struct session session[P9_SESSIONS];
	struct node *root;		/* held; NULL: it has not come yet */
};

static struct device device;
static struct fs fs;
static struct files files;
static struct grant grants[L4_CLIENTS];
static unsigned int grant_count;
static struct guest guests[L4_CLIENTS];	/* by clients' numbers */
static l4_word_t buffers;		/* of all sessions of all clients, one beside the other */
static l4_word_t window;		/* where a new one arrives */
static unsigned char in[MESSAGE_MOST], out[MESSAGE_MOST];
static l4_word_t date, date_tsc;	/* the date at that time; 0: not known */
static l4_word_t served;		/* requests since the last tick */
static long tick;			/* the interrupt */

static uint32_t now(void)
{
	/* A file of 1970 must not have the date 0: that has a meaning. */
	return date + (l4_rdtsc() - date_tsc) / (l4_kip()->tsc_khz * 1000) + 1;
}

static void say(const char *sentence)
{
	printf("%s\n", sentence);
}

static void *allocate(size_t size)
{
	return l4_pages_alloc(l4_pages_order(size));
}

static l4_word_t buffer_of(unsigned int client, l4_word_t session)
{
	return buffers + (client * P9_SESSIONS + session) * BUFFER_SIZE;
}

/* The inode of a path from the root. */
static long find_directory(const char *path, uint32_t *inode)
{
	size_t length;
	struct attributes attributes;
	long error = 0;

	*inode = EXT2_ROOT;
	while (*path && !error) {
		for (length = 0; path[length] && path[length] != '/'; length++)
			;
		if (length)
			error = names_find(&files.nodes, *inode, (struct name){ path, length }, inode);
		path += length + (path[length] == '/');
	}
	if (!error)
		error = attributes_get(&fs, *inode, &attributes);
	if (error)
		return error;
	return (attributes.mode & EXT2_TYPE) == EXT2_DIRECTORY ? 0 : -P9_ENOTDIR;
}

static const struct grant *find_grant(l4_word_t label)
{
	char name[L4_NAME_MAX];

	if (l4_client_name(label, name))
		return NULL;
	for (unsigned int i = 0; i < grant_count; i++) {
		if (!strcmp(grants[i].client, name))
			return &grants[i];
	}
	return NULL;
}

/* A client's first session. */
static long welcome(struct guest *guest, l4_word_t label)
{
	const struct grant *grant = find_grant(label);
	uint32_t root;

	if (!grant)
		return -L4_ERIGHTS;
	if (find_directory(grant->directory, &root)) {
		printf("there is no directory %s for %s\n", grant->directory, grant->client);
		return -L4_ERIGHTS;
	}
	guest->root = node_get(&files.nodes, root);
	if (!guest->root)
		return -L4_ENOMEM;
	guest->client = (struct client){
		.files = &files, .root = root, .read_only = grant->read_only,
		.fids_most = FIDS / grant_count - 1, .locks_most = LOCKS_MOST / grant_count, .sessions = guest->session,
	};
	for (unsigned int i = 0; i < P9_SESSIONS; i++)
		guest->session[i] = (struct session){ .client = &guest->client };
	return 0;
}

static long serve_open(struct l4_request *request, const struct p9_open *open,
		       struct p9_open_reply *reply)
{
	unsigned int client = l4_client(request->client);
	struct guest *guest;
	long error = 0;

	(void)reply;
	if (client >= L4_CLIENTS || open->session >= P9_SESSIONS)
		return -L4_EINVAL;
	guest = &guests[client];
	if (!guest->root)
		error = welcome(guest, request->client);
	if (error)
		return error;
	session_end(&guest->session[open->session]);
	return l4_keep(window, buffer_of(client, open->session));
}

static bool anything_open(void)
{
	for (unsigned int i = 0; i < L4_CLIENTS; i++) {
		if (guests[i].root && guests[i].client.fids)
			return true;
	}
	return false;
}

static long serve_call(struct l4_request *request, const struct p9_call *call,
		       struct p9_call_reply *reply)
{
	unsigned int client = l4_client(request->client);
	l4_word_t room = l4_min(call->room, MESSAGE_MOST);
	unsigned char *at;

	served++;
	if (client >= L4_CLIENTS || call->session >= P9_SESSIONS || call->size > MESSAGE_MOST ||
	    room < P9_LEAST || call->offset > BUFFER_SIZE - room ||
	    call->offset > BUFFER_SIZE - call->size)
		return -L4_EINVAL;
	if (!guests[client].root)
		return -L4_EFAULT;
	at = (unsigned char *)buffer_of(client, call->session) + call->offset;
	memcpy(in, at, call->size);
	if (l4_guard_lost())
		return -L4_EFAULT;
	reply->size = requests_answer(&guests[client].session[call->session], in, call->size, out, room);
	if (!anything_open())
		fs_rest(&fs);
	memcpy(at, out, reply->size);
	return l4_guard_lost() ? -L4_EFAULT : 0;
}

static void gone(unsigned int client)
{
	struct guest *guest = &guests[client];

	for (unsigned int i = 0; i < P9_SESSIONS && guest->root; i++) {
		session_end(&guest->session[i]);
		l4_unmap(l4_fpage_mem(buffer_of(client, i), P9_BUFFER_ORDER, L4_RIGHTS_ALL),
			 L4_UNMAP_SELF);
	}
	if (guest->root)
		node_put(&files.nodes, guest->root);
	guest->root = NULL;
	if (!anything_open())
		fs_rest(&fs);
}

/* While there is something to do, what is done is synced each second; then comes the rest. */
static void interrupt(l4_word_t label)
{
	(void)label;
	l4_irq_ack(tick);
	if (served)
		fs_sync(&fs);
	else
		fs_rest(&fs);
	served = 0;
}

static void clock(void *argument)
{
	(void)argument;
	for (;;) {
		l4_sleep_us(TICK_US);
		l4_irq_raise(tick);
	}
}

static long start_clock(void)
{
	static struct l4_thread thread;
	long error;

	tick = l4_slot_alloc();
	if (tick < 0)
		return tick;
	error = l4_irq_create(tick, L4_CAP_NONE, L4_IRQ_SOFT);
	if (!error)
		error = l4_irq_attach(tick, 0, 0);
	return error ? error : l4_thread_run(&thread, clock, NULL, l4_environment->priority);
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(p9_open, serve_open),
	L4_HANDLER(p9_call, serve_call),
};

static bool set_grants(int argc, char **argv)
{
	for (int i = 2; i + 2 < argc && grant_count < L4_CLIENTS; i += 3) {
		grants[grant_count++] = (struct grant){
			argv[i], argv[i + 1], strcmp(argv[i + 2], "rw") != 0,
		};
		if (strcmp(argv[i + 2], "rw") && strcmp(argv[i + 2], "ro"))
			return false;
	}
	return grant_count && argc == 2 + 3 * (int)grant_count;
}

static long get_windows(void)
{
	l4_word_t place = l4_pages_reserve(P9_BUFFER_ORDER);

	buffers = l4_pages_reserve(l4_pages_order(L4_CLIENTS * P9_SESSIONS * BUFFER_SIZE));
	if (!place || !buffers)
		return -L4_ENOMEM;
	window = l4_fpage_mem(place, P9_BUFFER_ORDER, 0);
	return l4_guard(buffers, L4_CLIENTS * P9_SESSIONS * BUFFER_SIZE);
}

/* On an error a sentence has said what is wrong. */
static bool begin(const char *disk, l4_word_t kib)
{
	struct fid *fids = allocate(FIDS * sizeof(*fids));
	struct node *nodes = allocate(FIDS * sizeof(*nodes));
	long error = disk_open(&device, disk);

	if (error) {
		printf("there is no disk %s: %s\n", disk, l4_error_text(error));
		return false;
	}
	if (!fids || !nodes) {
		printf("there is too little memory\n");
		return false;
	}
	if (fs_mount(&fs, &(struct mount){
		.device = &device, .cache_bytes = kib * 1024, .allocate = allocate, .now = now,
		.say = say }))
		return false;
	files_init(&files, &fs, fids, nodes, FIDS);
	if (names_free_orphans(&files.nodes)) {
		printf("its list of files without a name is in disorder: e2fsck must mend it first\n");
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	long error;

	if (argc < 2 || l4_number(argv[1]) > KIB_MOST || !set_grants(argc, argv)) {
		printf("arguments: SERVER KIB CLIENT DIRECTORY rw|ro ...\n");
		return 1;
	}
	date = l4_date();
	date_tsc = l4_rdtsc();
	if (!begin(argv[0], l4_number(argv[1])))
		return 1;
	error = get_windows();
	if (!error)
		error = start_clock();
	if (error) {
		printf("cannot begin: %s\n", l4_error_text(error));
		return 1;
	}
	printf("%u blocks of %u bytes, %u free\n", fs.blocks, fs.block_size, fs.super->free_blocks);
	l4_window(window);
	l4_serve(&(struct l4_server){
		.handlers = handlers, .count = ARRAY_SIZE(handlers), .interrupt = interrupt, .gone = gone,
	});
}
