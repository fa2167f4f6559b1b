# SPDX-License-Identifier: GPL-2.0
# A process reads and writes another's memory; a page that is missing is
# filled in by the program itself; memory that is known by its descriptor only.
cat >a.c <<'file'
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096

static char text[64] = "the parent's";
static char page[PAGE];
static int faults;

static void *fill(void *argument)
{
	int fd = *(int *)argument;
	struct uffd_msg message;
	struct uffdio_copy copy = { .src = (unsigned long)page, .len = PAGE };

	while (read(fd, &message, sizeof(message)) == sizeof(message)) {
		copy.dst = message.arg.pagefault.address & -PAGE;
		page[0] = 'a' + faults++;
		if (ioctl(fd, UFFDIO_COPY, &copy))
			break;
	}
	return NULL;
}

static void missing(void)
{
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	char *memory = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register area = {
		.range = { (unsigned long)memory, 3 * PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	pthread_t thread;

	if (ioctl(fd, UFFDIO_API, &api) || ioctl(fd, UFFDIO_REGISTER, &area)) {
		perror("userfaultfd");
		exit(1);
	}
	pthread_create(&thread, NULL, fill, &fd);
	printf("missing pages: %c", memory[2 * PAGE]);
	printf("%c", memory[0]);
	printf("%c, %d faults\n", memory[PAGE], faults);
}

static void other_process(void)
{
	char seen[64] = "";
	struct iovec here = { seen, sizeof(seen) }, there = { text, sizeof(text) };
	pid_t child = fork();

	if (!child) {
		strcpy(text, "the child's");
		raise(SIGSTOP);
		puts(text);
		_exit(0);
	}
	waitpid(child, NULL, WUNTRACED);
	process_vm_readv(child, &here, 1, &there, 1, 0);
	printf("read: %s\n", seen);
	strcpy(seen, "written by the parent");
	process_vm_writev(child, &here, 1, &there, 1, 0);
	kill(child, SIGCONT);
	waitpid(child, NULL, 0);
	puts(text);
}

static void descriptor(void)
{
	int fd = memfd_create("memory", MFD_ALLOW_SEALING);
	char *shared;

	if (ftruncate(fd, PAGE))
		exit(1);
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	strcpy(shared, "sealed");
	munmap(shared, PAGE);
	fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);
	printf("%d ", mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) == MAP_FAILED);
	puts(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0));
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	missing();
	other_process();
	descriptor();
	return 0;
}
file
gcc -O2 -pthread -o a a.c
./a
#= missing pages: abc, 3 faults
#= read: the child's
#= written by the parent
#= the parent's
#= 1 sealed
