/* SPDX-License-Identifier: GPL-2.0 */
/* What is wrong with a boot script. */
#ifndef ROOTTASK_SCRIPT_ERROR_H
#define ROOTTASK_SCRIPT_ERROR_H

struct script_error {
	unsigned int line;
	char text[160];			/* a sentence without its full stop */
};

#endif
