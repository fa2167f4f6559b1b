/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/p9_message.h>

#include "attributes.h"
#include "file.h"
#include "requests.h"

#define FILE_SYSTEM		0xef53		/* of statfs: ext2 */
#define DIRECTORY_TYPE_SHIFT	12		/* from a mode's type to that of a directory's entry */

#define LOCK_READ		0
#define LOCK_WRITE		1
#define LOCK_NONE		2
#define LOCK_SUCCESS		0
#define LOCK_BLOCKED		1
#define LOCK_ERROR		2

/* A request on its way. `answer' begins behind its header. */
struct request {
	struct session *session;
	struct p9_message in, answer;
};

static struct nodes *nodes(const struct request *request)
{
	return &request->session->client->files->nodes;
}

static struct fs *fs(const struct request *request)
{
	return nodes(request)->fs;
}

static uint32_t get32(struct request *request)
{
	return p9_get(&request->in, 4);
}

static struct name get_name(struct request *request)
{
	struct p9_name name = p9_get_name(&request->in);

	return (struct name){ name.text, name.length };
}

/* The fid that the message names next. */
static struct fid *get_fid(struct request *request)
{
	uint32_t number = get32(request);

	return request->in.bad ? NULL : session_fid(request->session, number);
}

static bool may_write(const struct request *request)
{
	return !request->session->client->read_only;
}

/* Which file: its kind, and its numbers. */
static void put_qid(struct request *request, uint32_t inode, const struct attributes *attributes)
{
	uint32_t type = attributes->mode & EXT2_TYPE;

	p9_put(&request->answer, 1, type == EXT2_DIRECTORY ? P9_QID_DIRECTORY :
					 type == EXT2_SYMLINK ? P9_QID_SYMLINK : P9_QID_FILE);
	p9_put(&request->answer, 4, attributes->generation);
	p9_put(&request->answer, 8, inode);
}

static long answer_qid(struct request *request, uint32_t inode)
{
	struct attributes attributes;
	long error = attributes_get(fs(request), inode, &attributes);

	if (!error)
		put_qid(request, inode, &attributes);
	return error;
}

static long version(struct request *request)
{
	uint32_t size = get32(request);
	struct name name = get_name(request);
	static const char known[] = "9P2000.L";
	bool is_known = name.length == sizeof(known) - 1 && !memcmp(name.text, known, name.length);

	if (request->in.bad || size < P9_LEAST)
		return -P9_EINVAL;
	session_end(request->session);
	size = l4_min(size, MESSAGE_MOST);
	if (is_known)
		request->session->size = size;
	p9_put(&request->answer, 4, size);
	if (is_known)
		p9_put_name(&request->answer, known, sizeof(known) - 1);
	else
		p9_put_name(&request->answer, "unknown", 7);
	return 0;
}

static bool is_up(struct name name)
{
	return name.length == 2 && !memcmp(name.text, "..", 2);
}

/* One name on the way; ".." does not lead out of the client's directory. */
static long step(struct request *request, uint32_t *inode, struct name name)
{
	uint32_t root = request->session->client->root, found;
	bool up = is_up(name);
	long error;

	if (up && *inode == root)
		return names_find(nodes(request), root, (struct name){ ".", 1 }, &found);
	error = names_find(nodes(request), *inode, name, &found);
	if (!error && up)
		error = names_check_below(nodes(request), root, found);
	if (!error)
		*inode = found;
	return error;
}

/* aname: a path below the client's directory. */
static long attach(struct request *request)
{
	uint32_t number = get32(request), inode = request->session->client->root, uid, at, start, names = 0;
	struct name path;
	long error = 0;

	get32(request);			/* afid: nobody has to prove anything */
	get_name(request);
	path = get_name(request);
	uid = get32(request);
	if (request->in.bad)
		return -P9_EINVAL;
	for (at = 0; at < path.length && !error; at++) {
		if (path.text[at] == '/')
			continue;
		if (names++ == P9_WALK_NAMES)
			return -P9_ENAMETOOLONG;
		start = at;
		while (at < path.length && path.text[at] != '/')
			at++;
		error = step(request, &inode, (struct name){ path.text + start, at - start });
	}
	if (!error)
		error = session_add(request->session, number, inode, uid == P9_NO_FID ? 0 : uid);
	return error ? error : answer_qid(request, inode);
}

