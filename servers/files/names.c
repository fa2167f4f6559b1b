/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "alloc.h"
#include "file.h"
#include "names.h"

#define DEPTH_MOST	256	/* of directories in directories, where their order matters */

static const struct name above = { "..", 2 };

void nodes_init(struct nodes *nodes, struct fs *fs, struct node *node, uint32_t count)
{
	*nodes = (struct nodes){ .fs = fs };
	for (uint32_t i = 0; i < count; i++) {
		node[i] = (struct node){ .next = nodes->free };
		nodes->free = &node[i];
	}
}

static struct node **find_node(struct nodes *nodes, uint32_t inode)
{
	struct node **at = &nodes->hash[inode % NODE_HASHES];

	while (*at && (*at)->inode != inode)
		at = &(*at)->next;
	return at;
}

struct node *node_get(struct nodes *nodes, uint32_t inode)
{
	struct node **at = find_node(nodes, inode);
	struct node *node = *at;

	if (!node) {
		node = nodes->free;
		if (!node)
			return NULL;
		nodes->free = node->next;
		*node = (struct node){ .inode = inode };
		*at = node;
	}
	node->users++;
	return node;
}

/* Attributes that others have given it may be in a block of several files'. */
static long drop_attributes(struct fs *fs, struct inode *inode)
{
	uint32_t number = inode->raw->attributes;
	struct ext2_attributes *attributes;
	struct block *block;
	bool last;
	long error;

	if (!number)
		return 0;
	if (!is_file_block(fs, number))
		return fs_break(fs, -P9_EINVAL);
	error = cache_get(&fs->cache, number, &block);
	if (error)
		return fs_break(fs, error);
	attributes = (struct ext2_attributes *)block->data;
	last = attributes->magic != EXT2_ATTRIBUTES_MAGIC || attributes->references <= 1;
	if (!last) {
		attributes->references--;
		cache_change(&fs->cache, block, METADATA);
	}
	cache_put(block);
	inode->raw->attributes = 0;
	inode->raw->sectors -= fs->block_size / 512;
	inode_changed(fs, inode);
	return last ? free_block(fs, number) : 0;
}

static bool has_content(const struct fs *fs, const struct inode *inode)
{
	uint32_t own = inode->raw->attributes ? fs->block_size / 512 : 0;

	if (inode_is(inode, EXT2_SYMLINK))
		return inode->raw->sectors > own;
	return inode_is(inode, EXT2_FILE) || inode_is(inode, EXT2_DIRECTORY);
}

/* An orphan goes. */
static long release(struct fs *fs, uint32_t number)
{
	struct inode inode;
	long error = inode_get(fs, number, &inode);

	if (error)
		return error;
	if (has_content(fs, &inode))
		error = file_resize(fs, &inode, 0);
	if (!error)
		error = fs_step(fs);
	if (!error)
		error = drop_attributes(fs, &inode);
	if (!error)
		error = orphan_remove(fs, &inode);
	if (!error)
		error = inode_free(fs, &inode);
	inode_put(&inode);
	return error;
}

/* What fails here is left to the next mount: the orphan is still in the list. */
void node_put(struct nodes *nodes, struct node *node)
{
	struct inode inode;
	uint32_t number = node->inode;
	bool orphan;

	if (--node->users)
		return;
	*find_node(nodes, number) = node->next;
	*node = (struct node){ .next = nodes->free };
	nodes->free = node;
	if (inode_get(nodes->fs, number, &inode))
		return;
	orphan = !inode.raw->links;
	inode_put(&inode);
	if (orphan)
		release(nodes->fs, number);
}

long names_free_orphans(struct nodes *nodes)
{
	struct fs *fs = nodes->fs;
	struct inode inode;
	long error = 0;

	for (uint32_t i = 0; i < fs->inodes && fs->super->last_orphan && !error; i++) {
		error = inode_get(fs, fs->super->last_orphan, &inode);
		if (error)
			break;
		if (!inode.raw->links) {
			inode_put(&inode);
			error = release(fs, fs->super->last_orphan);
			continue;
		}
		/* Linux puts there what it is about to shorten: its size is the new one. */
		error = inode_is(&inode, EXT2_FILE) ? file_trim(fs, &inode) : 0;
		if (!error)
			error = fs_step(fs);
		if (!error)
			error = orphan_remove(fs, &inode);
		if (!error) {
			inode.raw->dtime = 0;
			inode_changed(fs, &inode);
		}
		inode_put(&inode);
	}
	return error;
}

