/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How to talk to sigma0. A client either faults (sigma0 as pager maps the
 * frame with the same physical address as the faulting one, if nobody has
 * it), or calls its gate with one of the requests below; the answer carries a
 * map item if and only if mr0 of the reply is 0. Each frame and each I/O port
 * is given out once.
 */
#ifndef L4_SIGMA0_H
#define L4_SIGMA0_H

#include <l4/ipc.h>

#define L4_PROTO_SIGMA0		1	/* the tag's protocol */

/* mr0: what; mr1, mr2: arguments. Reply mr0: 0 or -L4_E*; mr1: see below. */
#define L4_SIGMA0_MEM		1	/* mr1 = order: any free RAM block of that size, highest address
					 * first; reply mr1 = its physical address */
#define L4_SIGMA0_MEM_AT	2	/* mr1 = physical address, mr2 = order: that RAM or module block */
#define L4_SIGMA0_DEVICE	3	/* mr1 = physical address, mr2 = order: device memory (not RAM) */
#define L4_SIGMA0_IO		4	/* mr1 = first port, mr2 = order */
#define L4_SIGMA0_FREE_BYTES	5	/* reply mr1 = bytes of RAM nobody has */

#endif