static long walk(struct request *request)
{
	struct fid *fid = get_fid(request);
	uint32_t new_number = get32(request), inode, count = p9_get(&request->in, 2), done;
	unsigned char *count_at = p9_bytes(&request->answer, 2);
	long error = 0;

	if (!fid)
		return -P9_EBADF;
	if (request->in.bad || count > P9_WALK_NAMES || (fid->open && new_number == fid->number))
		return -P9_EINVAL;
	inode = fid->node->inode;
	for (done = 0; done < count; done++) {
		struct name name = get_name(request);

		error = request->in.bad ? -P9_EINVAL : step(request, &inode, name);
		if (!error)
			error = answer_qid(request, inode);
		if (error)
			break;
	}
	/* Who comes as far as the first name hears how far; only who comes all the way has the fid. */
	if (error && (!done || request->in.bad))
		return error;
	if (request->answer.bad)
		return -P9_EINVAL;
	if (done == count) {
		error = new_number == fid->number ? session_move(request->session, fid, inode) :
			session_add(request->session, new_number, inode, fid->uid);
		if (error)
			return error;
	}
	memcpy(count_at, &(uint16_t){ done }, 2);
	return 0;
}

static void set_open(struct fid *fid, uint32_t flags)
{
	fid->open = true;
	fid->access = flags & P9_O_ACCESS;
	fid->append = flags & P9_O_APPEND;
}

/* As large as they fit a message. */
static void put_unit(struct request *request)
{
	p9_put(&request->answer, 4, 0);
}

static long truncate(struct request *request, uint32_t inode)
{
	return attributes_set(fs(request), inode, &(struct attributes_change){ .which = P9_SET_SIZE });
}

static long open_file(struct request *request)
{
	struct fid *fid = get_fid(request);
	uint32_t flags = get32(request);
	struct attributes attributes;
	bool writes = (flags & P9_O_ACCESS) != P9_O_RDONLY || flags & P9_O_TRUNC;
	long error;

	if (!fid || fid->open)
		return -P9_EBADF;
	if (request->in.bad || (flags & P9_O_ACCESS) == P9_O_ACCESS)
		return -P9_EINVAL;
	error = attributes_get(fs(request), fid->node->inode, &attributes);
	if (error)
		return error;
	if ((attributes.mode & EXT2_TYPE) == EXT2_DIRECTORY && writes)
		return -P9_EISDIR;
	if (writes && !may_write(request))
		return -P9_EROFS;
	if (flags & P9_O_TRUNC && (attributes.mode & EXT2_TYPE) == EXT2_FILE)
		error = truncate(request, fid->node->inode);
	if (error)
		return error;
	set_open(fid, flags);
	put_qid(request, fid->node->inode, &attributes);
	put_unit(request);
	return 0;
}

static long make(struct request *request, const struct fid *fid, struct name name,
		 const struct names_new *what, uint32_t *inode)
{
	if (request->in.bad)
		return -P9_EINVAL;
	if (!may_write(request))
		return -P9_EROFS;
	return names_make(nodes(request), fid->node->inode, name, what, inode);
}

/* What is not open then. */
static long make_only(struct request *request, const struct fid *fid, struct name name,
		      const struct names_new *what)
{
	uint32_t inode;
	long error = make(request, fid, name, what, &inode);

	return error ? error : answer_qid(request, inode);
}

/* A file that is there already is opened, if that is not excluded. */
static long open_existing(struct request *request, const struct fid *fid, struct name name,
			  uint32_t flags, uint32_t *inode)
{
	struct attributes attributes;
	long error = names_find(nodes(request), fid->node->inode, name, inode);

	if (!error)
		error = attributes_get(fs(request), *inode, &attributes);
	if (error)
		return error;
	if (flags & P9_O_EXCL || (attributes.mode & EXT2_TYPE) != EXT2_FILE)
		return -P9_EEXIST;
	return flags & P9_O_TRUNC ? truncate(request, *inode) : 0;
}

