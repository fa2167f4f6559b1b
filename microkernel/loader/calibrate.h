/* SPDX-License-Identifier: GPL-2.0 */
/* The clock's rates. */
#ifndef CALIBRATE_H
#define CALIBRATE_H

/* Measures and sets them; refuses a machine on which that cannot be done. */
void calibrate(void);

#endif
