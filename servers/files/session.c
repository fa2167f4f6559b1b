/* SPDX-License-Identifier: GPL-2.0 */
#include <l4/server.h>

#include "session.h"

void files_init(struct files *files, struct fs *fs, struct fid *fids, struct node *nodes,
		uint32_t count)
{
	*files = (struct files){ 0 };
	nodes_init(&files->nodes, fs, nodes, count);
	for (uint32_t i = 0; i < count; i++) {
		fids[i] = (struct fid){ .next = files->free };
		files->free = &fids[i];
	}
}

static struct fid **find(struct session *session, uint32_t number)
{
	struct fid **at = &session->hash[number % FID_HASHES];

	while (*at && (*at)->number != number)
		at = &(*at)->next;
	return at;
}

struct fid *session_fid(struct session *session, uint32_t number)
{
	return *find(session, number);
}

long session_add(struct session *session, uint32_t number, uint32_t inode, uint32_t uid)
{
	struct client *client = session->client;
	struct files *files = client->files;
	struct fid **at = find(session, number), *fid = files->free;
	struct node *node;

	if (*at || number == P9_NO_FID)
		return -P9_EBADF;
	if (!fid || client->fids >= client->fids_most)
		return -P9_EMFILE;
	node = node_get(&files->nodes, inode);
	if (!node)
		return -P9_EMFILE;
	files->free = fid->next;
	client->fids++;
	*fid = (struct fid){ .number = number, .node = node, .uid = uid };
	*at = fid;
	return 0;
}

void session_drop(struct session *session, struct fid *fid)
{
	struct client *client = session->client;
	struct files *files = client->files;
	struct node *node = fid->node;

	*find(session, fid->number) = fid->next;
	locks_drop(&files->locks, session, fid->number);
	*fid = (struct fid){ .next = files->free };
	files->free = fid;
	client->fids--;
	node_put(&files->nodes, node);
}

long session_move(struct session *session, struct fid *fid, uint32_t inode)
{
	struct nodes *nodes = &session->client->files->nodes;
	struct node *old = fid->node, *new = node_get(nodes, inode);

	if (!new)
		return -P9_EMFILE;
	fid->node = new;
	node_put(nodes, old);
	return 0;
}

void session_end(struct session *session)
{
	for (unsigned int i = 0; i < FID_HASHES; i++) {
		while (session->hash[i])
			session_drop(session, session->hash[i]);
	}
	session->size = 0;
}
