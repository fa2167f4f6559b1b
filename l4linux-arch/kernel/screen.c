// SPDX-License-Identifier: GPL-2.0
/*
 * The frame buffer that firmware or the boot loader has set up, as a device for
 * Linux's drivers of such, if the parent has granted it. A driver of the
 * graphics card takes it away from them.
 */
#include <linux/init.h>
#include <linux/platform_data/simplefb.h>
#include <linux/platform_device.h>
#include <asm/setup.h>
#include <l4/instance.h>

#define RED_ABOVE_BLUE	16	/* where red begins in such a pixel */

static int __init screen_init(void)
{
	const struct l4_screen *screen = &l4_instance->screen;
	const struct simplefb_platform_data mode = {
		.width = screen->width,
		.height = screen->height,
		.stride = screen->pitch,
		.format = screen->red == RED_ABOVE_BLUE ? "x8r8g8b8" : "x8b8g8r8",
	};
	const struct resource pixels = DEFINE_RES_MEM_NAMED(screen->address, screen->pitch * screen->height, "BOOTFB");

	if (!screen->address)
		return 0;
	return PTR_ERR_OR_ZERO(platform_device_register_resndata(NULL, "simple-framebuffer", 0, &pixels, 1,
								  &mode, sizeof(mode)));
}
device_initcall(screen_init);
