/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files for tests of who mounts them: one directory, whose files do what their names say.
 *
 *	file	keeps what is written to it, up to 256 KiB
 *	sleep	is read in so many seconds as the first argument says
 *	slow	is found as late
 *	late	is opened as late
 *	fids	how many fids the session has that asks, and how many messages came so far
 *	size, header, type, tag, room	are read with an answer whose form is wrong there
 *	die	is read never: the server faults
 */
#include <l4/guard.h>
#include <l4/p9.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/serve.h>
#include <l4/server.h>
#include <l4/thread.h>

#define BUFFER_SIZE	(1UL << P9_BUFFER_ORDER)
#define FIDS		64
#define FILE_SIZE	(256UL << 10)
#define TEXT_SIZE	64	/* of the others, exactly: Linux 6.12 goes on reading what is shorter than it says */
#define MODE_DIRECTORY	0040755
#define MODE_FILE	0100666
#define ENOENT		2
#define EBADF		9
#define EEXIST		17
#define EOPNOTSUPP	95

enum node { ROOT, PLAIN, SLEEP, SLOW, LATE, STATE, SIZE, HEADER, TYPE, TAG, ROOM, DIE, NODES };

static const char *const names[NODES] = {
	"", "file", "sleep", "slow", "late", "fids", "size", "header", "type", "tag", "room", "die",
};

struct session {
	bool is_open;
	bool is_used[FIDS];
	enum node node[FIDS];
};

/* A message that is read or written from its begin on. */
struct message {
	unsigned char *at, *end;
};

static struct session sessions[L4_CLIENTS][P9_SESSIONS];
static char content[FILE_SIZE];
static l4_word_t content_size, calls, seconds;
static l4_word_t buffers, window;

static l4_word_t buffer_of(unsigned int client, l4_word_t session)
{
	return buffers + (client * P9_SESSIONS + session) * BUFFER_SIZE;
}

static l4_word_t get(struct message *from, unsigned int bytes)
{
	l4_word_t value = 0;

	for (unsigned int i = 0; i < bytes && from->at < from->end; i++)
		value |= (l4_word_t)*from->at++ << 8 * i;
	return value;
}

static void put(struct message *to, unsigned int bytes, l4_word_t value)
{
	for (unsigned int i = 0; i < bytes && to->at < to->end; i++)
		*to->at++ = value >> 8 * i;
}

static void put_text(struct message *to, const char *text)
{
	put(to, 2, strlen(text));
	while (*text)
		put(to, 1, *text++);
}

static void put_qid(struct message *to, enum node node)
{
	put(to, 1, node == ROOT ? P9_QID_DIRECTORY : P9_QID_FILE);
	put(to, 4, 0);
	put(to, 8, node + 1);
}

static bool is_name(const struct message *from, l4_word_t length, const char *name)
{
	return length == strlen(name) && length <= (l4_word_t)(from->end - from->at) &&
	       !memcmp(from->at, name, length);
}

static int find(const struct message *from, l4_word_t length)
{
	for (int i = PLAIN; i < NODES; i++) {
		if (is_name(from, length, names[i]))
			return i;
	}
	return -1;
}

static int walk(struct session *session, l4_word_t fid, struct message *in, struct message *out)
{
	l4_word_t new_fid = get(in, 4), count = get(in, 2), length;
	enum node node = session->node[fid];
	int found;

	if (new_fid >= FIDS || count > 1)
		return EBADF;
	if (session->is_used[new_fid] && new_fid != fid)
		return EEXIST;
	if (count) {
		length = get(in, 2);
		found = find(in, length);
		if (node != ROOT || found < 0)
			return ENOENT;
		node = found;
	}
	if (count && node == SLOW)
		l4_sleep_us(seconds * 1000000);
	session->is_used[new_fid] = true;
	session->node[new_fid] = node;
	put(out, 2, count);
	if (count)
		put_qid(out, node);
	return 0;
}

static void get_attributes(enum node node, struct message *out)
{
	put(out, 8, P9_GOT_BASIC);
	put_qid(out, node);
	put(out, 4, node == ROOT ? MODE_DIRECTORY : MODE_FILE);
	put(out, 8, 0);				/* user, group */
	put(out, 8, 1);				/* links */
	put(out, 8, 0);
	put(out, 8, node == PLAIN ? content_size : node == ROOT ? 0 : TEXT_SIZE);
	put(out, 8, 4096);
	for (unsigned int i = 0; i < 11; i++)	/* blocks, times, generation, version */
		put(out, 8, 0);
}

