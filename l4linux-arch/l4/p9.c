// SPDX-License-Identifier: GPL-2.0
/*
 * Files of L4 servers, by Linux's own 9P file system (l4/p9.h is the protocol):
 *
 *	mount -t 9p -o trans=l4,version=9p2000.L NAME /mnt
 *
 * NAME is the server's in the boot script. Each mount is a session, with a gate, a
 * caller (asm/call.h), and a buffer that the server sees, too. A server answers one
 * message after the other, so one of a session's is with the server, in the buffer, and
 * the others wait in Linux in the order in which they came.
 *
 * A process that is killed waits no longer, but what it has asked for is not called
 * back: the server is in the middle of it, and writes the answer to the buffer. So the
 * request stays where it is, its tag too, until the answer comes; and if that made a fid
 * of which nobody knows now, the fid is clunked before anything else is sent.
 *
 * When the server dies the session is dead: all of its requests fail with EIO, and the
 * file system has to be mounted anew. The files that the new server has are others.
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/idr.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/wait.h>
#include <net/9p/9p.h>
#include <net/9p/client.h>
#include <net/9p/transport.h>
#include <asm/call.h>
#include <asm/vcpu.h>
/* Behind Linux's, whose words for the types of messages are the same. */
#include <l4/env.h>
#include <l4/p9.h>

#define BUFFER_ORDER	17
#define BUFFER_SIZE	(1UL << BUFFER_ORDER)
#define CLUNK_SIZE	(P9_HEADER + 4)
#define PATIENCE	(5 * HZ)	/* for what is still to be sent when it is unmounted */

struct session {
	struct p9_client *client;
	struct caller *caller;
	unsigned int number;		/* the session's, and its gate's */
	void *buffer;
	spinlock_t lock;
	struct list_head waiting;	/* not sent yet, the oldest first */
	struct p9_req_t *sent;		/* what the server has */
	bool is_clunk;			/* not it itself, but the clunk of the fid that it has made */
	bool is_dead;
	wait_queue_head_t over;		/* nothing is sent, and nothing waits */
};

static DEFINE_IDA(numbers);

static unsigned int gate_of(const struct session *session)
{
	return L4_INSTANCE_SERVER_BASE + session->number;
}

static int errno_of(long error)
{
	switch (error) {
	case 0:			return 0;
	case -L4_ERIGHTS:	return -EACCES;
	case -L4_ENOMEM:	return -ENOMEM;
	case -L4_EDEAD:		return -ECONNREFUSED;
	case -L4_ECANCELED:	return -EINTR;
	}
	return -EIO;
}

static void put_header(void *to, u32 size, u8 type, u16 tag)
{
	put_unaligned_le32(size, to);
	((u8 *)to)[4] = type;
	put_unaligned_le16(tag, to + 5);
}

static void answered(void *owner, long error, const struct call_message *answer);

static void send(struct session *session, unsigned long size, unsigned long room)
{
	struct p9_call call = {
		.session = session->number,
		.size = size,
		.room = clamp(room, P9_LEAST, BUFFER_SIZE),
	};
	struct call_message message = { .tag = p9_call_id | l4_tag(l4_message_words(sizeof(call)), 0, 0) };

	BUILD_BUG_ON(sizeof(call) > sizeof(message.word));
	memcpy(message.word, &call, sizeof(call));
	caller_start(session->caller, gate_of(session), &message, 0, answered, session);
}

/* The oldest that waits, if the server has nothing. */
static bool send_next(struct session *session)
{
	struct p9_req_t *req = list_first_entry_or_null(&session->waiting, struct p9_req_t, req_list);

	if (session->sent || !req)
		return false;
	list_del_init(&req->req_list);
	session->sent = req;
	if (req->status == REQ_STATUS_UNSENT)
		WRITE_ONCE(req->status, REQ_STATUS_SENT);
	memcpy(session->buffer, req->tc.sdata, req->tc.size);
	send(session, req->tc.size, req->rc.capacity);
	return true;
}

/* Somebody waits for its answer, or nobody does; what the transport has of it ends. */
static void fail(struct session *session, struct p9_req_t *req)
{
	if (req->status > REQ_STATUS_SENT) {
		p9_req_put(session->client, req);
		return;
	}
	req->t_err = -EIO;
	p9_client_cb(session->client, req, REQ_STATUS_ERROR);
}

static void fail_all(struct session *session)
{
	struct p9_req_t *req, *next;

	session->is_dead = true;
	if (session->sent)
		fail(session, session->sent);
	session->sent = NULL;
	list_for_each_entry_safe(req, next, &session->waiting, req_list) {
		list_del_init(&req->req_list);
		fail(session, req);
	}
}

