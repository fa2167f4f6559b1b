/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Corners of the user ABI: the vsyscall page, the vDSO without the kernel,
 * seccomp, 32-bit programs, io_uring, process descriptors, system calls that
 * go on after a signal. Each case is a child; the lines of two kernels can be
 * compared.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/membarrier.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "child.h"

#define VSYSCALL	0xffffffffff600000UL

typedef long (*call_t)(void *, void *, void *);

static void fault(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;

	printf(" signal %d code %d address %#lx error %#llx trap %lld ax %lld\n", number,
	       info->si_code, number == SIGSYS ? 0 : (unsigned long)info->si_addr,
	       number == SIGSYS ? 0 : regs[REG_ERR], number == SIGSYS ? 0 : regs[REG_TRAPNO],
	       number == SIGSYS ? regs[REG_RAX] : 0);
	fflush(stdout);
	_exit(5);
}

static long vsyscall(unsigned int n, void *a, void *b)
{
	return ((call_t)(VSYSCALL + n * 1024))(a, b, NULL);
}

static void vsyscalls(void)
{
	struct timeval tv = { 0 };
	unsigned int cpu = 99, node = 99;
	time_t now = 0;

	printf(" %ld", vsyscall(0, &tv, NULL));
	printf(" %d", labs(tv.tv_sec - time(NULL)) < 2);
	printf(" %d", labs(vsyscall(1, &now, NULL) - time(NULL)) < 2);
	printf(" %d", labs(now - time(NULL)) < 2);
	printf(" %ld", vsyscall(2, &cpu, &node));
	printf(" %u %u", cpu, node);
	printf(" %ld", vsyscall(0, NULL, NULL));
}

static void vsyscall_read(void)
{
	printf("%d", *(volatile unsigned char *)VSYSCALL);
}

static void vsyscall_write(void)
{
	*(volatile unsigned char *)VSYSCALL = 1;
}

static void vsyscall_misaligned(void)
{
	((call_t)(VSYSCALL + 8))(NULL, NULL, NULL);
}

static void vsyscall_fourth(void)
{
	vsyscall(3, NULL, NULL);
}

static void vsyscall_bad_pointer(void)
{
	vsyscall(0, (void *)8, NULL);
}

static void vsyscall_kernel_pointer(void)
{
	vsyscall(1, (void *)0xffff888000000000, NULL);
}

static void vsyscall_bad_stack(void)
{
	asm volatile("xor %%esp, %%esp; jmp *%0" : : "r"(VSYSCALL));
}

static void vsyscall_in_maps(void)
{
	char line[256];
	FILE *maps = fopen("/proc/self/maps", "r");

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "[vsyscall]"))
			printf(" %.*s", (int)strcspn(line, "\n"), line);
}

static void filter(unsigned int number, unsigned int action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	printf(" filter %d", prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program));
}

static void seccomp_errno(void)
{
	filter(SYS_getppid, SECCOMP_RET_ERRNO | EXDEV);
	printf(" %ld", syscall(SYS_getppid));
	printf(" errno %d", errno);
}

static void seccomp_trap(void)
{
	catch(SIGSYS);
	filter(SYS_getppid, SECCOMP_RET_TRAP | 7);
	fflush(stdout);
	syscall(SYS_getppid);
}

static void seccomp_kill(void)
{
	filter(SYS_getppid, SECCOMP_RET_KILL_PROCESS);
	fflush(stdout);
	syscall(SYS_getppid);
}

static void seccomp_vsyscall(void)
{
	filter(SYS_time, SECCOMP_RET_ERRNO | EXDEV);
	printf(" %ld", vsyscall(1, NULL, NULL));
	catch(SIGSYS);
	filter(SYS_gettimeofday, SECCOMP_RET_TRAP);
	fflush(stdout);
	printf(" %ld", vsyscall(0, NULL, NULL));
}