static long get_directory(struct fs *fs, uint32_t number, struct inode *inode)
{
	long error = inode_get(fs, number, inode);

	if (!error && !inode_is(inode, EXT2_DIRECTORY)) {
		inode_put(inode);
		error = -P9_ENOTDIR;
	}
	return error;
}

/* Names that a directory can have: not those that have a meaning. */
static long check_name(struct name name)
{
	if (name.length > EXT2_NAME_MAX)
		return -P9_ENAMETOOLONG;
	if (!name.length || (name.text[0] == '.' &&
			     (name.length == 1 || (name.length == 2 && name.text[1] == '.'))))
		return -P9_EINVAL;
	for (uint32_t i = 0; i < name.length; i++) {
		if (!name.text[i] || name.text[i] == '/')
			return -P9_EINVAL;
	}
	return 0;
}

long names_find(struct nodes *nodes, uint32_t directory, struct name name, uint32_t *inode)
{
	struct inode in;
	long error = get_directory(nodes->fs, directory, &in);

	if (error)
		return error;
	error = name.length > EXT2_NAME_MAX ? -P9_ENAMETOOLONG :
		directory_find(nodes->fs, &in, name, inode);
	inode_put(&in);
	return error;
}

/* A directory that has no name any more gets no new ones. */
static long get_place(struct fs *fs, uint32_t directory, struct name name, struct inode *in)
{
	uint32_t there;
	long error = check_name(name);

	if (!error)
		error = get_directory(fs, directory, in);
	if (error)
		return error;
	error = in->raw->links ? directory_find(fs, in, name, &there) : -P9_EPERM;
	if (error == -P9_ENOENT)
		return 0;
	inode_put(in);
	return error ? error == -P9_EPERM ? -P9_ENOENT : error : -P9_EEXIST;
}

static void set_links(struct fs *fs, struct inode *inode, uint32_t links)
{
	inode->raw->links = links;
	inode->raw->ctime = fs->now();
	inode_changed(fs, inode);
}

/* What a new one begins with beside its inode. */
static long fill(struct fs *fs, struct inode *in, struct inode *new, const struct names_new *what)
{
	switch (inode_type(new)) {
	case EXT2_DIRECTORY:
		return directory_begin(fs, new, in->number);
	case EXT2_SYMLINK:
		if (what->target.length < EXT2_FAST_SYMLINK) {
			memcpy(new->raw->block, what->target.text, what->target.length);
			inode_set_size(fs, new, what->target.length);
			return 0;
		}
		return file_begin(fs, new, what->target.text, what->target.length);
	case EXT2_CHAR_DEVICE:
	case EXT2_BLOCK_DEVICE:
		/* As Linux writes it: where 16 bits are enough, in the first; else in the second. */
		new->raw->block[what->device >> 16 ? 1 : 0] = what->device;
		return 0;
	}
	return 0;
}

/* A new inode that gets no name: as if it had never been. */
static void undo(struct fs *fs, struct inode *new)
{
	new->raw->links = 0;
	orphan_add(fs, new);
	inode_put(new);
	release(fs, new->number);
}

/* Where a symbolic link may lead: anywhere that words can say. */
static long check_target(const struct fs *fs, struct name target)
{
	if (target.length >= fs->block_size)
		return -P9_ENAMETOOLONG;
	for (uint32_t i = 0; i < target.length; i++) {
		if (!target.text[i])
			return -P9_EINVAL;
	}
	return target.length ? 0 : -P9_EINVAL;
}