static long create(struct request *request)
{
	struct fid *fid = get_fid(request);
	struct name name = get_name(request);
	uint32_t flags = get32(request), mode = get32(request), gid = get32(request), inode;
	struct names_new what;
	long error;

	if (!fid || fid->open)
		return -P9_EBADF;
	if ((flags & P9_O_ACCESS) == P9_O_ACCESS)
		return -P9_EINVAL;
	what = (struct names_new){
		.inode = { EXT2_FILE | (mode & ~EXT2_TYPE & 0xffff), fid->uid, gid },
	};
	error = make(request, fid, name, &what, &inode);
	if (error == -P9_EEXIST)
		error = open_existing(request, fid, name, flags, &inode);
	if (!error)
		error = session_move(request->session, fid, inode);
	if (error)
		return error;
	set_open(fid, flags);
	error = answer_qid(request, inode);
	put_unit(request);
	return error;
}

static long symlink(struct request *request)
{
	struct fid *fid = get_fid(request);
	struct name name = get_name(request), target = get_name(request);
	uint32_t gid = get32(request);

	if (!fid)
		return -P9_EBADF;
	return make_only(request, fid, name, &(struct names_new){
		.inode = { EXT2_SYMLINK | 0777, fid->uid, gid }, .target = target });
}

/* Linux's order of a device's number in an inode: the minor's upper bits above the major. */
static uint32_t device_number(uint32_t major, uint32_t minor)
{
	return (minor & 0xff) | major << 8 | (minor & ~0xffU) << 12;
}

static long make_node(struct request *request)
{
	struct fid *fid = get_fid(request);
	struct name name = get_name(request);
	uint32_t mode = get32(request), major = get32(request), minor = get32(request);
	uint32_t gid = get32(request), type = mode & EXT2_TYPE;

	if (!fid)
		return -P9_EBADF;
	if (!type)
		type = EXT2_FILE;
	if ((type != EXT2_FILE && type != EXT2_FIFO && type != EXT2_SOCKET &&
	     type != EXT2_CHAR_DEVICE && type != EXT2_BLOCK_DEVICE) ||
	    major > 0xfff || minor > 0xfffff)
		return -P9_EINVAL;
	return make_only(request, fid, name, &(struct names_new){
		.inode = { type | (mode & 07777), fid->uid, gid },
		.device = device_number(major, minor) });
}

static long make_directory(struct request *request)
{
	struct fid *fid = get_fid(request);
	struct name name = get_name(request);
	uint32_t mode = get32(request), gid = get32(request);

	if (!fid)
		return -P9_EBADF;
	return make_only(request, fid, name, &(struct names_new){
		.inode = { EXT2_DIRECTORY | (mode & 07777), fid->uid, gid } });
}

static long read_link(struct request *request)
{
	struct fid *fid = get_fid(request);
	unsigned char *length_at = p9_bytes(&request->answer, 2);
	uint32_t room = request->answer.end - request->answer.at;
	long length;

	if (!fid)
		return -P9_EBADF;
	length = names_target(nodes(request), fid->node->inode, (char *)request->answer.at, room);
	if (length < 0)
		return length;
	p9_bytes(&request->answer, length);
	memcpy(length_at, &(uint16_t){ length }, 2);
	return 0;
}

static void put_time(struct request *request, uint32_t seconds)
{
	p9_put(&request->answer, 8, seconds);
	p9_put(&request->answer, 8, 0);
}

static long get_attributes(struct request *request)
{
	struct fid *fid = get_fid(request);
	struct p9_message *answer = &request->answer;
	struct attributes attributes;
	long error;

	if (!fid)
		return -P9_EBADF;
	error = attributes_get(fs(request), fid->node->inode, &attributes);
	if (error)
		return error;
	p9_put(answer, 8, P9_GOT_BASIC);
	put_qid(request, fid->node->inode, &attributes);
	p9_put(answer, 4, attributes.mode);
	p9_put(answer, 4, attributes.uid);
	p9_put(answer, 4, attributes.gid);
	p9_put(answer, 8, attributes.links);
	p9_put(answer, 8, attributes.device);
	p9_put(answer, 8, attributes.size);
	p9_put(answer, 8, fs(request)->block_size);
	p9_put(answer, 8, attributes.sectors);
	put_time(request, attributes.atime);
	put_time(request, attributes.mtime);
	put_time(request, attributes.ctime);
	put_time(request, 0);
	p9_put(answer, 8, attributes.generation);
	p9_put(answer, 8, 0);
	return 0;
}

