/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A client of a file server. Each operation is a few messages of 9P, tried once; what fails because the
 * server has died is tried again with the next one, from the beginning: nothing in between is kept.
 */
#include <l4/file.h>
#include <l4/p9_message.h>
#include <l4/pages.h>
#include <l4/parent.h>
#include <l4/slots.h>
#include <l4/thread.h>

#define BUFFER_ORDER	16
#define BUFFER_SIZE	(1U << BUFFER_ORDER)
#define PAUSE_MS	10		/* between two tries */

/* Fids: the root, files by their numbers, and two that last for one operation. */
#define ROOT		0
#define FILE(n)		(1 + (n))
#define FIRST		100
#define SECOND		101

/* What is to be done; what of it means something depends on what it is. */
struct operation {
	const char *path, *other;
	unsigned int type, flags, mode;
	long file;
	uint64_t offset;
	size_t size;
	void *to;
	const void *from;
};

typedef long (*attempt)(struct l4_files *files, struct operation *operation);

static struct p9_message begin(struct l4_files *files, unsigned int type, uint32_t fid)
{
	struct p9_message message = { files->buffer, files->buffer + BUFFER_SIZE, false };

	p9_put(&message, 4, 0);
	p9_put(&message, 1, type);
	p9_put(&message, 2, 1);
	if (type != P9_TVERSION)
		p9_put(&message, 4, fid);
	return message;
}

/* *message becomes the answer, behind its header. */
static long send(struct l4_files *files, struct p9_message *message)
{
	uint32_t size = message->at - files->buffer, type = files->buffer[4];
	struct p9_call call = { files->session, 0, size, BUFFER_SIZE };
	struct p9_call_reply reply;
	long error;

	if (message->bad)
		return -(L4_FILE_ERROR + P9_EINVAL);
	memcpy(files->buffer, &size, sizeof(size));
	error = p9_call_call(files->gate, &call, &reply);
	if (error)
		return error;
	if (reply.size < P9_HEADER || reply.size > BUFFER_SIZE)
		return -(L4_FILE_ERROR + P9_EPROTO);
	*message = (struct p9_message){ files->buffer + P9_HEADER, files->buffer + reply.size, false };
	if (files->buffer[4] == P9_RLERROR)
		return -(long)(L4_FILE_ERROR + (p9_get(message, 4) & 0xff));
	return files->buffer[4] == type + 1 ? 0 : -(L4_FILE_ERROR + P9_EPROTO);
}

static long attach(struct l4_files *files)
{
	struct p9_message message = begin(files, P9_TVERSION, 0);
	long error;

	p9_put(&message, 4, BUFFER_SIZE);
	p9_put_name(&message, "9P2000.L", 8);
	error = send(files, &message);
	if (error)
		return error;
	message = begin(files, P9_TATTACH, ROOT);
	p9_put(&message, 4, P9_NO_FID);
	p9_put_name(&message, "", 0);
	p9_put_name(&message, "", 0);
	p9_put(&message, 4, 0);
	return send(files, &message);
}

static long connect(struct l4_files *files)
{
	struct p9_open request = { files->session };
	struct p9_open_reply reply;
	struct l4_transfer transfer = {
		.send = 1,
		.item = { { l4_fpage_mem((l4_word_t)files->buffer, BUFFER_ORDER,
					 L4_RIGHT_R | L4_RIGHT_W), 0 } },
	};
	long error;

	if (!files->buffer)
		return -L4_EINVAL;
	if (files->gate >= 0)
		l4_slot_free(files->gate);
	files->gate = l4_connect(files->server);
	if (files->gate < 0)
		return files->gate;
	files->life++;
	error = p9_open_transfer(files->gate, &request, &reply, &transfer);
	if (!error)
		error = attach(files);
	/* Half a session is none: the next one who asks tries again. */
	if (error) {
		l4_slot_free(files->gate);
		files->gate = -L4_EDEAD;
	}
	return error;
}

/* The server has it no longer when it is somebody else's. */
static void free_buffer(struct l4_files *files)
{
	l4_unmap(l4_fpage_mem((l4_word_t)files->buffer, BUFFER_ORDER, L4_RIGHTS_ALL), 0);
	l4_pages_free(files->buffer, BUFFER_ORDER);
}

