#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The figures of bench-ways.c, of the Python that runs this: ways.py [--quick]

Each job is done once in each way and a line is printed for it, in the form that ways.h describes, without the first field. The
numbers of rounds and messages are those of ways-jobs.c and ways-messages.c.
"""

import asyncio
import multiprocessing
import resource
import sys
import threading
import time

QUICK = sys.argv[1:] == ['--quick']
HAS_GIL = getattr(sys, '_is_gil_enabled', lambda: True)()
CROWDS = (1, 2, 4, 8)
JOBS = {'cpu': 800 if QUICK else 6_000_000, 'io': 8 if QUICK else 40}
KIB = 1024
LENGTHS = (1, 64, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 1024 * KIB, 16 * 1024 * KIB, 64 * 1024 * KIB)

context = multiprocessing.get_context('fork')


def cpu(n):
    i = 0
    while i < n:
        i = i + 1


def io(n):
    i = 0
    while i < n:
        time.sleep(0.01)
        i = i + 1


async def cpu_task(n):
    cpu(n)


async def io_task(n):
    i = 0
    while i < n:
        await asyncio.sleep(0.01)
        i = i + 1


def now():
    """The clock and what this process and its children have had of the processor, in µs."""
    usages = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter() * 1e6, sum(usage.ru_utime + usage.ru_stime for usage in usages) * 1e6


# --- Jobs


def run_threads(func, n_workers, share):
    threads = [threading.Thread(target=func, args=(share,)) for _ in range(n_workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def run_tasks(func, n_workers, share):
    async def main():
        tasks = [asyncio.create_task({cpu: cpu_task, io: io_task}[func](share)) for _ in range(n_workers)]
        for task in tasks:
            await task

    asyncio.run(main())


def run_processes(func, n_workers, share):
    with context.Pool(n_workers) as pool:
        pool.map(func, [share] * n_workers, 1)
        pool.close()
        pool.join()


# Processes first: a process that has had threads is not to be copied.
WAYS = {'processes': run_processes, 'tasks': run_tasks, 'threads-gil' if HAS_GIL else 'threads-free': run_threads}


def measure_jobs():
    for name, way in WAYS.items():
        for func in (cpu, io):
            for n_workers in CROWDS:
                wall, used = now()
                way(func, n_workers, JOBS[func.__name__] // n_workers)
                end, end_used = now()
                print(func.__name__, name, n_workers, f'{end - wall:.3f}', f'{end_used - used:.3f}', sep='\t')


# --- Messages


def peer(connection, n, echoes):
    connection.send_bytes(b'')
    for _ in range(n):
        message = connection.recv_bytes()
        if echoes:
            connection.send_bytes(message)
    if not echoes:
        connection.send_bytes(b'')


def measure_length(length, n, echoes):
    message = bytes(length)
    _, used = now()
    ours, theirs = context.Pipe()
    process = context.Process(target=peer, args=(theirs, n, echoes))
    process.start()
    theirs.close()
    ours.recv_bytes()

    begin = time.perf_counter()
    for _ in range(n):
        ours.send_bytes(message)
        if echoes:
            ours.recv_bytes()
    if not echoes:
        ours.recv_bytes()
    taken = (time.perf_counter() - begin) * 1e6

    process.join()
    ours.close()
    print('round-trip' if echoes else 'one-way', 'connection', length, f'{taken / n:.3f}', f'{(now()[1] - used) / n:.3f}', sep='\t')


def main():
    if sys.argv[1:] and not QUICK:
        print(__doc__.splitlines()[0], file=sys.stderr)
        sys.exit(2)
    for length in LENGTHS:
        for echoes in (True, False):
            measure_length(length, 1 if QUICK else min(3000, max(2, 64 * 1024 * KIB // length)), echoes)
    measure_jobs()


if __name__ == '__main__':
    main()
