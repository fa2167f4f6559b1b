// SPDX-License-Identifier: GPL-2.0
/*
 * play CARD: turns up all that the sound card's mixer has, plays half a second of
 * a tone on its first output, says so, and keeps it for a while: QEMU may begin its
 * recording anew when a card is closed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sound/asound.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define RATE		48000
#define CHANNELS	2
#define PERIOD		1024		/* frames: the end is waited for in such steps */
#define FRAMES		(24 * PERIOD)
#define HALF_WAVE	60		/* frames: 400 Hz */
#define LOUDNESS	8000
#define KEPT		2		/* seconds */
#define CONTROLS	256

static int open_device(const char *pattern, int card, int flags)
{
	char path[64];
	int file;

	snprintf(path, sizeof(path), pattern, card);
	file = open(path, flags);
	if (file < 0) {
		perror(path);
		exit(1);
	}
	return file;
}

/* Which of them are for what goes out is not asked: what cannot be set stays. */
static void turn_up(int control, struct snd_ctl_elem_id id)
{
	struct snd_ctl_elem_info info = { .id = id };
	struct snd_ctl_elem_value value = { .id = id };
	long most;

	if (ioctl(control, SNDRV_CTL_IOCTL_ELEM_INFO, &info))
		return;
	if (info.type == SNDRV_CTL_ELEM_TYPE_BOOLEAN)
		most = 1;
	else if (info.type == SNDRV_CTL_ELEM_TYPE_INTEGER)
		most = info.value.integer.max;
	else
		return;
	for (unsigned int n = 0; n < info.count; n++)
		value.value.integer.value[n] = most;
	ioctl(control, SNDRV_CTL_IOCTL_ELEM_WRITE, &value);
}

static void turn_all_up(int card)
{
	static struct snd_ctl_elem_id ids[CONTROLS];
	struct snd_ctl_elem_list list = { .space = CONTROLS, .pids = ids };
	int control = open_device("/dev/snd/controlC%d", card, O_RDWR);

	ioctl(control, SNDRV_CTL_IOCTL_ELEM_LIST, &list);
	for (unsigned int n = 0; n < list.used; n++)
		if (strstr((char *)ids[n].name, "Playback"))
			turn_up(control, ids[n]);
	close(control);
}

static void only_mask(struct snd_pcm_hw_params *params, int which, unsigned int value)
{
	struct snd_mask *mask = &params->masks[which - SNDRV_PCM_HW_PARAM_FIRST_MASK];

	memset(mask, 0, sizeof(*mask));
	mask->bits[value / 32] = 1U << value % 32;
}

static void only(struct snd_pcm_hw_params *params, int which, unsigned int value)
{
	params->intervals[which - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL] =
		(struct snd_interval){ .min = value, .max = value, .integer = 1 };
}

static void set_format(int pcm)
{
	struct snd_pcm_hw_params params = { .rmask = ~0U, .info = ~0U };

	memset(params.masks, 0xff, sizeof(params.masks));
	for (unsigned int n = 0; n < sizeof(params.intervals) / sizeof(params.intervals[0]); n++)
		params.intervals[n].max = ~0U;
	only_mask(&params, SNDRV_PCM_HW_PARAM_ACCESS, SNDRV_PCM_ACCESS_RW_INTERLEAVED);
	only_mask(&params, SNDRV_PCM_HW_PARAM_FORMAT, SNDRV_PCM_FORMAT_S16_LE);
	only(&params, SNDRV_PCM_HW_PARAM_CHANNELS, CHANNELS);
	only(&params, SNDRV_PCM_HW_PARAM_RATE, RATE);
	only(&params, SNDRV_PCM_HW_PARAM_PERIOD_SIZE, PERIOD);
	if (ioctl(pcm, SNDRV_PCM_IOCTL_HW_PARAMS, &params) || ioctl(pcm, SNDRV_PCM_IOCTL_PREPARE)) {
		perror("play: format");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	static short sound[FRAMES][CHANNELS];
	struct snd_xferi transfer = { .buf = sound, .frames = FRAMES };
	int card = argc > 1 ? atoi(argv[1]) : 0, pcm;

	turn_all_up(card);
	for (int n = 0; n < FRAMES; n++)
		for (int channel = 0; channel < CHANNELS; channel++)
			sound[n][channel] = n / HALF_WAVE % 2 ? LOUDNESS : -LOUDNESS;
	alarm(20);		/* a card without interrupts never ends */
	pcm = open_device("/dev/snd/pcmC%dD0p", card, O_RDWR);
	set_format(pcm);
	if (ioctl(pcm, SNDRV_PCM_IOCTL_WRITEI_FRAMES, &transfer) ||
	    ioctl(pcm, SNDRV_PCM_IOCTL_DRAIN)) {
		perror("play");
		return 1;
	}
	printf("played %ld frames\n", (long)transfer.result);
	fflush(stdout);
	sleep(KEPT);
	return 0;
}