static long persist(struct l4_files *files, attempt attempt, struct operation *operation)
{
	l4_word_t end = l4_rdtsc() + files->patience * l4_kip()->tsc_khz;
	long error = files->gate < 0 ? files->gate : attempt(files, operation);

	while (error == -L4_EDEAD && files->patience && l4_rdtsc() < end) {
		error = connect(files);
		if (!error)
			error = attempt(files, operation);
		if (error == -L4_EDEAD)
			l4_sleep_us(PAUSE_MS * 1000);
	}
	return error;
}

static long drop(struct l4_files *files, uint32_t fid)
{
	struct p9_message message = begin(files, P9_TCLUNK, fid);

	return send(files, &message);
}

/* Also of the result of what was done with it. */
static long drop_after(struct l4_files *files, uint32_t fid, long result)
{
	long error = drop(files, fid);

	return error == -L4_EDEAD ? error : result;
}

void l4_files_close(struct l4_files *files)
{
	if (!files->buffer)
		return;
	for (long n = 0; n < L4_FILES_OPEN; n++) {
		if (files->file[n].used && files->file[n].life == files->life)
			drop(files, FILE(n));
	}
	if (files->gate >= 0) {
		drop(files, ROOT);
		l4_slot_free(files->gate);
	}
	free_buffer(files);
	*files = (struct l4_files){ .gate = -L4_EDEAD };
}

static const char *skip(const char *path)
{
	while (*path == '/')
		path++;
	return path;
}

static size_t length_of(const char *path)
{
	size_t length = 0;

	while (path[length] && path[length] != '/')
		length++;
	return length;
}

/* From the root along `path', but for its last `without' names (0 or 1), which *last then is. */
static long walk(struct l4_files *files, const char *path, uint32_t fid, unsigned int without,
		 const char **last)
{
	struct p9_message message = begin(files, P9_TWALK, ROOT);
	unsigned char *count_at;
	uint32_t count = 0;
	long error;

	p9_put(&message, 4, fid);
	count_at = p9_bytes(&message, 2);
	for (path = skip(path); *path; path = skip(path + length_of(path))) {
		if (without && !*skip(path + length_of(path)))
			break;
		p9_put_name(&message, path, length_of(path));
		count++;
	}
	if (count > P9_WALK_NAMES)
		return -(L4_FILE_ERROR + P9_ENAMETOOLONG);
	if (last)
		*last = path;
	memcpy(count_at, &count, 2);
	error = send(files, &message);
	if (error)
		return error;
	return p9_get(&message, 2) == count ? 0 : -(L4_FILE_ERROR + P9_ENOENT);
}

static void put_last(struct p9_message *message, const char *name)
{
	p9_put_name(message, name, length_of(name));
}

static long open_there(struct l4_files *files, const char *path, uint32_t fid, unsigned int flags)
{
	struct p9_message message;
	long error = walk(files, path, fid, 0, NULL);

	if (error)
		return error;
	message = begin(files, P9_TLOPEN, fid);
	p9_put(&message, 4, flags);
	error = send(files, &message);
	return error ? drop_after(files, fid, error) : 0;
}

static long create(struct l4_files *files, const struct operation *operation, uint32_t fid)
{
	struct p9_message message;
	const char *name;
	long error = walk(files, operation->path, fid, 1, &name);

	if (error)
		return error;
	message = begin(files, P9_TLCREATE, fid);
	put_last(&message, name);
	p9_put(&message, 4, operation->flags);
	p9_put(&message, 4, operation->mode);
	p9_put(&message, 4, 0);
	error = send(files, &message);
	return error ? drop_after(files, fid, error) : 0;
}

static long try_open(struct l4_files *files, struct operation *operation)
{
	long n = operation->file;
	long error = operation->flags & P9_O_CREAT ? create(files, operation, FILE(n)) :
		     open_there(files, operation->path, FILE(n), operation->flags);

	if (!error)
		files->file[n].life = files->life;
	return error;
}

