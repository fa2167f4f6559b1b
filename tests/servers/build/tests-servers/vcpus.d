$(B)/vcpus.o: vcpus.c /work/main/libl4/include/l4/calls.h \
 /work/main/microkernel/include/l4/syscall.h \
 /work/main/microkernel/include/l4/types.h \
 /work/main/microkernel/include/l4/utcb.h \
 /work/main/microkernel/include/l4/ipc.h \
 /work/main/microkernel/include/l4/fpage.h \
 /work/main/microkernel/include/l4/vcpu.h \
 /work/main/libl4/include/l4/instance.h \
 /work/main/microkernel/include/l4/kip.h
/work/main/libl4/include/l4/calls.h:
/work/main/microkernel/include/l4/syscall.h:
/work/main/microkernel/include/l4/types.h:
/work/main/microkernel/include/l4/utcb.h:
/work/main/microkernel/include/l4/ipc.h:
/work/main/microkernel/include/l4/fpage.h:
/work/main/microkernel/include/l4/vcpu.h:
/work/main/libl4/include/l4/instance.h:
/work/main/microkernel/include/l4/kip.h:
