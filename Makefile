# SPDX-License-Identifier: GPL-2.0
#
# Everything is built into build/; the parts have Makefiles of their own and
# build into the folder that B= names.  Scripts in tools/ do one job each.

BUILD	:= $(CURDIR)/build
LOGS	:= $(BUILD)/logs
BOOT	:= $(BUILD)/boot

MEM	?= 512M
# Another Linux configuration has a build and a boot file of its own.
SUFFIX	:= $(if $(CONFIG),-$(CONFIG))
PARTS	:= microkernel libl4 sigma0 roottask

MAKEFLAGS += --no-print-directory
export JOBS ?= $(shell nproc)

.PHONY: all run test iso stats gdb clean help packages linux-src parts
.PHONY: rootfs servers examples l4 native bench-ipc
.DEFAULT_GOAL := help

help:
	@echo 'make run             boot to a shell; Linux on the microkernel'
	@echo 'make run CMD=...     boot, run one command, print its output, end'
	@echo 'make run EXAMPLE=... servers without Linux: a folder of examples/'
	@echo 'make run FILES=...   files of an L4 server, in /files, on this disk image; made if need be'
	@echo 'make check           before a commit: host tests, the kernel, Linux to a shell'
	@echo 'make test            what a change can break; the last line is the result'
	@echo 'make test-long       make test with fresh seeds, and what takes hours;'
	@echo '                     PARTS="kunit parity": these only; tests/long --list'
	@echo 'make fuzz            5 million random system calls; CALLS=, SEED=: others; CPUS=4'
	@echo 'make coverage        which lines of the microkernel the tests execute;'
	@echo '                     SUITES="kernel fuzz": by these only'
	@echo 'make mutants         takes single checks out of the code, in a copy, and'
	@echo '                     tells which of them no test misses'
	@echo 'make bench           beside native Linux; QUICK=1: instructions only'
	@echo 'make bench CHECK=1   L4 against the stored instruction counts'
	@echo 'make profile OP=read where the instructions of an operation go'
	@echo 'make linux-menuconfig  options of Linux on the microkernel'
	@echo 'make iso             build/l4linux.iso, for BIOS and UEFI'
	@echo 'make debian-iso      build/l4debian.iso: a whole Debian on it, too, that needs no disk'
	@echo 'make dist            an archive of it and what is in it, with checksums'
	@echo 'make debian          a whole Debian 12 on a disk: made once, then booted'
	@echo 'make parity          the self-tests of Linux in it, on both kernels'
	@echo 'make kunit           the unit tests of Linux, which run in it, on both kernels'
	@echo 'make torture         its torture of RCU, locks and calls between CPUs; CPUS=4'
	@echo 'make stress          stress-ng, while Linux checks its locks and memory; CPUS=4'
	@echo 'make programs        sqlite3, python3, redis, stress-ng ... there, on both'
	@echo 'make soak            an hour of load on Debian; MINUTES=60'
	@echo 'make powercut        power cuts while files and databases are written; CUTS=20'
	@echo 'make latency         the longest stretches with interrupts off; CPUS='
	@echo '                     in the microkernel, in instructions'
	@echo 'make bench-crowd     operations on several CPUs at once, beside native Linux; CPUS=4'
	@echo 'make bench-wall      what a user of Debian waits for on 2 CPUs, beside native Linux; CPUS='
	@echo 'make bench-ipc       what calls of the microkernel cost, in instructions;'
	@echo '                     PROFILE="map-1 yield": in which functions of it'
	@echo 'make bench-files     a block of a file, from the file server and from the cache of Linux'
	@echo 'make bench-sides     what it does for one CPU on another, in instructions'
	@echo 'make stats           lines and code bytes of each part'
	@echo 'make figures         writes the figures in docs/ anew, of this tree'
	@echo 'make gdb             gdb on a machine started with GDB=1'
	@echo 'make clean           removes what was built; keeps the disk and key of make'
	@echo '                     debian, and the results of parity, kunit and programs'
	@echo 'make distclean       removes all of build/, and says what it takes'
	@echo
	@echo 'NATIVE=1             native Linux instead of the microkernel'
	@echo 'ROOTFS_OVERLAY=dir   adds a folder of files to the root file system'
	@echo 'MEM=512M             memory of the machine'
	@echo 'CPUS=4               of the machine: the microkernel runs on all of them,'
	@echo '                     Linux if it is built with SMP; without it 1'
	@echo 'DISK=file.img        a disk, and Linux on it if there is one'
	@echo 'NET=1                a network; NET=2222:22 also a way in'
	@echo 'SHARE=dir            a folder of this machine, /share in Linux'
	@echo 'CONFIG=debian        Linux with the options of a distribution'
	@echo 'CONFIG=debug         Linux that checks its locks, memory and data'
	@echo 'WINDOW=gtk           a screen and keyboard, too (or vnc=:1)'
	@echo 'ACCEL=kvm            by KVM instead of QEMU emulation, where there is one'
	@echo 'CMDLINE=...          appended to the command line of Linux'
	@echo 'QEMU_ARGS=...        appended to the command line of QEMU'
	@echo 'UEFI=1               boots by UEFI instead of BIOS'
	@echo 'GDB=1                QEMU waits for make gdb'
	@echo 'TARGETS=native       make test: only these kernels (l4 native)'
	@echo 'KDB=0                leaves the debugger out of the microkernel'
	@echo
	@echo 'docs/variables.md has all variables, README.md what each document is about'

