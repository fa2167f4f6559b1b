/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files: what a file server does. Its requests are those of 9P2000.L, the protocol
 * of Plan 9 in the form that Linux's v9fs speaks, so that Linux mounts a file server as
 * it is, and L4 programs use the same server by l4/file.h. The messages lie in memory
 * of the client's, which it maps to the server once; what travels by IPC is where.
 *
 * A client can have several sessions, each with a buffer and with numbers for files
 * (fids) of its own. Attaching a session's buffer once more begins the session afresh:
 * all its files are closed. So does the client's end.
 */
#ifndef L4_P9_H
#define L4_P9_H

#include <l4/message.h>

#define L4_PROTO_P9		5
#define P9_SESSIONS		8	/* of a client; numbers are below */
#define P9_BUFFER_ORDER		20	/* the largest buffer */

/*
 * With an item: the buffer of that session, with rights R and W. -L4_EINVAL: no such
 * number; -L4_ERIGHTS: no directory is the client's; -L4_EFAULT: no memory came
 */
struct p9_open {
	l4_word_t session;
};
struct p9_open_reply { };
L4_OPERATION(p9_open, L4_PROTO_P9, 1);

/*
 * A message (T...) of `size' bytes lies at `offset' in the session's buffer, and its answer
 * (R...) may take `room' bytes at the same place. Messages and answers are 9P's, their
 * mistakes, too (Rlerror). -L4_EINVAL: not in the buffer, or no room for an answer of
 * P9_LEAST bytes; -L4_EFAULT: the buffer is not there, or no longer
 */
#define P9_LEAST		32

struct p9_call {
	l4_word_t session;
	l4_word_t offset, size;
	l4_word_t room;
};
struct p9_call_reply {
	l4_word_t size;			/* of the answer */
};
L4_OPERATION(p9_call, L4_PROTO_P9, 2);

/* Types of messages; the answer's is one more. Integers are little-endian and unaligned. */
#define P9_RLERROR		7
#define P9_TSTATFS		8
#define P9_TLOPEN		12
#define P9_TLCREATE		14
#define P9_TSYMLINK		16
#define P9_TMKNOD		18
#define P9_TRENAME		20
#define P9_TREADLINK		22
#define P9_TGETATTR		24
#define P9_TSETATTR		26
#define P9_TXATTRWALK		30
#define P9_TXATTRCREATE		32
#define P9_TREADDIR		40
#define P9_TFSYNC		50
#define P9_TLOCK		52
#define P9_TGETLOCK		54
#define P9_TLINK		70
#define P9_TMKDIR		72
#define P9_TRENAMEAT		74
#define P9_TUNLINKAT		76
#define P9_TVERSION		100
#define P9_TAUTH		102
#define P9_TATTACH		104
#define P9_TFLUSH		108
#define P9_TWALK		110
#define P9_TREAD		116
#define P9_TWRITE		118
#define P9_TCLUNK		120
#define P9_TREMOVE		122

#define P9_HEADER		7	/* size[4] type[1] tag[2] */
#define P9_NO_TAG		0xffff
#define P9_NO_FID		0xffffffffU
#define P9_WALK_NAMES		16
#define P9_NAME_MAX		255
#define P9_READ_HEADER		11	/* of Rread and Rreaddir, before the data */
#define P9_WRITE_HEADER		23	/* of Twrite */

#define P9_QID_DIRECTORY	0x80
#define P9_QID_SYMLINK		0x02
#define P9_QID_FILE		0x00

/* Flags of Tlopen and Tlcreate, and bits of modes: Linux's numbers */
#define P9_O_ACCESS		0003
#define P9_O_RDONLY		0
#define P9_O_WRONLY		1
#define P9_O_RDWR		2
#define P9_O_CREAT		0100
#define P9_O_EXCL		0200
#define P9_O_TRUNC		01000
#define P9_O_APPEND		02000

/* What Tsetattr sets */
#define P9_SET_MODE		0x001
#define P9_SET_UID		0x002
#define P9_SET_GID		0x004
#define P9_SET_SIZE		0x008
#define P9_SET_ATIME		0x010
#define P9_SET_MTIME		0x020
#define P9_SET_CTIME		0x040
#define P9_SET_ATIME_TO		0x080	/* to the one in the message, not to now */
#define P9_SET_MTIME_TO		0x100

/* Errors, in Rlerror: Linux's numbers */
#define P9_EPERM		1
#define P9_ENOENT		2
#define P9_EIO			5
#define P9_EBADF		9
#define P9_ENOMEM		12
#define P9_EACCES		13
#define P9_EBUSY		16
#define P9_EEXIST		17
#define P9_EXDEV		18
#define P9_ENOTDIR		20
#define P9_EISDIR		21
#define P9_EINVAL		22
#define P9_EMFILE		24
#define P9_EFBIG		27
#define P9_ENOSPC		28
#define P9_EROFS		30
#define P9_EMLINK		31
#define P9_ENAMETOOLONG		36
#define P9_ENOSYS		38
#define P9_ENOTEMPTY		39
#define P9_EPROTO		71
#define P9_EOPNOTSUPP		95

#define P9_GOT_BASIC		0x7ffUL	/* what Rgetattr has: all but btime, generation, version */
#define P9_REMOVE_DIRECTORY	0x200	/* flag of Tunlinkat */

#endif
