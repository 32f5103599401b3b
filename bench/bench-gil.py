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


def slow_down(pairs=21, n=500_000):
    """The median of pairs: processors are quicker at one time than at another, but seldom within a pair."""
    ratios = []
    for _ in range(pairs):
        one = seconds(1, n)
        ratios.append(seconds(2, n) / one)
    return statistics.median(ratios)


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
