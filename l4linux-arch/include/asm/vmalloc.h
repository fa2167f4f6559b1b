/* SPDX-License-Identifier: GPL-2.0 */
/* vmalloc uses 4 KiB pages only: nothing to declare. */
