// SPDX-License-Identifier: GPL-2.0
/*
 * The frame buffer that firmware or the boot loader has set up, if the parent has
 * granted it: told as a PC's boot loader tells it, so that Linux makes the device for its
 * drivers of such, and takes it away when a driver of the graphics card comes.
 */
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/screen_info.h>
#include <linux/sizes.h>
#include <asm/setup.h>
#include <l4/instance.h>

#define SIZE_UNIT	SZ_64K
#define GREEN		8	/* its lowest bit in a pixel */
#define RED_OR_BLUE	16	/* that of one of them, the other's is 0 */
#define NOTHING		24

struct screen_info screen_info;
EXPORT_SYMBOL(screen_info);

static int __init screen_init(void)
{
	const struct l4_screen *screen = &l4_instance->screen;

	if (!screen->address)
		return 0;
	screen_info = (struct screen_info){
		.orig_video_isVGA = VIDEO_TYPE_VLFB,
		.capabilities = VIDEO_CAPABILITY_64BIT_BASE,
		.lfb_base = lower_32_bits(screen->address),
		.ext_lfb_base = upper_32_bits(screen->address),
		.lfb_size = DIV_ROUND_UP(screen->pitch * screen->height, SIZE_UNIT),
		.lfb_width = screen->width,
		.lfb_height = screen->height,
		.lfb_linelength = screen->pitch,
		.lfb_depth = 32,
		.red_size = 8, .red_pos = screen->red,
		.green_size = 8, .green_pos = GREEN,
		.blue_size = 8, .blue_pos = RED_OR_BLUE - screen->red,
		.rsvd_size = 8, .rsvd_pos = NOTHING,
	};
	return 0;
}
core_initcall(screen_init);	/* before PCI's devices, of which one may be it */