/* A symbol of the vDSO. */
static void *vdso(const char *name)
{
	char *base = (char *)getauxval(AT_SYSINFO_EHDR);
	Elf64_Ehdr *header = (Elf64_Ehdr *)base;
	Elf64_Phdr *segment = (Elf64_Phdr *)(base + header->e_phoff);
	Elf64_Sym *symbols = NULL;
	const char *strings = NULL;
	uint32_t *hash = NULL;

	for (unsigned int i = 0; i < header->e_phnum; i++) {
		if (segment[i].p_type != PT_DYNAMIC)
			continue;
		for (Elf64_Dyn *d = (Elf64_Dyn *)(base + segment[i].p_offset); d->d_tag; d++) {
			if (d->d_tag == DT_SYMTAB)
				symbols = (Elf64_Sym *)(base + d->d_un.d_ptr);
			else if (d->d_tag == DT_STRTAB)
				strings = base + d->d_un.d_ptr;
			else if (d->d_tag == DT_HASH)
				hash = (uint32_t *)(base + d->d_un.d_ptr);
		}
	}
	for (uint32_t i = 0; hash && i < hash[1]; i++)
		if (!strcmp(strings + symbols[i].st_name, name))
			return base + symbols[i].st_value;
	return NULL;
}

struct random_parameters {
	uint32_t size, prot, flags, reserved[13];
};

static char vdso_line[256];

/* Any system call but write and exit comes to this. */
static void says_which(int number, siginfo_t *info, void *context)
{
	(void)number, (void)context;
	syscall(SYS_exit, info->si_syscall == SYS_clock_gettime ? 1 : info->si_syscall == SYS_getcpu ? 2 :
		info->si_syscall == SYS_getrandom ? 3 : 4);
}