long l4_file_open(struct l4_files *files, const char *path, unsigned int flags, unsigned int mode)
{
	struct operation operation = { .path = path, .flags = flags, .mode = mode };
	size_t length = strlen(path);
	long n, error;

	if (length >= L4_FILE_PATH)
		return -(L4_FILE_ERROR + P9_ENAMETOOLONG);
	for (n = 0; n < L4_FILES_OPEN && files->file[n].used; n++)
		;
	if (n == L4_FILES_OPEN)
		return -(L4_FILE_ERROR + P9_EMFILE);
	operation.file = n;
	error = persist(files, try_open, &operation);
	if (error)
		return error;
	files->file[n].used = true;
	files->file[n].flags = flags & ~(P9_O_EXCL | P9_O_TRUNC);
	files->file[n].mode = mode;
	files->file[n].written = flags & (P9_O_CREAT | P9_O_TRUNC) ? files->life : 0;
	memcpy(files->file[n].path, path, length + 1);
	return n;
}

static bool is_open(const struct l4_files *files, long file)
{
	return file >= 0 && file < L4_FILES_OPEN && files->file[file].used;
}

/* A server that has come since knows nothing of it; of a new file perhaps not even the name. */
static long find(struct l4_files *files, long file)
{
	if (files->file[file].life == files->life)
		return 0;
	return try_open(files, &(struct operation){
		.file = file, .path = files->file[file].path, .flags = files->file[file].flags,
		.mode = files->file[file].mode });
}

static long with_file(struct l4_files *files, attempt attempt, struct operation *operation)
{
	if (!is_open(files, operation->file))
		return -(L4_FILE_ERROR + P9_EBADF);
	return persist(files, attempt, operation);
}

static long try_close(struct l4_files *files, struct operation *operation)
{
	if (files->file[operation->file].life != files->life)
		return 0;
	return drop(files, FILE(operation->file));
}

long l4_file_close(struct l4_files *files, long file)
{
	long error = with_file(files, try_close, &(struct operation){ .file = file });

	if (is_open(files, file))
		files->file[file].used = false;
	return error;
}

static long try_read(struct l4_files *files, struct operation *operation)
{
	struct p9_message message;
	const unsigned char *data;
	uint32_t count;
	long error = find(files, operation->file);

	if (error)
		return error;
	message = begin(files, P9_TREAD, FILE(operation->file));
	p9_put(&message, 8, operation->offset);
	p9_put(&message, 4, l4_min(operation->size, BUFFER_SIZE - P9_READ_HEADER));
	error = send(files, &message);
	if (error)
		return error;
	count = p9_get(&message, 4);
	data = p9_bytes(&message, count);
	if (!data || count > operation->size)
		return -(L4_FILE_ERROR + P9_EPROTO);
	memcpy(operation->to, data, count);
	return count;
}

long l4_file_read(struct l4_files *files, long file, uint64_t offset, void *to, size_t size)
{
	return with_file(files, try_read, &(struct operation){
		.file = file, .offset = offset, .to = to, .size = size });
}

static long try_write(struct l4_files *files, struct operation *operation)
{
	uint32_t count = l4_min(operation->size, BUFFER_SIZE - P9_WRITE_HEADER);
	struct p9_message message;
	long error = find(files, operation->file);

	if (error)
		return error;
	message = begin(files, P9_TWRITE, FILE(operation->file));
	p9_put(&message, 8, operation->offset);
	p9_put(&message, 4, count);
	memcpy(p9_bytes(&message, count), operation->from, count);
	error = send(files, &message);
	if (error)
		return error;
	if (!files->file[operation->file].written)
		files->file[operation->file].written = files->life;
	return p9_get(&message, 4);
}

long l4_file_write(struct l4_files *files, long file, uint64_t offset, const void *from, size_t size)
{
	return with_file(files, try_write, &(struct operation){
		.file = file, .offset = offset, .from = from, .size = size });
}

static long try_sync(struct l4_files *files, struct operation *operation)
{
	struct p9_message message;
	long error = find(files, operation->file);

	if (error)
		return error;
	message = begin(files, P9_TFSYNC, FILE(operation->file));
	p9_put(&message, 4, 0);
	return send(files, &message);
}