long names_make(struct nodes *nodes, uint32_t directory, struct name name,
		const struct names_new *what, uint32_t *number)
{
	struct fs *fs = nodes->fs;
	bool is_directory = (what->inode.mode & EXT2_TYPE) == EXT2_DIRECTORY;
	struct inode in, new;
	long error = fs_step(fs);

	if (!error && (what->inode.mode & EXT2_TYPE) == EXT2_SYMLINK)
		error = check_target(fs, what->target);
	if (!error)
		error = get_place(fs, directory, name, &in);
	if (error)
		return error;
	if (is_directory && in.raw->links >= EXT2_LINKS_MAX)
		error = -P9_EMLINK;
	if (!error)
		error = inode_new(fs, directory, &what->inode, &new);
	if (error)
		goto out;
	error = fill(fs, &in, &new, what);
	if (!error)
		error = directory_add(fs, &in, name, new.number, what->inode.mode);
	if (error) {
		undo(fs, &new);
		goto out;
	}
	set_links(fs, &new, is_directory ? 2 : 1);
	if (is_directory)
		set_links(fs, &in, in.raw->links + 1);
	*number = new.number;
	inode_put(&new);
out:
	inode_put(&in);
	return error;
}

long names_link(struct nodes *nodes, uint32_t directory, struct name name, uint32_t number)
{
	struct fs *fs = nodes->fs;
	struct inode in, inode;
	long error = fs_step(fs);

	if (!error)
		error = inode_get(fs, number, &inode);
	if (error)
		return error;
	if (inode_is(&inode, EXT2_DIRECTORY))
		error = -P9_EPERM;
	else if (!inode.raw->links)
		error = -P9_ENOENT;
	else if (inode.raw->links >= EXT2_LINKS_MAX)
		error = -P9_EMLINK;
	if (!error)
		error = get_place(fs, directory, name, &in);
	if (!error) {
		error = directory_add(fs, &in, name, number, inode.raw->mode);
		if (!error)
			set_links(fs, &inode, inode.raw->links + 1);
		inode_put(&in);
	}
	inode_put(&inode);
	return error;
}

/* One name less. The last one of a directory takes its "." along. */
static void drop_link(struct fs *fs, struct inode *inode)
{
	bool directory = inode_is(inode, EXT2_DIRECTORY);

	set_links(fs, inode, directory ? 0 : inode->raw->links - 1);
	if (!inode->raw->links)
		orphan_add(fs, inode);
}

/* Nobody has it open: it goes at once. */
static void release_unused(struct nodes *nodes, uint32_t number)
{
	if (!*find_node(nodes, number))
		release(nodes->fs, number);
}

static long check_removable(struct fs *fs, struct inode *inode, bool is_directory)
{
	if (!is_directory)
		return inode_is(inode, EXT2_DIRECTORY) ? -P9_EISDIR : 0;
	if (!inode_is(inode, EXT2_DIRECTORY))
		return -P9_ENOTDIR;
	return directory_check_empty(fs, inode);
}

long names_remove(struct nodes *nodes, uint32_t directory, struct name name, bool is_directory)
{
	struct fs *fs = nodes->fs;
	struct inode in, inode;
	uint32_t number, links = 1;
	long error = check_name(name);

	if (!error)
		error = fs_step(fs);
	if (!error)
		error = get_directory(fs, directory, &in);
	if (error)
		return error;
	error = directory_find(fs, &in, name, &number);
	if (!error)
		error = inode_get(fs, number, &inode);
	if (error)
		goto out;
	error = check_removable(fs, &inode, is_directory);
	if (!error && !inode.raw->links)
		error = fs_break(fs, -P9_EINVAL);
	if (!error)
		error = directory_remove(fs, &in, name);
	if (!error) {
		if (is_directory)
			set_links(fs, &in, in.raw->links - 1);
		drop_link(fs, &inode);
		links = inode.raw->links;
	}
	inode_put(&inode);
out:
	inode_put(&in);
	if (!error && !links)
		release_unused(nodes, number);
	return error;
}

long names_check_below(struct nodes *nodes, uint32_t upper, uint32_t number)
{
	long error = 0;

	for (unsigned int depth = 0; number != upper && !error; depth++) {
		if (number == EXT2_ROOT)
			return -P9_EACCES;
		if (depth == DEPTH_MOST)
			return -P9_ENAMETOOLONG;
		error = names_find(nodes, number, above, &number);
	}
	return error;
}

/* The name is there already, for `old': may `inode' take its place? */
static long check_replace(struct fs *fs, struct inode *inode, struct inode *old)
{
	if (!old->raw->links)
		return fs_break(fs, -P9_EINVAL);
	return check_removable(fs, old, inode_is(inode, EXT2_DIRECTORY));
}