static bool write_and_exit_only(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	struct sigaction action = { .sa_sigaction = says_which, .sa_flags = SA_SIGINFO };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return !sigaction(SIGSYS, &action, NULL) && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* A thousand calls of each, with no system call. */
static void vdso_calls(void *state, size_t size)
{
	int (*gettime)(clockid_t, struct timespec *) = vdso("__vdso_clock_gettime");
	int (*getcpu_)(unsigned int *, unsigned int *, void *) = vdso("__vdso_getcpu");
	ssize_t (*random)(void *, size_t, unsigned int, void *, size_t) = vdso("__vdso_getrandom");
	unsigned int cpu = 99, node = 99, wrong = 0;
	unsigned char bytes[64] = { 0 };
	struct timespec before, after;

	if (state != MAP_FAILED)	/* the first call may enter the kernel for the seed */
		random(bytes, sizeof(bytes), 0, state, size);
	if (!write_and_exit_only())
		_exit(5);
	gettime(CLOCK_MONOTONIC, &before);
	for (unsigned int i = 0; i < 1000; i++) {
		wrong += gettime(CLOCK_MONOTONIC, &after) || after.tv_sec < before.tv_sec;
		wrong += gettime(CLOCK_REALTIME, &after) != 0;
		wrong += getcpu_(&cpu, &node, NULL) || cpu;
		if (state != MAP_FAILED)
			wrong += random(bytes, 32, 0, state, size) != 32;
	}
	cpu = snprintf(vdso_line, sizeof(vdso_line), " random %d wrong %u\n", state != MAP_FAILED,
		       wrong);
	syscall(SYS_write, 1, vdso_line, cpu);
	syscall(SYS_exit, 0);
}

static void vdso_alone(void)
{
	ssize_t (*random)(void *, size_t, unsigned int, void *, size_t) = vdso("__vdso_getrandom");
	struct random_parameters parameters = { 0 };
	void *state = MAP_FAILED;
	int status = 0;

	if (random && !random(NULL, 0, 0, &parameters, ~0UL))
		state = mmap(NULL, parameters.size, parameters.prot, parameters.flags, -1, 0);
	printf(" symbols %d%d%d", !!vdso("__vdso_clock_gettime"), !!vdso("__vdso_getcpu"),
	       !!random);
	fflush(stdout);
	/* Linux renews its seed every few seconds, which is soon on a busy host; a call just then asks for it, rightly. */
	for (unsigned int tries = 0; tries < 20; tries++) {
		pid_t child = fork();

		if (!child)
			vdso_calls(state, parameters.size);
		waitpid(child, &status, 0);
		if (status != W_EXITCODE(3, 0))
			break;
	}
	if (status)
		printf(" status %x", status);
}

/* An ELF file of another machine. */
static void exec_other(const char *name, unsigned char class, unsigned short machine)
{
	struct {
		Elf32_Ehdr header;
		Elf32_Phdr segment;
		unsigned char code[64];
	} image = {
		.header = {
			.e_ident = { 0x7f, 'E', 'L', 'F', class, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC, .e_machine = machine, .e_version = EV_CURRENT,
			.e_entry = 0x8048000 + sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr),
			.e_phoff = sizeof(Elf32_Ehdr), .e_ehsize = sizeof(Elf32_Ehdr),
			.e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1,
		},
		.segment = { .p_type = PT_LOAD, .p_vaddr = 0x8048000, .p_filesz = sizeof(image),
			     .p_memsz = sizeof(image), .p_flags = PF_R | PF_X, .p_align = 4096 },
		.code = { 0xb8, 1, 0, 0, 0, 0xbb, 42, 0, 0, 0, 0xcd, 0x80 },	/* exit(42) */
	};
	int fd = open("/tmp/other", O_CREAT | O_TRUNC | O_WRONLY, 0755);
	char *arguments[] = { "/tmp/other", NULL };

	if (write(fd, &image, sizeof(image)) != sizeof(image))
		printf(" not written");
	close(fd);
	execv("/tmp/other", arguments);
	printf(" %s: errno %d", name, errno);
	unlink("/tmp/other");
}

static void foreign_programs(void)
{
	exec_other("i386", ELFCLASS32, EM_386);
	exec_other("x32", ELFCLASS32, EM_X86_64);
	exec_other("arm", ELFCLASS32, EM_ARM);
}

static void int_80(void)
{
	long result;

	asm volatile("int $0x80" : "=a"(result) : "a"(20) : "memory");
	printf(" %ld", result);
}

static void x32_call(void)
{
	printf(" %ld", syscall(SYS_getppid | 0x40000000));
	printf(" errno %d", errno);
}

static void personalities(void)
{
	struct utsname name;

	printf(" %#x", personality(0xffffffff));
	printf(" %#x", personality(PER_LINUX32));
	uname(&name);
	printf(" %s", name.machine);
	printf(" %#x", personality(ADDR_NO_RANDOMIZE | READ_IMPLIES_EXEC | UNAME26));
	uname(&name);
	printf(" %s 2.6 %d", name.machine, !strncmp(name.release, "2.6.", 4));
	printf(" %#x", personality(0));
}

static void io_uring(void)
{
	struct io_uring_params p = { 0 };
	int ring = syscall(SYS_io_uring_setup, 4, &p);
	char *sq, *cq;
	struct io_uring_sqe *sqe;
	struct io_uring_cqe *cqe;
	char buffer[8] = "";
	int ends[2];

	printf(" ring %d", ring >= 0);
	if (ring < 0 || pipe(ends))
		return;
	sq = mmap(NULL, p.sq_off.array + p.sq_entries * 4, PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		  IORING_OFF_SQ_RING);
	cq = mmap(NULL, p.cq_off.cqes + p.cq_entries * sizeof(*cqe), PROT_READ | PROT_WRITE,
		  MAP_SHARED, ring, IORING_OFF_CQ_RING);
	sqe = mmap(NULL, p.sq_entries * sizeof(*sqe), PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		   IORING_OFF_SQES);
	sqe[0] = (struct io_uring_sqe){ .opcode = IORING_OP_WRITE, .fd = ends[1], .user_data = 1,
					.addr = (uintptr_t)"ring", .len = 5, .off = -1 };
	sqe[1] = (struct io_uring_sqe){ .opcode = IORING_OP_READ, .fd = ends[0], .user_data = 2,
					.addr = (uintptr_t)buffer, .len = 5, .off = -1 };
	sqe[2] = (struct io_uring_sqe){ .opcode = IORING_OP_NOP, .user_data = 3 };
	for (unsigned int i = 0; i < 3; i++)
		((unsigned int *)(sq + p.sq_off.array))[i] = i;
	*(volatile unsigned int *)(sq + p.sq_off.tail) = 3;
	printf(" enter %ld", syscall(SYS_io_uring_enter, ring, 3, 3, IORING_ENTER_GETEVENTS, NULL, 0));
	cqe = (struct io_uring_cqe *)(cq + p.cq_off.cqes);
	for (unsigned int sum = 0, i = 0; i < 3; i++) {
		sum += cqe[i].user_data;
		printf(" %d", cqe[i].res);
		if (i == 2)
			printf(" sum %u '%s'", sum, buffer);
	}
}

static void process_descriptors(void)
{
	int fd = -1, status = 0;
	struct clone_args args = {
		.flags = CLONE_PIDFD, .pidfd = (uintptr_t)&fd, .exit_signal = SIGCHLD,
	};
	struct pollfd poller = { .events = POLLIN };
	pid_t child = syscall(SYS_clone3, &args, sizeof(args));

	if (!child) {
		pause();
		_exit(1);
	}
	poller.fd = fd;
	printf(" child %d fd %d", child > 0, fd >= 0);
	printf(" poll %d", poll(&poller, 1, 0));
	printf(" kill %ld", syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0));
	printf(" poll %d", poll(&poller, 1, 5000));
	waitpid(child, &status, 0);
	printf(" by signal %d", WTERMSIG(status));
	args.flags = CLONE_THREAD;
	printf(" refused %ld", syscall(SYS_clone3, &args, sizeof(args)));
	printf(" errno %d", errno);
}