long l4_file_sync(struct l4_files *files, long file)
{
	long error = with_file(files, try_sync, &(struct operation){ .file = file });
	unsigned int written, named;

	if (error)
		return error;
	written = files->file[file].written;
	named = files->named;
	files->file[file].written = files->named = 0;
	/* What is on the disk need not be made once more. */
	files->file[file].flags &= ~P9_O_CREAT;
	return (written && written != files->life) || (named && named != files->life) ? -L4_EDEAD : 0;
}

static long try_resize(struct l4_files *files, struct operation *operation)
{
	struct p9_message message;
	long error = find(files, operation->file);

	if (error)
		return error;
	message = begin(files, P9_TSETATTR, FILE(operation->file));
	p9_put(&message, 4, P9_SET_SIZE);
	p9_put(&message, 8, 0);
	p9_put(&message, 4, 0);
	p9_put(&message, 8, operation->offset);
	for (unsigned int i = 0; i < 4; i++)
		p9_put(&message, 8, 0);
	error = send(files, &message);
	if (!error && !files->file[operation->file].written)
		files->file[operation->file].written = files->life;
	return error;
}

long l4_file_resize(struct l4_files *files, long file, uint64_t size)
{
	return with_file(files, try_resize, &(struct operation){ .file = file, .offset = size });
}

static long try_next(struct l4_files *files, struct operation *operation)
{
	struct l4_file_entry *entry = operation->to;
	struct p9_message message;
	struct p9_name name;
	long error = find(files, operation->file);

	if (error)
		return error;
	message = begin(files, P9_TREADDIR, FILE(operation->file));
	p9_put(&message, 8, operation->offset);
	/* Room for the longest one. */
	p9_put(&message, 4, 24 + P9_NAME_MAX);
	error = send(files, &message);
	if (error)
		return error;
	if (!p9_get(&message, 4))
		return 1;
	entry->is_directory = p9_get(&message, 1) & P9_QID_DIRECTORY;
	p9_get(&message, 4);
	entry->inode = p9_get(&message, 8);
	operation->offset = p9_get(&message, 8);
	p9_get(&message, 1);
	name = p9_get_name(&message);
	if (message.bad || name.length > P9_NAME_MAX)
		return -(L4_FILE_ERROR + P9_EPROTO);
	memcpy(entry->name, name.text, name.length);
	entry->name[name.length] = 0;
	return 0;
}

long l4_file_next(struct l4_files *files, long file, uint64_t *offset, struct l4_file_entry *entry)
{
	struct operation operation = { .file = file, .offset = *offset, .to = entry };
	long result = with_file(files, try_next, &operation);

	*offset = operation.offset;
	return result;
}

static long try_status(struct l4_files *files, struct operation *operation)
{
	struct l4_file_status *status = operation->to;
	struct p9_message message;
	long error = walk(files, operation->path, FIRST, 0, NULL);

	if (error)
		return error;
	message = begin(files, P9_TGETATTR, FIRST);
	p9_put(&message, 8, P9_GOT_BASIC);
	error = send(files, &message);
	if (!error) {
		p9_get(&message, 8);
		p9_bytes(&message, 5);
		status->inode = p9_get(&message, 8);
		status->mode = p9_get(&message, 4);
		status->uid = p9_get(&message, 4);
		status->gid = p9_get(&message, 4);
		status->links = p9_get(&message, 8);
		p9_get(&message, 8);
		status->size = p9_get(&message, 8);
		p9_bytes(&message, 32);
		status->mtime = p9_get(&message, 8);
		if (message.bad)
			error = -(L4_FILE_ERROR + P9_EPROTO);
	}
	return drop_after(files, FIRST, error);
}

long l4_file_status(struct l4_files *files, const char *path, struct l4_file_status *status)
{
	return persist(files, try_status, &(struct operation){ .path = path, .to = status });
}

/* A name has changed: until the next sync a server that dies takes it back. */
static long named(struct l4_files *files, long error)
{
	if (!error && !files->named)
		files->named = files->life;
	return error;
}

