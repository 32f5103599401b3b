/* SPDX-License-Identifier: MIT */

/*
 * The workloads of bench-core; those of bench-eager are in bench-eager.c.
 */

#include "bench.h"

const Workload *const bench_lists[] = { bench_task_workloads, bench_loop_workloads, NULL };