static long set_attributes(struct request *request)
{
	struct fid *fid = get_fid(request);
	struct attributes_change change = { .which = get32(request) };

	change.mode = get32(request);
	change.uid = get32(request);
	change.gid = get32(request);
	change.size = p9_get(&request->in, 8);
	change.atime = p9_get(&request->in, 8);
	p9_get(&request->in, 8);
	change.mtime = p9_get(&request->in, 8);
	p9_get(&request->in, 8);
	if (!fid)
		return -P9_EBADF;
	if (request->in.bad)
		return -P9_EINVAL;
	if (!may_write(request))
		return -P9_EROFS;
	return attributes_set(fs(request), fid->node->inode, &change);
}

/* No more than the client's room for an answer, whatever it asks for. */
static long read_file(struct request *request)
{
	struct fid *fid = get_fid(request);
	uint64_t offset = p9_get(&request->in, 8);
	uint32_t count = get32(request);
	unsigned char *count_at = p9_bytes(&request->answer, 4);
	struct inode inode;
	long result;

	if (!fid || !fid->open || fid->access == P9_O_WRONLY)
		return -P9_EBADF;
	if (request->in.bad)
		return -P9_EINVAL;
	count = l4_min(count, request->answer.end - request->answer.at);
	result = inode_get(fs(request), fid->node->inode, &inode);
	if (result)
		return result;
	result = inode_is(&inode, EXT2_DIRECTORY) ? -P9_EISDIR :
		 inode_is(&inode, EXT2_FILE) ?
		 file_read(fs(request), &inode, offset, request->answer.at, count) : -P9_EINVAL;
	inode_put(&inode);
	if (result < 0)
		return result;
	p9_bytes(&request->answer, result);
	memcpy(count_at, &(uint32_t){ result }, 4);
	return 0;
}

static long write_file(struct request *request)
{
	struct fid *fid = get_fid(request);
	uint64_t offset = p9_get(&request->in, 8);
	uint32_t count = get32(request);
	const unsigned char *data = p9_bytes(&request->in, count);
	struct inode inode;
	long result;

	if (!fid || !fid->open || fid->access == P9_O_RDONLY)
		return -P9_EBADF;
	if (request->in.bad)
		return -P9_EINVAL;
	result = inode_get(fs(request), fid->node->inode, &inode);
	if (result)
		return result;
	if (fid->append)
		offset = inode_size(&inode);
	result = inode_is(&inode, EXT2_FILE) ?
		 file_write(fs(request), &inode, offset, data, count) : -P9_EINVAL;
	inode_put(&inode);
	if (result < 0)
		return result;
	p9_put(&request->answer, 4, result);
	return 0;
}

/* Of entries whose inode cannot be read there is none; above the client's directory is that itself. */
static bool put_entry(struct request *request, uint32_t directory, uint64_t offset,
		      const struct directory_entry *entry)
{
	struct p9_message before = request->answer;
	struct attributes attributes;
	uint32_t inode = directory == request->session->client->root && is_up(entry->name) ?
			 directory : entry->inode;

	if (attributes_get(fs(request), inode, &attributes))
		return true;
	put_qid(request, inode, &attributes);
	p9_put(&request->answer, 8, offset);
	p9_put(&request->answer, 1, (attributes.mode & EXT2_TYPE) >> DIRECTORY_TYPE_SHIFT);
	p9_put_name(&request->answer, entry->name.text, entry->name.length);
	if (!request->answer.bad)
		return true;
	request->answer = before;
	return false;
}