struct move {
	struct inode from, to;		/* directories; the same: held twice */
	struct name name, new_name;
	struct inode inode, old;
	uint32_t old_number;		/* 0: the new name is free */
};

static long check_move(struct nodes *nodes, struct move *move)
{
	struct fs *fs = nodes->fs;
	bool directory = inode_is(&move->inode, EXT2_DIRECTORY);
	long error;

	if (!move->to.raw->links)
		return -P9_ENOENT;
	if (directory) {
		/* Who does not know that it is not in itself does not move it. */
		error = names_check_below(nodes, move->inode.number, move->to.number);
		if (error != -P9_EACCES)
			return error ? error : -P9_EINVAL;
	}
	if (move->old_number)
		return check_replace(fs, &move->inode, &move->old);
	return directory && move->from.number != move->to.number &&
	       move->to.raw->links >= EXT2_LINKS_MAX ? -P9_EMLINK : 0;
}

/* The new name first: that is what can fail, if the disk is full. */
static long carry_out(struct fs *fs, struct move *move)
{
	uint32_t number = move->inode.number, mode = move->inode.raw->mode;
	bool directory = inode_is(&move->inode, EXT2_DIRECTORY);
	bool elsewhere = move->from.number != move->to.number;
	long error;

	if (move->old_number)
		error = directory_set(fs, &move->to, move->new_name, number, mode);
	else
		error = directory_add(fs, &move->to, move->new_name, number, mode);
	if (error)
		return error;
	error = directory_remove(fs, &move->from, move->name);
	if (!error && directory && elsewhere)
		error = directory_set(fs, &move->inode, above, move->to.number, EXT2_DIRECTORY);
	if (error)
		return fs_break(fs, error);
	if (directory) {
		set_links(fs, &move->from, move->from.raw->links - 1);
		if (!move->old_number)
			set_links(fs, &move->to, move->to.raw->links + 1);
	}
	set_links(fs, &move->inode, move->inode.raw->links);
	if (move->old_number)
		drop_link(fs, &move->old);
	return 0;
}

static long move_held(struct nodes *nodes, struct move *move)
{
	struct fs *fs = nodes->fs;
	long error = directory_find(fs, &move->to, move->new_name, &move->old_number);
	bool gone = false;

	if (error == -P9_ENOENT)
		move->old_number = 0;
	else if (error || move->old_number == move->inode.number)
		return error;
	if (move->old_number) {
		error = inode_get(fs, move->old_number, &move->old);
		if (error)
			return error;
	}
	error = check_move(nodes, move);
	if (!error)
		error = carry_out(fs, move);
	if (move->old_number) {
		gone = !error && !move->old.raw->links;
		inode_put(&move->old);
	}
	if (gone)
		release_unused(nodes, move->old_number);
	return error;
}

long names_move(struct nodes *nodes, uint32_t from, struct name name, uint32_t to,
		struct name new_name)
{
	struct fs *fs = nodes->fs;
	struct move move = { .name = name, .new_name = new_name };
	uint32_t number;
	long error = check_name(name);

	if (!error)
		error = check_name(new_name);
	if (!error)
		error = fs_step(fs);
	if (!error)
		error = get_directory(fs, from, &move.from);
	if (error)
		return error;
	error = get_directory(fs, to, &move.to);
	if (error)
		goto put_from;
	error = directory_find(fs, &move.from, name, &number);
	if (!error)
		error = inode_get(fs, number, &move.inode);
	if (!error) {
		error = move_held(nodes, &move);
		inode_put(&move.inode);
	}
	inode_put(&move.to);
put_from:
	inode_put(&move.from);
	return error;
}

long names_target(struct nodes *nodes, uint32_t number, char *to, uint32_t room)
{
	struct fs *fs = nodes->fs;
	struct inode inode;
	uint32_t length;
	long result = inode_get(fs, number, &inode);

	if (result)
		return result;
	length = inode.raw->size;
	if (!inode_is(&inode, EXT2_SYMLINK) || length > room || length > fs->block_size) {
		result = -P9_EINVAL;
	} else if (has_content(fs, &inode)) {
		result = file_read(fs, &inode, 0, to, length);
	} else {
		result = l4_min(length, EXT2_FAST_SYMLINK);
		memcpy(to, inode.raw->block, result);
	}
	inode_put(&inode);
	return result;
}
