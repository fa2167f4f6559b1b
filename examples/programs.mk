# SPDX-License-Identifier: GPL-2.0
# How an example is built: its Makefile names PROGRAMS, each of one source file
# of its name, and includes this.

L4_TOP	:= $(abspath $(dir $(lastword $(MAKEFILE_LIST)))..)
B	?= $(L4_TOP)/build/examples/$(notdir $(CURDIR))
LIBL4	?= $(L4_TOP)/build/libl4

include $(L4_TOP)/libl4/server.mk

.DEFAULT_GOAL := all
.PHONY: all clean
all: $(PROGRAMS:%=$(B)/%.elf)

$(B)/%.elf: $(B)/%.o $(LIBL4)/libl4.a $(L4_TOP)/libl4/server.lds
	$(CC) $(SERVER_LDFLAGS) -o $@ $< $(LIBL4)/libl4.a

clean:
	rm -rf $(B)

.SECONDARY:
-include $(PROGRAMS:%=$(B)/%.d)