static long read_directory(struct request *request)
{
	struct fid *fid = get_fid(request);
	uint64_t offset = p9_get(&request->in, 8);
	uint32_t count = get32(request);
	unsigned char *count_at = p9_bytes(&request->answer, 4), *end = request->answer.end;
	unsigned char *start = request->answer.at;
	struct directory_entry entry;
	struct inode inode;
	long error;

	if (!fid || !fid->open)
		return -P9_EBADF;
	if (request->in.bad)
		return -P9_EINVAL;
	error = inode_get(fs(request), fid->node->inode, &inode);
	if (error)
		return error;
	if (!inode_is(&inode, EXT2_DIRECTORY))
		error = -P9_ENOTDIR;
	if (count < end - start)
		request->answer.end = start + count;
	while (!error) {
		error = directory_next(fs(request), &inode, &offset, &entry);
		if (!error && !put_entry(request, fid->node->inode, offset, &entry)) {
			/* Not even one fits: without an error it would look like the end. */
			error = request->answer.at == start ? -P9_EINVAL : 1;
		}
	}
	inode_put(&inode);
	request->answer.end = end;
	if (error < 0)
		return error;
	memcpy(count_at, &(uint32_t){ request->answer.at - start }, 4);
	return 0;
}

static long sync_file(struct request *request)
{
	return get_fid(request) ? fs_sync(fs(request)) : -P9_EBADF;
}

static long get_lock(struct request *request, bool has_flags, uint32_t *type, struct lock *lock)
{
	struct fid *fid = get_fid(request);
	uint64_t length;

	*type = p9_get(&request->in, 1);
	if (has_flags)
		get32(request);
	*lock = (struct lock){ .session = request->session, .client = request->session->client };
	lock->start = p9_get(&request->in, 8);
	length = p9_get(&request->in, 8);
	lock->process = get32(request);
	get_name(request);
	if (!fid || !fid->open)
		return -P9_EBADF;
	if (request->in.bad || *type > LOCK_NONE)
		return -P9_EINVAL;
	lock->end = length && length <= UINT64_MAX - lock->start ? lock->start + length : UINT64_MAX;
	lock->fid = fid->number;
	lock->inode = fid->node->inode;
	lock->write = *type == LOCK_WRITE;
	return 0;
}

/* Who has to wait asks again. */
static long lock(struct request *request)
{
	struct locks *locks = &request->session->client->files->locks;
	uint32_t type, status = LOCK_SUCCESS;
	struct lock wanted;
	long error = get_lock(request, true, &type, &wanted);

	if (error)
		return error;
	if (type == LOCK_NONE)
		status = locks_clear(locks, &wanted) ? LOCK_SUCCESS : LOCK_ERROR;
	else if (locks_in_the_way(locks, &wanted))
		status = LOCK_BLOCKED;
	else if (!locks_set(locks, &wanted, request->session->client->locks_most))
		status = LOCK_ERROR;
	p9_put(&request->answer, 1, status);
	return 0;
}

static long look_for_lock(struct request *request)
{
	const struct locks *locks = &request->session->client->files->locks;
	const struct lock *other;
	struct lock wanted;
	uint32_t type;
	long error = get_lock(request, false, &type, &wanted);

	if (error)
		return error;
	other = type == LOCK_NONE ? NULL : locks_in_the_way(locks, &wanted);
	p9_put(&request->answer, 1, !other ? LOCK_NONE : other->write ? LOCK_WRITE : LOCK_READ);
	if (!other)
		other = &wanted;
	p9_put(&request->answer, 8, other->start);
	p9_put(&request->answer, 8, other->end == UINT64_MAX ? 0 : other->end - other->start);
	p9_put(&request->answer, 4, other->process);
	p9_put_name(&request->answer, "", 0);
	return 0;
}

static long link(struct request *request)
{
	struct fid *directory = get_fid(request), *fid = get_fid(request);
	struct name name = get_name(request);

	if (!directory || !fid)
		return -P9_EBADF;
	if (request->in.bad)
		return -P9_EINVAL;
	if (!may_write(request))
		return -P9_EROFS;
	return names_link(nodes(request), directory->node->inode, name, fid->node->inode);
}

static long move(struct request *request)
{
	struct fid *from = get_fid(request), *to;
	struct name name = get_name(request), new_name;

	to = get_fid(request);
	new_name = get_name(request);
	if (!from || !to)
		return -P9_EBADF;
	if (request->in.bad)
		return -P9_EINVAL;
	if (!may_write(request))
		return -P9_EROFS;
	return names_move(nodes(request), from->node->inode, name, to->node->inode, new_name);
}

