/* SPDX-License-Identifier: GPL-2.0 */
/* Ports and device memory between those of the script: each of them is one's only. */
#ifndef ROOTTASK_SHARE_H
#define ROOTTASK_SHARE_H

#include "script.h"

/* To the one with that number; whoever has named what is in it has it no more. */
void share_give(struct script *script, unsigned int number, bool is_port, l4_word_t first, l4_word_t last);

/* To those that have `all' of something: what is left. Comes last, and once. */
void share_rest(struct script *script);

#endif
