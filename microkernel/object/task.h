/* SPDX-License-Identifier: GPL-2.0 */
/* The life of a task. What a task is: memory/task.h. */
#ifndef OBJECT_TASK_H
#define OBJECT_TASK_H

#include "memory/task.h"

long task_create(struct task *creator, u64 slot, u64 quota, u64 flags);
extern const struct object_ops task_ops;

#endif
