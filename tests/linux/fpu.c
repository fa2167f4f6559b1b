/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Several processes keep known values in all vector and x87 registers while
 * timers interrupt them, signal handlers overwrite the same registers and the
 * scheduler switches between them. Each has its own values and its own
 * rounding mode.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define PROCESSES	8
#define ROUNDS		200
#define SPIN		20000

struct vectors {
	uint8_t byte[16][32];
} __attribute__((aligned(32)));

static bool have_avx;
static volatile unsigned int signals;
static struct vectors junk;

static void fill(struct vectors *v, unsigned int seed)
{
	for (unsigned int i = 0; i < sizeof(*v); i++)
		((uint8_t *)v)[i] = seed = seed * 1103515245 + 12345;
}

#define EACH(do) do(0) do(1) do(2) do(3) do(4) do(5) do(6) do(7) \
		 do(8) do(9) do(10) do(11) do(12) do(13) do(14) do(15)
#define LOAD_Y(n)  "vmovaps 32*" #n "(%[in]), %%ymm" #n "\n"
#define STORE_Y(n) "vmovaps %%ymm" #n ", 32*" #n "(%[out])\n"
#define LOAD_X(n)  "movaps 32*" #n "(%[in]), %%xmm" #n "\n"
#define STORE_X(n) "movaps %%xmm" #n ", 32*" #n "(%[out])\n"
#define KEEP(load, store)							\
	asm volatile(EACH(load)							\
		     "1: movl $39, %%eax; test $1023, %[count]; jnz 2f; syscall\n" \
		     "2: subl $1, %[count]; jnz 1b\n"				\
		     EACH(store)						\
		     : [count] "+b" (count)					\
		     : [in] "S" (in), [out] "D" (out)				\
		     : "rax", "rcx", "r11", "memory", "cc",			\
		       "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", \
		       "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15")

/* Through count turns with a system call now and then, all registers stay. */
static void keep(const struct vectors *in, struct vectors *out, unsigned int count)
{
	*out = *in;
	if (have_avx)
		KEEP(LOAD_Y, STORE_Y);
	else
		KEEP(LOAD_X, STORE_X);
}

static void overwrite(int number)
{
	struct vectors out;

	(void)number;
	signals++;
	keep(&junk, &out, 1);
	asm volatile("fninit; fld1; fldpi; fldl2e");
}

static bool same_x87(unsigned int id)
{
	double in = id + 0.5, out;

	asm volatile("fninit; fldl %1; movl %2, %%ecx; 1: subl $1, %%ecx; jnz 1b; fstpl %0"
		     : "=m" (out) : "m" (in), "i" (SPIN) : "ecx", "st", "cc");
	return in == out;
}

static void set_rounding(unsigned int mode)
{
	uint32_t mxcsr = 0x1f80 | mode << 13;

	asm volatile("ldmxcsr %0" : : "m" (mxcsr));
}

static bool same_rounding(unsigned int mode)
{
	uint32_t mxcsr;

	asm volatile("stmxcsr %0" : "=m" (mxcsr));
	return (mxcsr & 0x6000) == mode << 13;
}

static double series(void)
{
	volatile double sum = 0;

	for (int i = 1; i < 2000; i++)
		sum += 1.0 / i;
	return sum;
}

static int worker(unsigned int id, const double *wanted)
{
	struct itimerval often = { { 0, 1000 + 100 * id }, { 0, 1000 } };
	struct vectors in, out;
	int wrong = 0;

	signal(SIGALRM, overwrite);
	set_rounding(id % 4);
	setitimer(ITIMER_REAL, &often, NULL);
	/* On a busy host all of them may fit between two signals. */
	for (unsigned int i = 0; i < ROUNDS || (signals < 3 && i < 100 * ROUNDS); i++) {
		fill(&in, id * 1000 + i);
		keep(&in, &out, SPIN);
		wrong += memcmp(&in, &out, sizeof(in)) != 0;
		wrong += !same_x87(id);
		wrong += !same_rounding(id % 4);
		wrong += series() != wanted[id % 4];
	}
	return wrong ? 1 : signals < 3 ? 2 : 0;
}

