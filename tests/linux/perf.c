/* SPDX-License-Identifier: GPL-2.0 */
/* perf's software events, breakpoint events and samples. The lines depend on the kernel's abilities only. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef TRAP_PERF
#define TRAP_PERF	6
#endif
#define PAGES		8
#define PAGE		4096UL

static volatile uint64_t data[4];
static volatile unsigned int trapped;

static int open_event(struct perf_event_attr *attr)
{
	attr->size = sizeof(*attr);
	return syscall(SYS_perf_event_open, attr, 0, -1, -1, 0);
}

static int open_type(unsigned int type, unsigned long config)
{
	struct perf_event_attr attr = { .type = type, .config = config };
	int fd = open_event(&attr);

	return fd < 0 ? -errno : fd;
}

static uint64_t count(int fd)
{
	uint64_t value = 0;

	return read(fd, &value, sizeof(value)) == sizeof(value) ? value : ~0UL;
}

static void work(void)
{
	char *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (unsigned int i = 0; i < PAGES; i++)
		memory[i * PAGE] = 1;
	munmap(memory, PAGES * PAGE);
	for (volatile unsigned int i = 0; i < 1000000; i++)
		;
	for (unsigned int i = 0; i < 3; i++)
		usleep(2000);
}

static void software(void)
{
	static const struct {
		const char *name;
		unsigned long config;
		uint64_t least;
	} events[] = {
		{ "cpu-clock", PERF_COUNT_SW_CPU_CLOCK, 1 },
		{ "task-clock", PERF_COUNT_SW_TASK_CLOCK, 1 },
		{ "page-faults", PERF_COUNT_SW_PAGE_FAULTS, 1 },
		{ "context-switches", PERF_COUNT_SW_CONTEXT_SWITCHES, 3 },
		{ "cpu-migrations", PERF_COUNT_SW_CPU_MIGRATIONS, 0 },
		{ "minor-faults", PERF_COUNT_SW_PAGE_FAULTS_MIN, 1 },
		{ "major-faults", PERF_COUNT_SW_PAGE_FAULTS_MAJ, 0 },
		{ "dummy", PERF_COUNT_SW_DUMMY, 0 },
	};

	for (unsigned int i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		int fd = open_type(PERF_TYPE_SOFTWARE, events[i].config);

		printf("%s: %s", events[i].name, fd < 0 ? strerror(-fd) : "open");
		if (fd >= 0) {
			work();
			printf(", counts %d", count(fd) >= events[i].least);
			ioctl(fd, PERF_EVENT_IOC_DISABLE, 0);
			ioctl(fd, PERF_EVENT_IOC_RESET, 0);
			work();
			printf(", off %lu", count(fd));
			close(fd);
		}
		printf("\n");
	}
}

static void refusals(void)
{
	printf("cycles: %d\n", open_type(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES));
	printf("instructions: %d\n", open_type(PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS));
	printf("cache: %d\n", open_type(PERF_TYPE_HW_CACHE, PERF_COUNT_HW_CACHE_L1D));
	printf("raw: %d\n", open_type(PERF_TYPE_RAW, 0xc0));
	printf("unknown: %d\n", open_type(PERF_TYPE_SOFTWARE, 999));
}

static struct perf_event_attr watch(unsigned int type, unsigned int length)
{
	return (struct perf_event_attr){
		.type = PERF_TYPE_BREAKPOINT, .bp_type = type, .bp_len = length,
		.bp_addr = (uintptr_t)&data[1], .exclude_kernel = 1, .exclude_hv = 1,
	};
}

static void breakpoints(void)
{
	static const unsigned char lengths[] = { 1, 2, 3, 4, 8, 16 };
	int fds[5];

	for (unsigned int i = 0; i < sizeof(lengths); i++) {
		struct perf_event_attr attr = watch(HW_BREAKPOINT_W, lengths[i]);
		int fd = open_event(&attr);

		printf("watch %u: %d", lengths[i], fd < 0 ? -errno : 0);
		if (fd >= 0) {
			for (unsigned int k = 0; k < 10; k++)
				data[k % 4] = k;
			printf(", %lu times", count(fd));
			close(fd);
		}
		printf("\n");
	}
	for (unsigned int i = 0; i < 5; i++) {
		struct perf_event_attr attr = watch(HW_BREAKPOINT_RW, 8);

		fds[i] = open_event(&attr);
		printf("watch number %u: %d\n", i, fds[i] < 0 ? -errno : 0);
	}
	for (unsigned int i = 0; i < 5; i++)
		close(fds[i]);
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	trapped += info->si_code == TRAP_PERF;
}

/* A signal at the very access. */
static void synchronous(void)
{
	struct sigaction action = { .sa_sigaction = on_trap, .sa_flags = SA_SIGINFO };
	struct perf_event_attr attr = watch(HW_BREAKPOINT_W, 8);
	int fd;

	sigaction(SIGTRAP, &action, NULL);
	attr.sample_period = 1;
	attr.sigtrap = 1;
	attr.remove_on_exec = 1;
	fd = open_event(&attr);
	printf("sigtrap: %d", fd < 0 ? -errno : 0);
	for (unsigned int i = 0; i < 5; i++) {
		data[1] = i;
		printf(" %u", trapped);
	}
	printf("\n");
	close(fd);
}

