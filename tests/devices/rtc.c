// SPDX-License-Identifier: GPL-2.0
/* rtc: waits for two of the clock's interrupts, a second apart. */
#include <fcntl.h>
#include <linux/rtc.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(void)
{
	int file = open("/dev/rtc0", O_RDONLY);
	unsigned long data;

	if (file < 0 || ioctl(file, RTC_UIE_ON)) {
		perror("rtc");
		return 1;
	}
	alarm(10);
	for (int n = 0; n < 2; n++) {
		if (read(file, &data, sizeof(data)) != sizeof(data)) {
			perror("rtc");
			return 1;
		}
	}
	ioctl(file, RTC_UIE_OFF);
	printf("two updates\n");
	return 0;
}
