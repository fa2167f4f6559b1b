# SPDX-License-Identifier: GPL-2.0
# How servers are compiled and linked; included by their Makefiles, which have
# set L4_TOP (the source tree's root) and B (the absolute output directory).
#
# Servers live at 0x700000000000, far above any physical address, so that
# sigma0 can have all memory at its own address. -fpie makes the compiler use
# ip-relative addresses, which reach that far; the link itself is static and
# fixed.

CC	?= gcc
LIBL4	?= $(B)/../libl4
# What a file depends on holds by whatever path the build's folder is named the next time.
DEPS	= -MMD -MP -MT '$(@:$(B)/%=$$(B)/%)'

SERVER_CFLAGS := -std=gnu11 -O2 -g -ffreestanding -fpie -fvisibility=hidden \
	-mgeneral-regs-only -mno-red-zone -fno-stack-protector -fcf-protection=none \
	-fno-asynchronous-unwind-tables -fno-strict-aliasing -Wall -Wextra -Werror \
	-Wmissing-prototypes -Wstrict-prototypes \
	-I$(L4_TOP)/microkernel/include -I$(L4_TOP)/libl4/include

SERVER_LDFLAGS := -static -nostdlib -no-pie -T $(L4_TOP)/libl4/server.lds \
	-Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack

$(B)/%.o: %.c
	@mkdir -p $(dir $@)
	$(CC) $(SERVER_CFLAGS) $(CFLAGS_$*) $(DEPS) -c -o $@ $<

$(B)/%.o: %.S
	@mkdir -p $(dir $@)
	$(CC) $(SERVER_CFLAGS) $(DEPS) -c -o $@ $<