/*
 * The answer is copied before it is looked at: the server can still write there. What it
 * says is taken as it is, its form is not.
 */
static bool take_answer(struct session *session, struct p9_req_t *req, unsigned long size)
{
	u8 *data = req->rc.sdata;

	if (size > req->rc.capacity)
		return false;
	memcpy(data, session->buffer, size);
	req->rc.size = size;
	return get_unaligned_le32(data) == size && get_unaligned_le16(data + 5) == req->tc.tag &&
	       (data[4] == req->tc.id + 1 || data[4] == P9_RLERROR || data[4] == P9_RERROR);
}

/* Of a request that nobody waits for any more: the fid that it has made, or P9_NO_FID. */
static u32 made_fid(const struct session *session, const struct p9_req_t *req)
{
	const u8 *asked = req->tc.sdata, *got = session->buffer;
	u32 fid = get_unaligned_le32(asked + P9_HEADER);
	u32 new_fid;

	if (req->status != REQ_STATUS_FLSHD || READ_ONCE(got[4]) != req->tc.id + 1)
		return P9_NO_FID;
	switch (req->tc.id) {
	case P9_TATTACH:
		return fid;
	case P9_TXATTRWALK:
		return get_unaligned_le32(asked + P9_HEADER + 4);
	case P9_TWALK:
		new_fid = get_unaligned_le32(asked + P9_HEADER + 4);
		/* As many names as were asked for: else there is no fid. */
		if (new_fid != fid && get_unaligned_le16(got + P9_HEADER) ==
				      get_unaligned_le16(asked + P9_HEADER + 8))
			return new_fid;
	}
	return P9_NO_FID;
}

static void send_clunk(struct session *session, u32 fid)
{
	session->is_clunk = true;
	put_header(session->buffer, CLUNK_SIZE, P9_TCLUNK, session->sent->tc.tag);
	put_unaligned_le32(fid, session->buffer + P9_HEADER);
	send(session, CLUNK_SIZE, P9_LEAST);
}

/* What was sent is answered. Whether something else is sent for it. */
static bool finish(struct session *session, unsigned long size)
{
	struct p9_req_t *req = session->sent;
	u32 fid;

	if (req->status == REQ_STATUS_SENT) {
		session->sent = NULL;
		if (take_answer(session, req, size)) {
			p9_client_cb(session->client, req, REQ_STATUS_RCVD);
		} else {
			req->t_err = -EIO;
			p9_client_cb(session->client, req, REQ_STATUS_ERROR);
		}
		return false;
	}
	fid = session->is_clunk ? P9_NO_FID : made_fid(session, req);
	if (fid != P9_NO_FID) {
		send_clunk(session, fid);
		return true;
	}
	session->sent = NULL;
	session->is_clunk = false;
	p9_req_put(session->client, req);
	return false;
}

/* In a softirq. Without the lock the session can be gone, unless something was sent. */
static void answered(void *owner, long error, const struct call_message *answer)
{
	struct session *session = owner;
	struct caller *caller = session->caller;
	unsigned long size = answer->word[0];
	bool is_sent = false;

	spin_lock(&session->lock);
	if (error || session->is_dead || l4_tag_error(answer->tag) || l4_tag_words(answer->tag) < 1 ||
	    size < P9_HEADER || size > BUFFER_SIZE)
		fail_all(session);
	else
		is_sent = finish(session, size) || send_next(session);
	if (!session->sent)
		wake_up(&session->over);
	spin_unlock(&session->lock);
	if (is_sent)
		caller_hurry(caller);
}

/*
 * A process that ends clunks the files that it had open, and does not look at the
 * answers. If it waited for them, a server that hangs would keep it from ending: v9fs
 * hides the signal while it waits.
 */
static bool need_not_wait(const struct p9_req_t *req)
{
	return req->tc.id == P9_TCLUNK &&
	       ((current->flags & PF_EXITING) || __fatal_signal_pending(current));
}

static int request(struct p9_client *client, struct p9_req_t *req)
{
	struct session *session = client->trans;
	bool is_sent;

	if (req->tc.size > BUFFER_SIZE)
		return -EMSGSIZE;
	spin_lock_bh(&session->lock);
	if (session->is_dead) {
		spin_unlock_bh(&session->lock);
		return -EIO;
	}
	WRITE_ONCE(req->status, REQ_STATUS_UNSENT);
	if (need_not_wait(req)) {
		put_header(req->rc.sdata, P9_HEADER, P9_RCLUNK, req->tc.tag);
		req->rc.size = P9_HEADER;
		WRITE_ONCE(req->status, REQ_STATUS_RCVD);
	}
	list_add_tail(&req->req_list, &session->waiting);
	is_sent = send_next(session);
	spin_unlock_bh(&session->lock);
	if (is_sent)
		caller_hurry(session->caller);
	return 0;
}

