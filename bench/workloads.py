"""Does workloads with Python's asyncio and says what each cost, as bench-core does: workloads.py [--count N] [WORKLOAD...]

Each workload does what the one of the same name in C does (bench-tasks.c, bench-loop.c), and prints its name, how many operations
it did and how many nanoseconds of CPU time they took. Any CPython from 3.7 on; with --uvloop its event loop is uvloop's. With
--eager the workloads are those of eager tasks beside lazy ones (bench-eager.c), from 3.12 on.
"""

import argparse
import asyncio
import concurrent.futures
import sys
import time

TASKS_IN_TURN = 1000
CALLBACKS_IN_TURN = 1000
MAX_IN_FLIGHT = 8
GOLDEN_RATIO = 0.6180339887498949


class Work:
    """What a workload is to do, and what it has done."""

    def __init__(self, n):
        self.n = n
        self.done = 0
        self.loop = None


def run_main(main, work):
    work.loop = asyncio.new_event_loop()
    work.loop.run_until_complete(main(work))
    work.loop.close()


def run_callback(first, work):
    work.loop = asyncio.new_event_loop()
    work.loop.call_soon(first, work)
    work.loop.run_forever()
    work.loop.close()


def share(n, n_workers, worker):
    return n // n_workers + (1 if worker < n % n_workers else 0)


async def spawn_all(n, get_coroutine):
    create_task = asyncio.get_running_loop().create_task
    await asyncio.gather(*[create_task(get_coroutine(i)) for i in range(n)])


# --- Tasks


async def trivial(work):
    work.done += 1


async def spawn_main(work):
    await spawn_all(work.n, lambda i: trivial(work))


def spawn(work):
    run_main(spawn_main, work)


async def yield_once(work):
    await asyncio.sleep(0)
    work.done += 1


async def spawn_yield_main(work):
    await spawn_all(work.n, lambda i: yield_once(work))


def spawn_yield(work):
    run_main(spawn_yield_main, work)


async def yield_often(work, n):
    for _ in range(n):
        await asyncio.sleep(0)
        work.done += 1


async def sleep_0_main(work):
    await yield_often(work, work.n)


def sleep_0(work):
    run_main(sleep_0_main, work)


async def sleep_0_in_turn_main(work):
    await spawn_all(TASKS_IN_TURN, lambda i: yield_often(work, share(work.n, TASKS_IN_TURN, i)))


def sleep_0_in_turn(work):
    run_main(sleep_0_in_turn_main, work)


class Court:
    def __init__(self, work):
        self.work = work
        self.to_ping = work.loop.create_future()
        self.to_pong = work.loop.create_future()


async def pong(court):
    for _ in range(court.work.n):
        await court.to_pong
        court.to_pong = court.work.loop.create_future()
        court.to_ping.set_result(None)


async def ping_pong_futures_main(work):
    court = Court(work)
    task = work.loop.create_task(pong(court))
    for _ in range(work.n):
        court.to_pong.set_result(None)
        await court.to_ping
        court.to_ping = work.loop.create_future()
        work.done += 1
    await task


def ping_pong_futures(work):
    run_main(ping_pong_futures_main, work)


async def queue_pong(work, to_ping, to_pong):
    for _ in range(work.n):
        ball = await to_pong.get()
        await to_ping.put(ball)


async def ping_pong_queues_main(work):
    to_ping, to_pong = asyncio.Queue(), asyncio.Queue()
    task = work.loop.create_task(queue_pong(work, to_ping, to_pong))
    for _ in range(work.n):
        await to_pong.put(work)
        if await to_ping.get() is not work:
            break
        work.done += 1
    await task


def ping_pong_queues(work):
    run_main(ping_pong_queues_main, work)


# --- The loop


def chain(work):
    work.done += 1
    if work.done < work.n:
        work.loop.call_soon(chain, work)
    else:
        work.loop.stop()


def call_soon_chain(work):
    run_callback(chain, work)


def count_one(work):
    work.done += 1


def schedule_batch(work):
    n = min(work.n - work.done, CALLBACKS_IN_TURN)
    for _ in range(n):
        work.loop.call_soon(count_one, work)
    if n > 0:
        work.loop.call_soon(schedule_batch, work)
    else:
        work.loop.stop()


def call_soon_batch(work):
    run_callback(schedule_batch, work)


async def sleeper(work, delay):
    await asyncio.sleep(delay)
    work.done += 1


async def timers_main(work):
    await spawn_all(work.n, lambda i: sleeper(work, i * GOLDEN_RATIO % 1.0))


def timers(work):
    run_main(timers_main, work)


def give_back(value):
    return value


