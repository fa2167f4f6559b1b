/* SPDX-License-Identifier: GPL-2.0 */
/* 9P2000.L: a message in, its answer out. */
#ifndef FILES_REQUESTS_H
#define FILES_REQUESTS_H

#include "session.h"

#define MESSAGE_MOST	(128 * 1024 + 4096)	/* bytes: 128 KiB of data, and what stands before it */

/*
 * The answer's size. `in' has `size' bytes and `out' has room for `room', P9_LEAST at least; they do not
 * overlap, and nobody else changes them meanwhile.
 */
uint32_t requests_answer(struct session *session, unsigned char *in, uint32_t size,
			 unsigned char *out, uint32_t room);

#endif
