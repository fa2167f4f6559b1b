/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Included before every file: nothing is visible outside the image, not even
 * what is only declared, so that position-independent code needs no table of
 * addresses. (The image lies where only such code can be linked.)
 */
#pragma GCC visibility push(hidden)
