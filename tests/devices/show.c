// SPDX-License-Identifier: GPL-2.0
/*
 * show CARD RRGGBB SECONDS: fills the screen of a graphics card with one colour, as
 * a graphical surface does it (KMS), and keeps it for so long. Prints the size.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <drm/drm.h>
#include <drm/drm_mode.h>

#define OUTPUTS		16
#define MODES		128

static int card;

static void ask(unsigned long call, void *argument, const char *name)
{
	if (!ioctl(card, call, argument))
		return;
	perror(name);
	exit(1);
}

/* The best mode of the first output, and the first CRTC. */
static uint32_t find_output(uint32_t *crtc, struct drm_mode_modeinfo *mode)
{
	static uint32_t crtcs[OUTPUTS], connectors[OUTPUTS];
	static struct drm_mode_modeinfo modes[MODES];
	struct drm_mode_card_res resources = {
		.crtc_id_ptr = (uintptr_t)crtcs, .count_crtcs = OUTPUTS,
		.connector_id_ptr = (uintptr_t)connectors, .count_connectors = OUTPUTS,
	};
	struct drm_mode_get_connector connector = { .modes_ptr = (uintptr_t)modes,
						    .count_modes = MODES };

	ask(DRM_IOCTL_MODE_GETRESOURCES, &resources, "resources");
	connector.connector_id = connectors[0];
	ask(DRM_IOCTL_MODE_GETCONNECTOR, &connector, "connector");
	*crtc = crtcs[0];
	*mode = modes[0];
	return connectors[0];
}

/* A buffer of that size, all of one colour. */
static uint32_t make_buffer(unsigned int width, unsigned int height, uint32_t colour)
{
	struct drm_mode_create_dumb create = { .width = width, .height = height, .bpp = 32 };
	struct drm_mode_fb_cmd fb = { .width = width, .height = height, .bpp = 32, .depth = 24 };
	struct drm_mode_map_dumb map = { 0 };
	uint32_t *pixels;

	ask(DRM_IOCTL_MODE_CREATE_DUMB, &create, "buffer");
	fb.pitch = create.pitch;
	fb.handle = map.handle = create.handle;
	ask(DRM_IOCTL_MODE_ADDFB, &fb, "frame buffer");
	ask(DRM_IOCTL_MODE_MAP_DUMB, &map, "map");
	pixels = mmap(NULL, create.size, PROT_READ | PROT_WRITE, MAP_SHARED, card, map.offset);
	if (pixels == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	for (size_t n = 0; n < create.size / sizeof(*pixels); n++)
		pixels[n] = colour;
	return fb.fb_id;
}

int main(int argc, char **argv)
{
	struct drm_mode_crtc set = { .count_connectors = 1, .mode_valid = 1 };
	uint32_t connector;
	char path[64];

	if (argc < 4)
		return 2;
	snprintf(path, sizeof(path), "/dev/dri/card%s", argv[1]);
	card = open(path, O_RDWR);
	if (card < 0) {
		perror(path);
		return 1;
	}
	connector = find_output(&set.crtc_id, &set.mode);
	set.set_connectors_ptr = (uintptr_t)&connector;
	set.fb_id = make_buffer(set.mode.hdisplay, set.mode.vdisplay,
				strtoul(argv[2], NULL, 16));
	ask(DRM_IOCTL_MODE_SETCRTC, &set, "mode");
	printf("%dx%d\n", set.mode.hdisplay, set.mode.vdisplay);
	fflush(stdout);
	sleep(atoi(argv[3]));
	return 0;
}
