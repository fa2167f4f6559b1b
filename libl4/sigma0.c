/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The client's side of sigma0's protocol. Each receive window of the UTCB is
 * open only for the one request that needs it. A mapping that did not arrive
 * although sigma0 sent it is for lack of quota.
 */
#include <l4/server.h>

long l4_sigma0_request(struct l4_utcb *utcb, l4_cap_t sigma0, l4_word_t what, l4_word_t a,
		       l4_word_t b, l4_word_t window, l4_word_t *result)
{
	struct l4_msg msg = {
		.tag = l4_tag(3, 0, L4_PROTO_SIGMA0),
		.mr = { what, a, b },
	};
	l4_word_t type = l4_fpage_type(window);
	l4_word_t old;
	long error;

	old = utcb->window[type];
	utcb->window[type] = window;
	error = l4_ipc_call(sigma0, &msg);
	utcb->window[type] = old;
	if (error)
		return error;
	if (result)
		*result = msg.mr[1];
	if (!msg.mr[0] && what != L4_SIGMA0_FREE_BYTES && !l4_tag_items(msg.tag))
		return -L4_ENOMEM;
	return (long)msg.mr[0];
}
