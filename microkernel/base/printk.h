/* SPDX-License-Identifier: GPL-2.0 */
/* printk for those that have a va_list: panic.c. All others use panic.h. */
#ifndef PRINTK_H
#define PRINTK_H

#include <stdarg.h>

void vprintk(const char *format, va_list args);

#endif