/* The process that has asked is being killed. If the answer came first it is there now. */
static int cancel(struct p9_client *client, struct p9_req_t *req)
{
	struct session *session = client->trans;

	spin_lock_bh(&session->lock);
	if (req->status == REQ_STATUS_UNSENT) {
		list_del_init(&req->req_list);
		WRITE_ONCE(req->status, REQ_STATUS_FLSHD);
		p9_req_put(client, req);
	} else if (req->status == REQ_STATUS_SENT) {
		WRITE_ONCE(req->status, REQ_STATUS_FLSHD);
	}
	spin_unlock_bh(&session->lock);
	return 0;
}

static long open_session(struct session *session)
{
	struct p9_open open = { .session = session->number };
	struct call_message message = { .tag = p9_open_id | l4_tag(l4_message_words(sizeof(open)), 0, 0) };

	memcpy(message.word, &open, sizeof(open));
	return caller_call(session->caller, gate_of(session), &message,
			   l4_fpage_mem((l4_word_t)session->buffer, BUFFER_ORDER, L4_RIGHT_R | L4_RIGHT_W)) ?:
	       l4_tag_error(message.tag);
}

/* No call is under way. The server loses the buffer before Linux's allocator has it again. */
static void free_session(struct session *session)
{
	l4_unmap(l4_fpage_cap(gate_of(session), 0, L4_RIGHTS_ALL), L4_UNMAP_SELF);
	if (session->buffer) {
		l4_unmap(l4_fpage_mem((l4_word_t)session->buffer, BUFFER_ORDER, L4_RIGHTS_ALL), 0);
		free_pages((unsigned long)session->buffer, BUFFER_ORDER - PAGE_SHIFT);
	}
	if (!IS_ERR(session->caller))
		caller_put(session->caller);
	ida_free(&numbers, session->number);
	kfree(session);
}

static int create(struct p9_client *client, const char *name, char *options)
{
	int number, err;
	struct session *session;

	if (!name || !*name || strlen(name) >= L4_NAME_MAX)
		return -EINVAL;
	session = kzalloc(sizeof(*session), GFP_KERNEL);
	if (!session)
		return -ENOMEM;
	number = ida_alloc_max(&numbers, P9_SESSIONS - 1, GFP_KERNEL);
	if (number < 0) {
		kfree(session);
		return number == -ENOSPC ? -EBUSY : number;
	}
	session->number = number;
	session->client = client;
	spin_lock_init(&session->lock);
	INIT_LIST_HEAD(&session->waiting);
	init_waitqueue_head(&session->over);
	session->buffer = (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, BUFFER_ORDER - PAGE_SHIFT);
	session->caller = caller_get();
	err = session->buffer ? PTR_ERR_OR_ZERO(session->caller) : -ENOMEM;
	if (!err)
		err = errno_of(parent_server(name, gate_of(session)) ?: open_session(session));
	if (err) {
		free_session(session);
		return err;
	}
	client->trans = session;
	client->status = Connected;
	return 0;
}

static bool is_over(struct session *session)
{
	bool is;

	spin_lock_bh(&session->lock);
	is = !session->sent && list_empty(&session->waiting);
	spin_unlock_bh(&session->lock);
	return is;
}

/* Nobody uses it any more, but of those who were killed or have ended something may be left. */
static void close(struct p9_client *client)
{
	struct session *session = client->trans;

	if (!session)
		return;
	wait_event_timeout(session->over, is_over(session), PATIENCE);
	spin_lock_bh(&session->lock);
	session->is_dead = true;
	spin_unlock_bh(&session->lock);
	while (!wait_event_timeout(session->over, is_over(session), 1))
		caller_cancel(session->caller);
	client->trans = NULL;
	client->status = Disconnected;
	free_session(session);
}

static struct p9_trans_module transport = {
	.name = "l4",
	.maxsize = BUFFER_SIZE,
	.create = create,
	.close = close,
	.request = request,
	.cancel = cancel,
	.owner = THIS_MODULE,
};

static int __init p9_init(void)
{
	v9fs_register_trans(&transport);
	return 0;
}
device_initcall(p9_init);