/* The frame shows the interrupted registers, and what is put there comes back. */
static void edit(int number, siginfo_t *info, void *context)
{
	struct _libc_fpstate *fpu = ((ucontext_t *)context)->uc_mcontext.fpregs;

	(void)number;
	(void)info;
	for (unsigned int i = 0; i < 16; i++) {
		for (unsigned int j = 0; j < 4; j++)
			fpu->_xmm[i].element[j] ^= 0xffffffff;
	}
}

static bool frame_edited(void)
{
	struct sigaction action = { .sa_sigaction = edit, .sa_flags = SA_SIGINFO };
	struct vectors in, out;

	sigaction(SIGUSR1, &action, NULL);
	fill(&in, 7);
	out = in;
	asm volatile(EACH(LOAD_X)
		     "movl %[pid], %%edi; movl $10, %%esi; movl $62, %%eax; syscall\n"
		     "movq %[to], %%rdi\n"
		     "movaps %%xmm0, (%%rdi); movaps %%xmm15, 32*15(%%rdi)\n"
		     : : [in] "r" (&in), [to] "r" (&out), [pid] "r" (getpid())
		     : "rax", "rcx", "rdi", "rsi", "r11", "memory", "cc",
		       "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",
		       "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
	for (unsigned int i = 0; i < 16; i++) {
		if ((out.byte[0][i] ^ in.byte[0][i]) != 0xff ||
		    (out.byte[15][i] ^ in.byte[15][i]) != 0xff)
			return false;
	}
	return true;
}

static bool inherited(void)
{
	struct vectors in, out;
	int status;
	pid_t child;

	fill(&in, 99);
	out = in;
	asm volatile(EACH(LOAD_X)
		     "movl $57, %%eax; syscall\n"
		     "movaps %%xmm0, (%[out]); movaps %%xmm15, 32*15(%[out])\n"
		     : "=&a" (child)
		     : [in] "S" (&in), [out] "D" (&out)
		     : "rcx", "r11", "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
		       "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
		       "xmm13", "xmm14", "xmm15");
	if (!child)
		_exit(memcmp(&in, &out, sizeof(in)) != 0);
	return waitpid(child, &status, 0) == child && status == 0 &&
		!memcmp(&in, &out, sizeof(in));
}

int main(void)
{
	static const char *const outcomes[] = { "right", "wrong", "no signals" };
	unsigned int a, b, c = 0, d, low, high;
	pid_t child[PROCESSES];
	double wanted[4];
	int status;

	__cpuid(1, a, b, c, d);
	if (c & bit_OSXSAVE) {
		asm volatile("xgetbv" : "=a" (low), "=d" (high) : "c" (0));
		have_avx = (c & bit_AVX) && (low & 6) == 6;
	}
	printf("fpu: avx %s\n", have_avx ? "yes" : "no");
	printf("fpu: edited frame %s\n", frame_edited() ? "right" : "wrong");
	printf("fpu: inherited %s\n", inherited() ? "right" : "wrong");
	fill(&junk, 1);
	for (unsigned int mode = 0; mode < 4; mode++) {
		set_rounding(mode);
		wanted[mode] = series();
	}
	set_rounding(0);
	printf("fpu: rounding %s\n", wanted[1] < wanted[2] ? "right" : "wrong");
	fflush(stdout);
	for (unsigned int i = 0; i < PROCESSES; i++) {
		child[i] = fork();
		if (!child[i])
			_exit(worker(i, wanted));
	}
	for (unsigned int i = 0; i < PROCESSES; i++) {
		waitpid(child[i], &status, 0);
		printf("fpu: process %u %s\n", i, WIFEXITED(status) && WEXITSTATUS(status) < 3 ?
		       outcomes[WEXITSTATUS(status)] : "ended by a signal");
	}
	return 0;
}