static void read_directory(l4_word_t offset, struct message *out)
{
	unsigned char *count = out->at;

	put(out, 4, 0);
	for (l4_word_t i = offset + 1; i < NODES && (l4_word_t)(out->end - out->at) > 64; i++) {
		put_qid(out, i);
		put(out, 8, i);
		put(out, 1, 8);			/* a plain file */
		put_text(out, names[i]);
	}
	put(&(struct message){ count, out->at }, 4, out->at - count - 4);
}

static void put_data(struct message *out, l4_word_t offset, l4_word_t count, const char *data, l4_word_t size)
{
	count = offset < size ? l4_min(count, size - offset) : 0;
	count = l4_min(count, out->end - out->at - 4);
	put(out, 4, count);
	memcpy(out->at, data + offset, count);
	out->at += count;
}

static void read_file(const struct session *session, enum node node, l4_word_t offset, l4_word_t count,
		      struct message *out)
{
	char text[TEXT_SIZE];
	unsigned int used = 0;

	if (node == PLAIN) {
		put_data(out, offset, count, content, content_size);
		return;
	}
	if (node == SLEEP)
		l4_sleep_us(seconds * 1000000);
	if (node == DIE)
		*(volatile int *)0 = 1;
	for (unsigned int i = 0; i < FIDS; i++)
		used += session->is_used[i];
	memset(text, ' ', sizeof(text));
	text[snprintf(text, sizeof(text), "%u fids, %lu calls", used, calls)] = ' ';
	text[TEXT_SIZE - 1] = '\n';
	put_data(out, offset, count, text, sizeof(text));
}

static int write_file(enum node node, struct message *in, struct message *out)
{
	l4_word_t offset = get(in, 8), count = get(in, 4);

	if (node != PLAIN || count > (l4_word_t)(in->end - in->at) || offset > FILE_SIZE ||
	    count > FILE_SIZE - offset)
		return EBADF;
	memcpy(content + offset, in->at, count);
	if (content_size < offset + count)
		content_size = offset + count;
	put(out, 4, count);
	return 0;
}

/* What begins with a fid that is there. */
static int serve_fid(struct session *session, unsigned int type, struct message *in, struct message *out)
{
	l4_word_t fid = get(in, 4), offset, valid;
	enum node node;

	if (fid >= FIDS || !session->is_used[fid])
		return EBADF;
	node = session->node[fid];
	switch (type) {
	case P9_TWALK:
		return walk(session, fid, in, out);
	case P9_TGETATTR:
		get_attributes(node, out);
		return 0;
	case P9_TSETATTR:
		valid = get(in, 4);
		get(in, 12);
		if (valid & P9_SET_SIZE && node == PLAIN)
			content_size = l4_min(get(in, 8), FILE_SIZE);
		return 0;
	case P9_TLOPEN:
		if (node == LATE)
			l4_sleep_us(seconds * 1000000);
		if (node == PLAIN && get(in, 4) & P9_O_TRUNC)
			content_size = 0;
		put_qid(out, node);
		put(out, 4, 0);
		return 0;
	case P9_TREADDIR:
		read_directory(get(in, 8), out);
		return 0;
	case P9_TREAD:
		offset = get(in, 8);
		read_file(session, node, offset, get(in, 4), out);
		return 0;
	case P9_TWRITE:
		return write_file(node, in, out);
	case P9_TFSYNC:
		return 0;
	case P9_TCLUNK:
		session->is_used[fid] = false;
		return 0;
	}
	return EOPNOTSUPP;
}

static int serve(struct session *session, unsigned int type, struct message *in, struct message *out)
{
	l4_word_t fid;

	switch (type) {
	case P9_TVERSION:
		memset(session->is_used, 0, sizeof(session->is_used));
		put(out, 4, get(in, 4));
		put_text(out, "9P2000.L");
		return 0;
	case P9_TATTACH:
		fid = get(in, 4);
		if (fid >= FIDS || session->is_used[fid])
			return EBADF;
		session->is_used[fid] = true;
		session->node[fid] = ROOT;
		put_qid(out, ROOT);
		return 0;
	}
	return serve_fid(session, type, in, out);
}