all: l4 native

packages:
	@tools/packages.sh

linux-src: packages
	@tools/linux-source.sh

rootfs: linux-src
	@tools/rootfs.sh

# The parts, and what GRUB loads of them: stripped, as debug information
# would only make the boot longer.
parts: packages
	@mkdir -p $(BUILD)/mk $(addprefix $(BUILD)/,$(PARTS)) $(BOOT) $(LOGS)
	@tools/part.sh microkernel $(BUILD)/mk
	@tools/part.sh libl4 $(BUILD)/libl4
	@tools/part.sh sigma0 $(BUILD)/sigma0
	@tools/part.sh roottask $(BUILD)/roottask

# All of a boot but Linux.
servers: parts
	@tools/boot-file.sh $(BUILD)/mk/microkernel.elf
	@tools/boot-file.sh $(BUILD)/sigma0/sigma0.elf
	@tools/boot-file.sh $(BUILD)/roottask/roottask.elf

# Servers on libl4, and how to write one: docs/servers.md.
examples: servers
	@tools/part.sh servers $(BUILD)/servers
	@set -e; for part in $(patsubst %/Makefile,%,$(wildcard examples/*/Makefile)); do \
		tools/part.sh $$part $(BUILD)/$$part; done

l4: servers linux-src rootfs
	@tools/linux-l4.sh
	@tools/boot-file.sh $(BUILD)/linux-l4$(SUFFIX)/vmlinux vmlinux$(SUFFIX)

# The options of Linux on the microkernel, of CONFIG= too.
.PHONY: linux-menuconfig
linux-menuconfig: linux-src
	@tools/linux-l4.sh menuconfig

native: linux-src rootfs
	@tools/linux-native.sh
	@tools/boot-file.sh $(BUILD)/linux-native$(SUFFIX)/arch/x86/boot/bzImage bzImage$(SUFFIX)

# Arguments reach the scripts through the environment, as they were typed: a
# command may hold any character, dollars too.
override CMD := $(value CMD)
override CMDLINE := $(value CMDLINE)
export CONFIG WINDOW SERVER EXAMPLE CMD CMDLINE QEMU_ARGS ROOTFS_OVERLAY MEM CPUS DISK NET SHARE FILES NATIVE UEFI GDB TARGETS KERNEL_ARGS

# A whole Debian, made once; EXTRA= and SIZE= are tools/debian.sh's.
.PHONY: debian debian-image
export EXTRA SIZE
debian-image: packages
	@tools/debian.sh

debian: debian-image
	@CMD= $(MAKE) run CONFIG=debian DISK=$(BUILD)/debian.img \
		CPUS=$(or $(CPUS),2) \
		NET=$(or $(NET),2222:22) MEM=$(if $(filter command%,$(origin MEM)),$(MEM),1G)

# MINUTES=60; TARGETS="native l4".
.PHONY: soak powercut
export MINUTES CUTS
soak: debian-image
	@$(MAKE) $(or $(TARGETS),l4) CONFIG=debian
	@tests/debian/soak.py $(TARGETS)

# CUTS=20, SEED=; TARGETS="native l4".
powercut: packages
	@$(MAKE) $(or $(TARGETS),l4)
	@tests/powercut/test.py $(TARGETS)

# Linux's self-tests on both kernels; TESTS="futex x86": some of them. AGAIN=1,
# SHOW=1 and LIMIT= are tests/parity/test.py's.
.PHONY: parity
export AGAIN SHOW LIMIT
parity: $(if $(SHOW),,debian-image)
	@$(if $(SHOW),,$(MAKE) l4 native CONFIG=debian)
	@$(if $(SHOW),,tests/parity/build)
	@tests/parity/test.py $(TESTS)

# Linux's unit tests on both kernels; TESTS="list* drm_rect": some suites.
.PHONY: kunit
kunit: packages
	@$(MAKE) $(or $(TARGETS),l4 native) CONFIG=kunit
	@set -f; tests/kunit/test.py $(TESTS)

# Linux's torture modules while CPUs come and go; CPUS=4, SECONDS=600 each, SHARED=1, TESTS="lock/".
.PHONY: torture
export SECONDS SHARED
torture: packages
	@$(MAKE) $(or $(TARGETS),l4) CONFIG=torture
	@tests/torture/test.py $(TARGETS)

# stress-ng while Linux checks its locks and memory; CPUS=4, SECONDS=2 each, TESTS="scheduler vm".
.PHONY: stress
stress: packages
	@$(MAKE) $(or $(TARGETS),l4) CONFIG=debug
	@tests/stress/test.py $(TARGETS)

# Programs and their own tests on both kernels; TESTS="python stress/mmap": some.
.PHONY: programs
programs: packages
	@tests/programs/build
	@$(MAKE) l4 native CONFIG=debian
	@tests/programs/test.py $(TESTS)

run: $(if $(EXAMPLE),examples,$(if $(NATIVE),native,l4 $(if $(FILES),examples)))
	@tools/run

iso: l4 native
	@tools/run --iso $(BUILD)/l4linux.iso

# A whole Debian on it, that needs no disk.
.PHONY: debian-iso
debian-iso: packages
	@tools/debian-iso.sh
	@$(MAKE) l4 native CONFIG=debian
	@CONFIG=debian tools/run --iso $(BUILD)/l4debian.iso --live $(BUILD)/debian-live.squashfs

# What others are given: the same bytes of the same commit, with checksums and what it was made of.
.PHONY: dist
dist: iso
	@tools/dist.sh

.PHONY: check test-long
test: packages
	@tests/run

check: packages
	@TARGETS=l4 tests/run runner host kernel command console

# PARTS="kunit parity": these only; PARTS is ours, too, if nobody gives it.
test-long: packages
	@tests/long $(if $(filter command%,$(origin PARTS)),$(PARTS))

export CALLS SEED
.PHONY: fuzz coverage
fuzz: export CALLS := $(or $(CALLS),5000000)
fuzz: packages
	@tests/run fuzz

coverage: packages
	@tests/coverage/run $(SUITES)

# Is each check tested? TESTS="map irq-*": some lists, or some mutants.
.PHONY: mutants
mutants: l4 native examples
	@set -f; tests/mutants/run $(TESTS)

# QUICK=1 CHECK=1 UPDATE=1 BOOTS=5 ACCEL=kvm DOC=1 OP='read pipe': see bench/run.
export QUICK CHECK UPDATE BOOTS ACCEL DOC OP
.PHONY: bench profile bench-programs
bench-programs:
	@tools/packages.sh gnuplot-nox libsqlite3-dev rt-tests tcc
	@mkdir -p $(BUILD)/bench
	@tools/part.sh bench $(BUILD)/bench

bench: bench-programs l4 $(if $(CHECK),,native)
	@bench/run

# Several at once, in one Linux and in Linuxes beside each other: how much more each costs than alone. CPUS=4.
.PHONY: bench-crowd
bench-crowd: bench-programs
	@tools/packages.sh bochs bochsbios vgabios
	@$(MAKE) l4 native CONFIG=smp
	@$(MAKE) l4 CONFIG=
	@bench/crowd
	@bench/waits
	@bench/beside

# A block of a file, from the file server and from Linux's own cache.
.PHONY: bench-files
bench-files: bench-programs l4 examples
	@bench/files

# What a user waits for, on several CPUs, by the clock: run it alone.
.PHONY: bench-wall
bench-wall: debian-image
	@$(MAKE) l4 native CONFIG=debian
	@bench/wall

profile: bench-programs l4 native
	@bench/profile

stats: l4
	@tools/stats

# The figures in the documents, of this build and of the last runs of the tests.
.PHONY: figures
figures: l4
	@tools/figures --write

# PROFILE="map-1 yield": where the instructions of these go.
bench-ipc: servers
	@tools/part.sh bench/ipc $(BUILD)/bench-ipc
	@bench/ipc/run $(addprefix --profile=,$(PROFILE))

# What some of them cost on each of two CPUs.
.PHONY: bench-sides
bench-sides: servers
	@tools/part.sh bench/alarm $(BUILD)/bench-alarm
	@bench/sides

# The kernel's longest stretches with interrupts off.
.PHONY: latency
latency: l4 $(if $(filter-out 1,$(CPUS)),bench-programs)
	@tools/part.sh tests/kernel $(BUILD)/tests-kernel
	@test "$(filter-out 1,$(CPUS))" = "" || { tools/packages.sh bochs bochsbios vgabios && \
		tools/part.sh tests/fuzz $(BUILD)/tests-fuzz && \
		$(MAKE) l4 native CONFIG=smp && tools/part.sh bench/alarm $(BUILD)/bench-alarm && bench/delay; }
	@bench/latency

gdb:
	@tools/gdb.sh

# What a person made or waited for hours for.
KEPT	:= debian.img debian.key debian.key.pub parity kunit programs-results
.PHONY: distclean
clean:
	@[ ! -d $(BUILD) ] || find $(BUILD) -mindepth 1 -maxdepth 1 \
		$(foreach name,$(KEPT),! -name $(name)) -exec rm -rf {} +
	@for name in $(KEPT); do [ ! -e $(BUILD)/$$name ] || \
		echo "  KEEP    build/$$name (make distclean removes it)"; done

distclean:
	@for name in $(KEPT); do [ ! -e $(BUILD)/$$name ] || \
		echo "  REMOVE  build/$$name"; done
	@[ ! -d $(BUILD) ] || du -sh $(BUILD) | sed 's/^/  REMOVE  /'
	@rm -rf $(BUILD)