static long unlink(struct request *request)
{
	struct fid *fid = get_fid(request);
	struct name name = get_name(request);
	uint32_t flags = get32(request);

	if (!fid)
		return -P9_EBADF;
	if (request->in.bad)
		return -P9_EINVAL;
	if (!may_write(request))
		return -P9_EROFS;
	return names_remove(nodes(request), fid->node->inode, name, flags & P9_REMOVE_DIRECTORY);
}

static long clunk(struct request *request)
{
	struct fid *fid = get_fid(request);

	if (!fid)
		return -P9_EBADF;
	session_drop(request->session, fid);
	return 0;
}

static long stat_fs(struct request *request)
{
	const struct fs *this = fs(request);
	const struct ext2_super *super = this->super;
	uint32_t reserved = l4_min(super->reserved_blocks, super->free_blocks);

	if (!get_fid(request))
		return -P9_EBADF;
	p9_put(&request->answer, 4, FILE_SYSTEM);
	p9_put(&request->answer, 4, this->block_size);
	p9_put(&request->answer, 8, this->blocks);
	p9_put(&request->answer, 8, super->free_blocks);
	p9_put(&request->answer, 8, super->free_blocks - reserved);
	p9_put(&request->answer, 8, this->inodes);
	p9_put(&request->answer, 8, super->free_inodes);
	p9_put(&request->answer, 8, 0);
	p9_put(&request->answer, 4, EXT2_NAME_MAX);
	return 0;
}

/* Whatever it names has been answered already: one comes after the other. */
static long flush(struct request *request)
{
	(void)request;
	return 0;
}

static long (*const requests[])(struct request *request) = {
	[P9_TSTATFS] = stat_fs,
	[P9_TLOPEN] = open_file,
	[P9_TLCREATE] = create,
	[P9_TSYMLINK] = symlink,
	[P9_TMKNOD] = make_node,
	[P9_TREADLINK] = read_link,
	[P9_TGETATTR] = get_attributes,
	[P9_TSETATTR] = set_attributes,
	[P9_TREADDIR] = read_directory,
	[P9_TFSYNC] = sync_file,
	[P9_TLOCK] = lock,
	[P9_TGETLOCK] = look_for_lock,
	[P9_TLINK] = link,
	[P9_TMKDIR] = make_directory,
	[P9_TRENAMEAT] = move,
	[P9_TUNLINKAT] = unlink,
	[P9_TVERSION] = version,
	[P9_TATTACH] = attach,
	[P9_TFLUSH] = flush,
	[P9_TWALK] = walk,
	[P9_TREAD] = read_file,
	[P9_TWRITE] = write_file,
	[P9_TCLUNK] = clunk,
};

static long carry_out(struct request *request, unsigned int type)
{
	long error;

	if (type >= ARRAY_SIZE(requests) || !requests[type])
		return -P9_EOPNOTSUPP;
	if (!request->session->size && type != P9_TVERSION)
		return -P9_EPROTO;
	error = requests[type](request);
	if (!error && request->answer.bad)
		error = -P9_EINVAL;
	return error;
}

uint32_t requests_answer(struct session *session, unsigned char *in, uint32_t size,
			 unsigned char *out, uint32_t room)
{
	struct request request = { .session = session, .in = { in, in + size, false } };
	uint32_t said = p9_get(&request.in, 4), type = p9_get(&request.in, 1);
	uint32_t tag = p9_get(&request.in, 2), answer_size;
	long error = -P9_EPROTO;

	if (session->size)
		room = l4_min(room, session->size);
	request.answer = (struct p9_message){ out + P9_HEADER, out + room, false };
	if (!request.in.bad && said == size)
		error = carry_out(&request, type);
	if (error) {
		type = P9_RLERROR - 1;
		request.answer = (struct p9_message){ out + P9_HEADER, out + room, false };
		p9_put(&request.answer, 4, -error);
	}
	answer_size = request.answer.at - out;
	memcpy(out, &answer_size, 4);
	out[4] = type + 1;
	memcpy(out + 5, &tag, 2);
	return answer_size;
}
