/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Deletion, in the time of who deletes: an object that loses its last
 * capability is put on the list of the current thread, which shuts down what is
 * there before it goes back to ring 3. Others with a better claim may run in
 * between. When a thread goes away or is stopped itself, the reaper takes its
 * list over: a thread of the kernel's, of as high a priority.
 */
#ifndef REAP_H
#define REAP_H

struct object;
struct thread;

/* Its last capability is gone. */
void reap_add(struct object *object);

/* Shuts down what is on the current thread's list, until it is empty or broken off. */
void reap_run(struct thread *thread);

/* The thread does not run on: the reaper does its work. */
void reap_take_over(struct thread *thread);

#endif