static void barriers(void)
{
	printf(" %#lx", syscall(SYS_membarrier, MEMBARRIER_CMD_QUERY, 0, 0));
	printf(" %ld", syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
	printf(" %ld", syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0));
	printf(" %ld", syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0));
	printf(" %ld", syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0));
}

static void count_signal(int number)
{
	(void)number;
}

static void tick(int flags)
{
	struct sigaction action = { .sa_handler = count_signal, .sa_flags = flags };
	struct itimerval timer = { .it_value = { .tv_usec = 20000 } };

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void restarts(void)
{
	struct timespec wanted = { 0, 100000000 }, left = { 0, 0 };
	struct timespec start, end;
	int ends[2], word = 0;
	char byte = 0;
	pid_t child;

	if (pipe(ends))
		return;
	tick(0);
	printf(" nanosleep %d", nanosleep(&wanted, &left) ? errno : 0);
	printf(" left %d", left.tv_nsec > 0);
	tick(0);
	printf(" read %zd", read(ends[0], &byte, 1));
	printf(" errno %d", errno);
	child = fork();
	if (!child) {
		usleep(100000);
		_exit(write(ends[1], "x", 1) != 1);
	}
	tick(SA_RESTART);
	printf(" restarted %zd", read(ends[0], &byte, 1));
	waitpid(child, NULL, 0);
	tick(SA_RESTART);
	printf(" futex %ld", syscall(SYS_futex, &word, FUTEX_WAIT, 0, &wanted, NULL, 0));
	printf(" errno %d", errno);

	/* Stopped and continued, nanosleep sleeps on to its end. */
	fflush(stdout);
	clock_gettime(CLOCK_MONOTONIC, &start);
	child = fork();
	if (!child) {
		wanted = (struct timespec){ 0, 300000000 };
		_exit(nanosleep(&wanted, NULL) ? 1 : 0);
	}
	usleep(50000);
	kill(child, SIGSTOP);
	usleep(50000);
	kill(child, SIGCONT);
	waitpid(child, &word, 0);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf(" stopped %d, long enough %d", WEXITSTATUS(word),
	       (end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec >= 300000000);
}

int main(void)
{
	run("vsyscalls", vsyscalls);
	run("vsyscall read", vsyscall_read);
	run("vsyscall written", vsyscall_write);
	run("vsyscall misaligned", vsyscall_misaligned);
	run("vsyscall number 3", vsyscall_fourth);
	run("vsyscall bad pointer", vsyscall_bad_pointer);
	run("vsyscall kernel pointer", vsyscall_kernel_pointer);
	run("vsyscall bad stack", vsyscall_bad_stack);
	run("vsyscall in maps", vsyscall_in_maps);
	run("seccomp errno", seccomp_errno);
	run("seccomp trap", seccomp_trap);
	run("seccomp kill", seccomp_kill);
	run("seccomp vsyscall", seccomp_vsyscall);
	run("vdso alone", vdso_alone);
	run("foreign programs", foreign_programs);
	run("int 80", int_80);
	run("x32 call", x32_call);
	run("personality", personalities);
	run("io_uring", io_uring);
	run("process descriptors", process_descriptors);
	run("membarrier", barriers);
	run("restarts", restarts);
	return 0;
}
