/* SPDX-License-Identifier: GPL-2.0 */
/* The device below the cache, as a client of a disk driver's or a block service's (l4/disk.h). */
#ifndef FILES_DISK_H
#define FILES_DISK_H

#include "device.h"

/* The error is one of L4's or of l4/disk.h's. */
long disk_open(struct device *device, const char *server);

#endif