async def call_in_thread(work, n):
    for _ in range(n):
        if await work.loop.run_in_executor(None, give_back, work) is not work:
            break
        work.done += 1


async def executor_1_main(work):
    await call_in_thread(work, work.n)


async def executor_8_main(work):
    await spawn_all(MAX_IN_FLIGHT, lambda i: call_in_thread(work, share(work.n, MAX_IN_FLIGHT, i)))


def with_pool(main, work):
    work.loop = asyncio.new_event_loop()
    with concurrent.futures.ThreadPoolExecutor(MAX_IN_FLIGHT) as pool:
        work.loop.set_default_executor(pool)
        work.loop.run_until_complete(main(work))
    work.loop.close()


def executor_1(work):
    with_pool(executor_1_main, work)


def executor_8(work):
    with_pool(executor_8_main, work)


def run(work):
    for _ in range(work.n):
        asyncio.run(trivial(work))


# --- Eager tasks beside lazy ones

YIELDING = 1000


async def create_and_await(n, get_coroutine, work):
    create_task = asyncio.get_running_loop().create_task
    for task in [create_task(get_coroutine(work)) for _ in range(n)]:
        await task


async def many_main(work):
    await create_and_await(work.n, trivial, work)


async def one_main(work):
    for _ in range(work.n):
        await create_and_await(1, trivial, work)


async def yield_main(work):
    for i in range(0, work.n, YIELDING):
        await create_and_await(min(YIELDING, work.n - i), yield_once, work)


async def eager_main(main, work):
    work.loop.set_task_factory(asyncio.eager_task_factory)
    await main(work)


def lazily(main):
    return lambda work: run_main(main, work)


def eagerly(main):
    return lambda work: run_main(lambda work: eager_main(main, work), work)


# Name: what to call, how many operations, whether it is done once before it is measured.
EAGER_WORKLOADS = {
    "many-lazy": (lazily(many_main), 100000, True),
    "many-eager": (eagerly(many_main), 100000, True),
    "one-lazy": (lazily(one_main), 200000, True),
    "one-eager": (eagerly(one_main), 200000, True),
    "yield-lazy": (lazily(yield_main), 100000, True),
    "yield-eager": (eagerly(yield_main), 100000, True),
}

WORKLOADS = {
    "spawn": (spawn, 100000, False),
    "spawn-warm": (spawn, 100000, True),
    "spawn-yield": (spawn_yield, 100000, False),
    "spawn-yield-warm": (spawn_yield, 100000, True),
    "sleep-0": (sleep_0, 1000000, False),
    "sleep-0-in-turn": (sleep_0_in_turn, 1000000, False),
    "ping-pong-futures": (ping_pong_futures, 200000, False),
    "ping-pong-queues": (ping_pong_queues, 200000, False),
    "call-soon-chain": (call_soon_chain, 1000000, False),
    "call-soon-batch": (call_soon_batch, 1000000, False),
    "timers": (timers, 100000, False),
    "executor-1": (executor_1, 20000, False),
    "executor-8": (executor_8, 40000, False),
    "run": (run, 5000, False),
}


def do_once(name, func, n):
    work = Work(n)
    started = time.process_time_ns()
    func(work)
    taken = time.process_time_ns() - started
    if work.done != n:
        sys.exit("workloads.py: {} did {} operations, not {}".format(name, work.done, n))
    return taken


def measure(name, count, workloads=None):
    func, n, warm = (workloads or WORKLOADS)[name]
    n = count or n
    if warm:
        do_once(name, func, n)
    print(name, n, do_once(name, func, n), flush=True)


def above_zero(text):
    n = int(text)
    if n <= 0:
        raise argparse.ArgumentTypeError("must be a number above zero")
    return n


def main():
    parser = argparse.ArgumentParser(description="Does workloads, all if none is named, and prints what each cost.")
    parser.add_argument("--count", type=above_zero, metavar="N", help="do so many operations of each instead of its own number")
    parser.add_argument("--list", action="store_true", help="print the workloads and their numbers of operations")
    parser.add_argument("--uvloop", action="store_true", help="use uvloop's event loop")
    parser.add_argument("--eager", action="store_true", help="the workloads of eager tasks instead of the others; Python 3.12")
    parser.add_argument("workloads", nargs="*", metavar="WORKLOAD")
    options = parser.parse_args()

    workloads = EAGER_WORKLOADS if options.eager else WORKLOADS
    for name in options.workloads:
        if name not in workloads:
            parser.error('there is no workload "{}"; --list shows them'.format(name))

    if options.uvloop:
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())

    if options.list:
        for name, (_, n, _) in workloads.items():
            print(name, n)
    else:
        for name in options.workloads or workloads:
            measure(name, options.count, workloads)


if __name__ == "__main__":
    main()