/* A new name in a directory, for what `type' says. */
static long try_name(struct l4_files *files, struct operation *operation)
{
	struct p9_message message;
	const char *name;
	long error = walk(files, operation->path, FIRST, 1, &name);

	if (error)
		return error;
	message = begin(files, operation->type, FIRST);
	put_last(&message, name);
	switch (operation->type) {
	case P9_TMKDIR:
		p9_put(&message, 4, operation->mode);
		p9_put(&message, 4, 0);
		break;
	case P9_TSYMLINK:
		p9_put_name(&message, operation->other, strlen(operation->other));
		p9_put(&message, 4, 0);
		break;
	case P9_TUNLINKAT:
		p9_put(&message, 4, operation->flags);
		break;
	}
	return drop_after(files, FIRST, named(files, send(files, &message)));
}

static long name(struct l4_files *files, unsigned int type, const char *path, const char *target,
		 unsigned int mode)
{
	return persist(files, try_name, &(struct operation){
		.type = type, .path = path, .other = target, .mode = mode, .flags = mode });
}

long l4_file_make_directory(struct l4_files *files, const char *path, unsigned int mode)
{
	return name(files, P9_TMKDIR, path, NULL, mode);
}

long l4_file_make_link(struct l4_files *files, const char *path, const char *target)
{
	return name(files, P9_TSYMLINK, path, target, 0);
}

long l4_file_remove(struct l4_files *files, const char *path)
{
	return name(files, P9_TUNLINKAT, path, NULL, 0);
}

long l4_file_remove_directory(struct l4_files *files, const char *path)
{
	return name(files, P9_TUNLINKAT, path, NULL, P9_REMOVE_DIRECTORY);
}

/* From one name to another. A link's source is the file itself, not its directory. */
static long try_two(struct l4_files *files, struct operation *operation)
{
	bool is_link = operation->type == P9_TLINK;
	const char *old = "", *new;
	struct p9_message message;
	long error = walk(files, operation->path, FIRST, !is_link, is_link ? NULL : &old);

	if (error)
		return error;
	error = walk(files, operation->other, SECOND, 1, &new);
	if (error)
		return drop_after(files, FIRST, error);
	message = begin(files, operation->type, is_link ? SECOND : FIRST);
	if (!is_link)
		put_last(&message, old);
	p9_put(&message, 4, is_link ? FIRST : SECOND);
	put_last(&message, new);
	error = drop_after(files, FIRST, named(files, send(files, &message)));
	return drop_after(files, SECOND, error);
}

long l4_file_link(struct l4_files *files, const char *from, const char *path)
{
	return persist(files, try_two, &(struct operation){
		.type = P9_TLINK, .path = from, .other = path });
}

long l4_file_rename(struct l4_files *files, const char *from, const char *path)
{
	return persist(files, try_two, &(struct operation){
		.type = P9_TRENAMEAT, .path = from, .other = path });
}

static long try_target(struct l4_files *files, struct operation *operation)
{
	struct p9_message message;
	struct p9_name target;
	long result = walk(files, operation->path, FIRST, 0, NULL);

	if (result)
		return result;
	message = begin(files, P9_TREADLINK, FIRST);
	result = send(files, &message);
	if (!result) {
		target = p9_get_name(&message);
		memcpy(operation->to, target.text, l4_min(target.length, operation->size));
		result = target.length;
	}
	return drop_after(files, FIRST, result);
}

long l4_file_target(struct l4_files *files, const char *path, char *to, size_t room)
{
	return persist(files, try_target, &(struct operation){ .path = path, .to = to, .size = room });
}

static long nothing(struct l4_files *files, struct operation *operation)
{
	(void)files, (void)operation;
	return 0;
}

long l4_files_open(struct l4_files *files, const char *server, unsigned int session,
		   l4_word_t patience_ms)
{
	long error;

	*files = (struct l4_files){
		.server = server, .session = session, .patience = patience_ms, .gate = -L4_EDEAD,
		.buffer = l4_pages_alloc(BUFFER_ORDER),
	};
	if (!files->buffer)
		return -L4_ENOMEM;
	error = connect(files);
	if (error == -L4_EDEAD)
		error = persist(files, nothing, NULL);
	if (error) {
		free_buffer(files);
		files->buffer = NULL;
	}
	return error;
}
