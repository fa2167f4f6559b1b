// SPDX-License-Identifier: GPL-2.0
/*
 * The PC's real-time clock, as a device for Linux's driver, if the parent has
 * granted its ports. Who was not granted them has the date that the parent
 * read, see time.c.
 */
#include <linux/init.h>
#include <linux/mc146818rtc.h>
#include <linux/platform_device.h>
#include <linux/pnp.h>
#include <linux/spinlock.h>
#include <asm/setup.h>
#include <l4/instance.h>

#define NOTHING_THERE	0xff	/* what ports read that were not granted */

DEFINE_SPINLOCK(rtc_lock);
EXPORT_SYMBOL(rtc_lock);

static const struct resource rtc_resources[] = {
	DEFINE_RES_IO(RTC_PORT(0), 2),
	DEFINE_RES_IRQ(RTC_IRQ),	/* the last: it may be missing */
};

/* If it is among what ACPI tells of, the driver finds it by that. */
static bool __init is_in_acpi(void)
{
	struct pnp_dev *dev;

	pnp_for_each_dev(dev)
		if (compare_pnp_id(dev->id, "PNP0b00") || compare_pnp_id(dev->id, "PNP0b01") ||
		    compare_pnp_id(dev->id, "PNP0b02"))
			return true;
	return false;
}

/* The bits of this register that are not flags are always zero. */
static bool __init rtc_present(void)
{
	unsigned char value;

	spin_lock_irq(&rtc_lock);
	value = CMOS_READ(RTC_VALID);
	spin_unlock_irq(&rtc_lock);
	return value != NOTHING_THERE;
}

static int __init rtc_init(void)
{
	unsigned int count = ARRAY_SIZE(rtc_resources);
	struct platform_device *device;

	if (is_in_acpi() || !rtc_present())
		return 0;
	if (!(l4_instance->irq_mask & BIT(RTC_IRQ)))
		count--;
	device = platform_device_register_simple("rtc_cmos", PLATFORM_DEVID_NONE, rtc_resources,
						 count);
	if (IS_ERR(device))
		return PTR_ERR(device);
	/* For CLOCK_BOOTTIME_ALARM and its kin; before the driver comes, whose initcall is later. */
	device_init_wakeup(&device->dev, true);
	return 0;
}
device_initcall(rtc_init);
