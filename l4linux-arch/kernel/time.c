// SPDX-License-Identifier: GPL-2.0
/*
 * Time. The TSC, whose frequency the microkernel has measured, is clock source
 * and scheduler clock; the vCPU's one-shot timer, in TSC values, is the clock
 * event device. The real-time clock was read by roottask before our start.
 */
#include <linux/clockchips.h>
#include <linux/clocksource.h>
#include <linux/math64.h>
#include <linux/percpu.h>
#include <linux/jump_label.h>
#include <linux/sched/clock.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>
#include <asm/paravirt.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <asm/tsc.h>
#include <asm/vcpu.h>

unsigned int tsc_khz;
unsigned int cpu_khz;

/* Nanoseconds are cycles * mult >> shift; 0 until tsc_khz is known. */
static u32 clock_mult __ro_after_init;
static u32 clock_shift __ro_after_init;

notrace unsigned long long sched_clock(void)
{
	return mul_u64_u32_shr(rdtsc() - l4_instance->boot_tsc, clock_mult, clock_shift);
}

static u64 notrace tsc_read(struct clocksource *source)
{
	return rdtsc_ordered();
}

static struct clocksource tsc_source = {
	.name = "tsc",
	.rating = 400,
	.read = tsc_read,
	.mask = CLOCKSOURCE_MASK(64),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS | CLOCK_SOURCE_VALID_FOR_HRES,
	.vdso_clock_mode = VDSO_CLOCKMODE_TSC,
};

/* Clock events count in units of 8 cycles: their frequency must fit 32 bits. */
#define CYCLES_PER_UNIT	8

static int timer_set_next(unsigned long delta, struct clock_event_device *device)
{
	vcpu_set_timer(rdtsc() + delta * CYCLES_PER_UNIT);
	return 0;
}

static int timer_stop(struct clock_event_device *device)
{
	vcpu_set_timer(0);
	return 0;
}

static DEFINE_PER_CPU(struct clock_event_device, vcpu_timer) = {
	.name = "vcpu",
	.features = CLOCK_EVT_FEAT_ONESHOT,
	.rating = 400,
	.set_next_event = timer_set_next,
	.set_state_shutdown = timer_stop,
	.set_state_oneshot_stopped = timer_stop,
};

void timer_interrupt(void)
{
	struct clock_event_device *device = this_cpu_ptr(&vcpu_timer);

	device->event_handler(device);
}

/*
 * Stolen time. The microkernel tells how long the vCPU ran, and since when it runs
 * again: so how long it did not run, of which what it slept is taken away.
 */
struct static_key paravirt_steal_enabled, paravirt_steal_rq_enabled;
static DEFINE_PER_CPU(unsigned long, slept);	/* TSC ticks, and all before its timer_begin */
static DEFINE_PER_CPU(long, stolen);		/* as told last */

static __always_inline unsigned long not_run(void)
{
	const struct l4_vcpu *vcpu = this_vcpu();
	unsigned long since, time;

	/* Both change when it loses its CPU in between. */
	do {
		since = READ_ONCE(vcpu->run_since);
		time = READ_ONCE(vcpu->run_time);
		barrier();
	} while (since != READ_ONCE(vcpu->run_since));
	return since - time;
}

/* Of this CPU, with interrupts off. Linux takes it for unsigned: it never goes back, whatever TSCs do. */
u64 paravirt_steal_clock(int cpu)
{
	long ticks = not_run() - __this_cpu_read(slept);

	if (ticks > __this_cpu_read(stolen))
		__this_cpu_write(stolen, ticks);
	return mul_u64_u32_shr(__this_cpu_read(stolen), clock_mult, clock_shift);
}

void __cpuidle timer_wait(void)
{
	unsigned long before = not_run();

	vcpu_wait();
	__this_cpu_add(slept, not_run() - before);
}

/* Before this CPU waits: what was earlier is not stolen. If it has been up before that goes on. */
noinstr void timer_begin(void)
{
	if (!raw_cpu_read(slept))
		raw_cpu_write(slept, not_run());
}

void timer_init(void)
{
	struct clock_event_device *device = this_cpu_ptr(&vcpu_timer);

	device->cpumask = cpumask_of(smp_processor_id());
	/* At least what the call takes, at most some minutes. */
	clockevents_config_and_register(device, tsc_khz * (1000 / CYCLES_PER_UNIT), 250, 1UL << 37);
}

void __init time_init(void)
{
	tsc_khz = l4_instance->tsc_khz;
	cpu_khz = tsc_khz;
	clocks_calc_mult_shift(&clock_mult, &clock_shift, tsc_khz, NSEC_PER_MSEC, 0);
	clocksource_register_khz(&tsc_source, tsc_khz);
	timer_begin();
	timer_init();
	static_key_slow_inc(&paravirt_steal_enabled);
}

void read_persistent_clock64(struct timespec64 *ts)
{
	u64 cycles = rdtsc() - l4_instance->boot_tsc;

	*ts = (struct timespec64) { 0 };
	if (!l4_instance->boot_time)
		return;
	*ts = ns_to_timespec64(mul_u64_u64_div_u64(cycles, NSEC_PER_MSEC, l4_instance->tsc_khz));
	ts->tv_sec += l4_instance->boot_time;
}
