/* SPDX-License-Identifier: GPL-2.0 */
/* The door of a machine with more than one CPU. */
#ifndef MANY_H
#define MANY_H

/* From here on the calls of entry.S go to many.c. Before another CPU comes to run. */
void many_begin(void);

#endif
