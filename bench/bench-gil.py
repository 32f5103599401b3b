#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The figures of bench-gil.c, of the Python that runs this."""

import platform
import statistics
import sys
import threading
import time

stop = False


def count(n):
    i = 0
    while i < n and not stop:
        i += 1


def seconds(n_threads, n):
    threads = [threading.Thread(target=count, args=(n,)) for _ in range(n_threads)]
    begin = time.perf_counter()
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return time.perf_counter() - begin


def slow_down(rounds=10, n=1_000_000):
    """Of the quickest of several runs: what else the machine does only makes them slower."""
    pairs = [(seconds(1, n), seconds(2, n)) for _ in range(rounds)]
    return min(two for _, two in pairs) / min(one for one, _ in pairs)


def latency(interval, n=100):
    """The median of how much later than asked for a sleep of 2 ms ends, in ms."""
    global stop
    sys.setswitchinterval(interval)
    t = threading.Thread(target=count, args=(10 ** 12,))
    t.start()
    waits = []
    for _ in range(n):
        begin = time.perf_counter()
        time.sleep(0.002)
        waits.append((time.perf_counter() - begin - 0.002) * 1000)
    stop = True
    t.join()
    stop = False
    sys.setswitchinterval(0.005)
    return statistics.median(waits)


print(platform.python_version(), end=': ')
print('two threads that compute %.2f times one' % slow_down(), end='; ')
print('a wake-up beside one: ' + ', '.join('%.2f ms (interval %g ms)' % (latency(i), i * 1000) for i in (0.005, 0.001, 0.02)))
