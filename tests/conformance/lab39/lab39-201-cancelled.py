# id: lab39-201-cancelled
# lab: lab39
# min: 3.9
# split: own
# rule: a task that awaits to_thread() and is cancelled while the function runs ends at once; the thread goes on, and what it returns or raises is dropped without a word.
# also: if it is cancelled while the function waits for a thread, the function is never called.
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from kit import T, handler, loop_now, pause, spawn, state


class Work:
    def __init__(self, name, error=None):
        self.name = name
        self.error = error
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.ended = threading.Event()

    def __call__(self):
        T(self.name, "starts")
        self.begun.set()
        self.may_end.wait(10)
        T(self.name, "ends")
        self.ended.set()
        if self.error is not None:
            raise self.error
        return self.name


async def main():
    handler(loop_now())
    loop_now().set_default_executor(ThreadPoolExecutor(1))
    for first in Work("A"), Work("C", ValueError("boom")):
        running = spawn(asyncio.to_thread(first))
        while not first.begun.is_set():
            await pause()
        queued = spawn(asyncio.to_thread(Work("B")))
        await pause(2)
        running.cancel()
        queued.cancel()
        await pause(3)
        T("running", state(running), "queued", state(queued))
        first.may_end.set()
        first.ended.wait(10)
        T("next call", await asyncio.to_thread(len, "abc"))

asyncio.run(main())