static unsigned int records, chains;

static void look_at(volatile struct perf_event_mmap_page *control, uintptr_t caller)
{
	char *ring = (char *)control + PAGE;
	uint64_t tail = control->data_tail, head = control->data_head;

	__sync_synchronize();
	while (tail < head) {
		struct perf_event_header *header = (void *)(ring + tail % (PAGES * PAGE));
		uint64_t *word = (uint64_t *)(header + 1);

		if (header->type == PERF_RECORD_SAMPLE) {
			records++;
			for (unsigned int i = 0; i < word[1] && i < 20; i++)
				if (word[2 + i] >= caller && word[2 + i] < caller + 256) {
					chains++;
					break;
				}
		}
		tail += header->size;
	}
}

__attribute__((noinline)) static void touch(void)
{
	asm volatile("" : : "r"(__builtin_frame_address(0)) : "memory");	/* needs the frame */
	data[1] = 1;
	asm volatile("" ::: "memory");
}

__attribute__((noinline)) static void touch_often(void)
{
	for (unsigned int i = 0; i < 50; i++) {
		touch();
		asm volatile("" ::: "memory");
	}
}

/* Samples in the ring, with who called. */
static void samples(void)
{
	struct perf_event_attr attr = watch(HW_BREAKPOINT_W, 8);
	struct pollfd poller = { .events = POLLIN };
	void *control;

	attr.sample_period = 1;
	attr.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_CALLCHAIN;
	attr.wakeup_events = 1;
	poller.fd = open_event(&attr);
	control = mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, poller.fd, 0);
	printf("samples: map %d", control != MAP_FAILED);
	if (control != MAP_FAILED) {
		touch_often();
		printf(", poll %d", poll(&poller, 1, 1000));
		look_at(control, (uintptr_t)touch_often);
		printf(", %u records, caller in %u", records, chains);
	}
	printf("\n");
	close(poller.fd);
}

/* A clock that samples a program that computes. */
static void profile(void)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = 1000000, .sample_type = PERF_SAMPLE_IP,
	};
	int fd = open_event(&attr);
	volatile struct perf_event_mmap_page *control =
		mmap(NULL, (PAGES + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	printf("profile: map %d", control != MAP_FAILED);
	if (control != MAP_FAILED) {
		uint64_t start = control->data_head;

		for (volatile unsigned long i = 0; i < 300000000 && control->data_head < start + 200; i++)
			;
		printf(", samples %d", control->data_head >= start + 200);
	}
	printf("\n");
	close(fd);
}

int main(void)
{
	software();
	refusals();
	breakpoints();
	synchronous();
	samples();
	profile();
	return 0;
}