/* The file that is read, if it is one of those whose answers are wrong. */
static enum node wrong(const struct session *session, const unsigned char *message)
{
	l4_word_t fid = message[7] | message[8] << 8;

	return message[4] == P9_TREAD && fid < FIDS ? session->node[fid] : ROOT;
}

static long serve_call(struct l4_request *request, const struct p9_call *in, struct p9_call_reply *reply)
{
	static unsigned char message[P9_HEADER + 64 + FILE_SIZE];
	unsigned int client = l4_client(request->client);
	struct session *session;
	struct message from, to;
	unsigned char *buffer;
	enum node how;
	int error;

	if (client >= L4_CLIENTS || in->session >= P9_SESSIONS || !sessions[client][in->session].is_open ||
	    in->size < P9_HEADER || in->size > sizeof(message) || in->room < P9_LEAST ||
	    in->offset > BUFFER_SIZE || in->size > BUFFER_SIZE - in->offset ||
	    in->room > BUFFER_SIZE - in->offset)
		return -L4_EINVAL;
	calls++;
	session = &sessions[client][in->session];
	buffer = (unsigned char *)buffer_of(client, in->session) + in->offset;
	memcpy(message, buffer, in->size);
	from = (struct message){ message + P9_HEADER, message + in->size };
	to = (struct message){ buffer + P9_HEADER, buffer + in->room };
	how = wrong(session, message);
	error = serve(session, message[4], &from, &to);
	if (error) {
		to.at = buffer + P9_HEADER;
		put(&to, 4, error);
	}
	reply->size = to.at - buffer;
	buffer[4] = error ? P9_RLERROR : message[4] + 1;
	buffer[5] = message[5];
	buffer[6] = message[6];
	put(&(struct message){ buffer, buffer + 4 }, 4, reply->size);
	if (how == SIZE)
		reply->size = 1UL << 40;
	if (how == ROOM)
		reply->size = in->room + 1;
	if (how == HEADER)
		buffer[0]++;
	if (how == TYPE)
		buffer[4] = P9_TVERSION + 1;
	if (how == TAG)
		buffer[5]++;
	return l4_guard_lost() ? -L4_EFAULT : 0;
}

static long serve_open(struct l4_request *request, const struct p9_open *in, struct p9_open_reply *reply)
{
	unsigned int client = l4_client(request->client);
	char name[L4_NAME_MAX];
	long error;

	(void)reply;
	if (client >= L4_CLIENTS || in->session >= P9_SESSIONS)
		return -L4_EINVAL;
	error = l4_client_name(request->client, name);
	if (!error)
		error = l4_keep(window, buffer_of(client, in->session));
	if (error)
		return error;
	sessions[client][in->session] = (struct session){ .is_open = true };
	printf("session %lu of %s\n", in->session, name);
	return 0;
}

static void gone(unsigned int client)
{
	for (unsigned int i = 0; i < P9_SESSIONS; i++) {
		sessions[client][i].is_open = false;
		l4_unmap(l4_fpage_mem(buffer_of(client, i), P9_BUFFER_ORDER, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	}
	printf("client %u is gone\n", client);
}

static const struct l4_handler handlers[] = {
	L4_HANDLER(p9_open, serve_open),
	L4_HANDLER(p9_call, serve_call),
};

int main(int argc, char **argv)
{
	l4_word_t place = l4_pages_reserve(P9_BUFFER_ORDER);

	seconds = argc ? l4_number(argv[0]) : 1;
	buffers = l4_pages_reserve(l4_pages_order(L4_CLIENTS * P9_SESSIONS * BUFFER_SIZE));
	window = l4_fpage_mem(place, P9_BUFFER_ORDER, 0);
	if (!place || !buffers || l4_guard(buffers, L4_CLIENTS * P9_SESSIONS * BUFFER_SIZE))
		return 1;
	l4_window(window);
	l4_serve(&(struct l4_server){
		.handlers = handlers, .count = ARRAY_SIZE(handlers), .gone = gone,
	});
}
