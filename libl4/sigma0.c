/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The client's side of sigma0's protocol. The window that the request needs is
 * the only one that is open meanwhile. A mapping that did not arrive
 * although sigma0 sent it is for lack of quota.
 */
#include <l4/server.h>

#include "openings.h"

long l4_sigma0_request(struct l4_utcb *utcb, l4_cap_t sigma0, l4_word_t what, l4_word_t a,
		       l4_word_t b, l4_word_t window, l4_word_t *result)
{
	struct l4_msg msg = {
		.tag = l4_tag(3, 0, L4_PROTO_SIGMA0),
		.mr = { what, a, b },
	};
	struct openings openings;
	long error;

	openings_close(utcb, &openings);
	utcb->window[l4_fpage_type(window)] = window;
	error = l4_ipc_call(sigma0, &msg);
	openings_restore(utcb, &openings);
	if (error)
		return error;
	if (result)
		*result = msg.mr[1];
	if (!msg.mr[0] && what != L4_SIGMA0_FREE_BYTES && !l4_tag_items(msg.tag))
		return -L4_ENOMEM;
	return (long)msg.mr[0];
}
