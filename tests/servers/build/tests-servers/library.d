$(B)/library.o: library.c /work/main/libl4/include/l4/guard.h \
 /work/main/libl4/include/l4/calls.h \
 /work/main/microkernel/include/l4/syscall.h \
 /work/main/microkernel/include/l4/types.h \
 /work/main/microkernel/include/l4/utcb.h \
 /work/main/microkernel/include/l4/ipc.h \
 /work/main/microkernel/include/l4/fpage.h \
 /work/main/microkernel/include/l4/vcpu.h \
 /work/main/libl4/include/l4/interrupt.h \
 /work/main/libl4/include/l4/pages.h /work/main/libl4/include/l4/sigma0.h \
 /work/main/libl4/include/l4/parent.h \
 /work/main/libl4/include/l4/clients.h /work/main/libl4/include/l4/env.h \
 /work/main/microkernel/include/l4/kip.h \
 /work/main/libl4/include/l4/message.h \
 /work/main/libl4/include/l4/server.h /work/main/libl4/include/l4/slots.h \
 /work/main/libl4/include/l4/thread.h
/work/main/libl4/include/l4/guard.h:
/work/main/libl4/include/l4/calls.h:
/work/main/microkernel/include/l4/syscall.h:
/work/main/microkernel/include/l4/types.h:
/work/main/microkernel/include/l4/utcb.h:
/work/main/microkernel/include/l4/ipc.h:
/work/main/microkernel/include/l4/fpage.h:
/work/main/microkernel/include/l4/vcpu.h:
/work/main/libl4/include/l4/interrupt.h:
/work/main/libl4/include/l4/pages.h:
/work/main/libl4/include/l4/sigma0.h:
/work/main/libl4/include/l4/parent.h:
/work/main/libl4/include/l4/clients.h:
/work/main/libl4/include/l4/env.h:
/work/main/microkernel/include/l4/kip.h:
/work/main/libl4/include/l4/message.h:
/work/main/libl4/include/l4/server.h:
/work/main/libl4/include/l4/slots.h:
/work/main/libl4/include/l4/thread.h:
