# SPDX-License-Identifier: MIT
"""Runs random programs on the asyncio of the Python that runs this file (3.7 to 3.13), in virtual time.

    interpreter.py [--repaired] < programs > traces

A program is a line of JSON; README.md describes the language. Its trace is written as lines, the last of which is "=".
interpreter.c is the same in C, function by function.

--repaired mends the faults of CPython's that none of our libraries has (repairs.py), so that what remains can be compared.
"""
import asyncio
import contextvars
import functools
import gc
import json
import sys
import warnings

import statements
from values import QUEUES, SEMAPHORES, UNIT, Circle, Return, name_of, show, show_error, show_state, shown_name

HORIZON = 60000       # where a program that still runs is cancelled; virtual seconds
N_ROUNDS = 3          # how often
MAX_INSTANCES = 60    # of coroutines, in one program


class VirtualLoop(asyncio.BaseEventLoop):
    """A loop without files, whose clock jumps to the next deadline when there is nothing else to do."""

    def __init__(self):
        super().__init__()
        self.now = 0.0
        self._selector = self

    def time(self):
        return self.now

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("deadlock")
        # Not now + timeout: the loop rounds.
        if timeout > 0:
            self.now = min(self._scheduled[0]._when, self.now + timeout)
        return []

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


class VirtualPolicy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        return VirtualLoop()


class Frame:
    """What runs statements: an instance of a coroutine, or a callback."""

    def __init__(self, name):
        self.name = name
        self.value = None     # of `return`
        self.caught = None    # what an `except` block handles
        self.awaits = []      # what it awaits, to find circles


# --- A program -------------------------------------------------------------------

class Program:
    def __init__(self, spec, write):
        self.spec = spec
        self.write = write
        self.is_mute = False
        self.is_closing = False   # run() is about to cancel what is left: there must be no more of it
        self.n_instances = 0
        self.n_gathers = 0
        self.slots = {}
        self.handles = {}
        self.reports = []
        self.deadlines = set()
        self.counts = {}
        self.groups = {}
        self.timeouts = {}
        self.nodes = {}       # id of a future -> what it waits for: a Frame, or futures
        self.kept = []        # they must not be freed, so that ids stay unique
        self.callbacks = [functools.partial(self.call_back, i) for i in range(len(spec["callbacks"]))]
        self.variable = contextvars.ContextVar("variable")

    def trace(self, who, text):
        if not self.is_mute:
            self.write("%d %s %s" % (self.loop.time(), who, text))

    def unique(self, delay):
        """A delay in seconds such that no other timer was set for the same time. Zero is none: there is no timer."""
        now = self.loop.time()
        when = now + delay
        while when in self.deadlines:
            when += 1
        self.deadlines.add(when)
        return when - now

    def delay(self, units):
        """Units in seconds, for what takes a delay or None. What is over sets no timer."""
        return None if units is None else self.unique(units * UNIT) if units > 0 else units

    def set_factory(self, kind):
        """Lab 3.12: who makes the tasks, "eager", "custom" or "none"."""
        factory = None
        if kind == "eager":
            factory = asyncio.eager_task_factory
        elif kind == "custom":
            factory = asyncio.create_eager_task_factory(self.make_task)
        self.loop.set_task_factory(factory)

    def make_task(self, coroutine, **arguments):
        self.trace("factory", "makes " + shown_name(coroutine))
        return asyncio.Task(coroutine, **arguments)

    def make_objects(self):
        spec = self.spec
        self.locks = [asyncio.Lock() for _ in range(spec["locks"])]
        self.events = [asyncio.Event() for _ in range(spec["events"])]
        self.conditions = [asyncio.Condition() for _ in range(spec["conditions"])]
        self.semaphores = [SEMAPHORES[kind](value) for kind, value in spec["semaphores"]]
        self.queues = [QUEUES[kind](size) for kind, size in spec["queues"]]
        self.barriers = [asyncio.Barrier(parties) for parties in spec.get("barriers", [])]

    # --- Coroutines, and what waits for what ---

    def coroutine(self, index):
        """A coroutine object of one of the program's functions. Too many are refused."""
        if self.n_instances >= MAX_INSTANCES or self.is_closing:
            return None
        frame = Frame("c%d.%d" % (index, self.n_instances))
        self.n_instances += 1
        coroutine = self.body(frame, self.spec["coroutines"][index])
        coroutine.__name__ = frame.name
        self.note(coroutine, [frame])
        return coroutine

    async def body(self, frame, block):
        self.trace(frame.name, "starts")
        try:
            await self.run_block(frame, block)
        except Return:
            pass
        except BaseException as exc:
            self.trace(frame.name, "raises " + show_error(exc))
            raise
        self.trace(frame.name, "returns " + show(frame.value))
        return frame.value

    def note(self, awaitable, waits_for):
        self.nodes[id(awaitable)] = waits_for
        self.kept.append(awaitable)

    def reaches(self, node, frame, seen):
        if node is frame:
            return True
        if id(node) in seen:
            return False
        seen.add(id(node))
        following = node.awaits if isinstance(node, Frame) else self.nodes.get(id(node), [])
        return any(self.reaches(other, frame, seen) for other in following)

    def may_await(self, frame, awaitable):
        return not self.reaches(awaitable, frame, set())

    async def awaiting(self, frame, awaitable, using=None):
        """Awaits something, or what `using` makes of it, and knows that meanwhile."""
        if not self.may_await(frame, awaitable):
            raise Circle
        frame.awaits.append(awaitable)
        try:
            return await (awaitable if using is None else using)
        finally:
            frame.awaits.pop()

    def awaitable(self, ref):
        """What a reference stands for, None if there is nothing."""
        kind, *rest = ref
        if kind == "c":
            return self.coroutine(rest[0])
        if kind == "s":
            return self.slots.get(rest[0])
        return self.primitive(kind, rest) if not self.is_closing else None

    def primitive(self, kind, rest):
        if kind == "sleep":
            return self.sleep(rest[0])
        if kind == "event":
            return self.events[rest[0]].wait()
        if kind == "lock":
            return self.locks[rest[0]].acquire()
        if kind == "semaphore":
            return self.semaphores[rest[0]].acquire()
        if kind == "get":
            return self.queues[rest[0]].get()
        if kind == "put":
            return self.queues[rest[0]].put(rest[1])
        if kind == "join":
            return self.queues[rest[0]].join()
        raise KeyError(kind)

    async def sleep(self, delay):
        await asyncio.sleep(self.unique(delay * UNIT) if delay > 0 else delay)

    def show_of(self, ref, value):
        return show(value) if ref[0] in ("c", "s", "get") else "done"

    # --- Blocks and statements ---

    async def run_block(self, frame, block):
        for statement in block:
            name = statement[0]
            function = statements.WAITING.get(name)
            if function is not None:
                try:
                    await function(self, frame, *statement[1:])
                except Circle:
                    self.trace(frame.name, name + " would be a circle")
            else:
                statements.PLAIN[name](self, frame, *statement[1:])

    def call_back(self, index, future=None):
        frame = Frame("b%d" % index)
        self.trace(frame.name, "is called" if future is None else "is called, " + show_state(future))
        future = None
        for statement in self.spec["callbacks"][index]:
            statements.PLAIN[statement[0]](self, frame, *statement[1:])

    def softly(self, frame, what, function, *arguments):
        """Calls what may fail, and tells whether it did."""
        try:
            value = function(*arguments)
        except (Exception, asyncio.CancelledError) as exc:
            self.trace(frame.name, "%s raises %s" % (what, show_error(exc)))
        else:
            self.trace(frame.name, "%s %s" % (what, show(value)))

    # --- A run ---

    def on_error(self, loop, context):
        exc = context.get("exception")
        message = context["message"]
        message = "Exception in callback" if message.startswith("Exception in callback") else message.split(" <")[0]
        line = "%s | %s" % (message, show_error(exc) if exc is not None else "-")
        if message.endswith("never retrieved"):
            self.reports.append(line)
        elif not message.startswith("Task was destroyed"):
            self.trace("handler", line)

    def pending(self):
        """The program's tasks that are not done, in the order in which their coroutines were made."""
        names = {name_of(task): task for task in asyncio.all_tasks()}
        names.pop("-", None)
        return [names[name] for name in sorted(names, key=lambda name: int(name.split(".")[1]))]

    def mute(self):
        self.trace("root", "mute")
        self.is_mute = True

    async def root(self):
        """Runs the program, cancels what does not end, and tells how all ended."""
        self.loop = asyncio.get_event_loop()
        self.loop.set_exception_handler(self.on_error)
        self.make_objects()
        if "factory" in self.spec:
            self.set_factory(self.spec["factory"])
        main = self.loop.create_task(self.coroutine(0))
        uses_run = self.spec.get("run", False)
        if uses_run:
            await asyncio.wait([main], timeout=self.unique(HORIZON))
        else:
            await asyncio.sleep(self.unique(HORIZON))
        for _ in range(N_ROUNDS):
            tasks = self.pending()
            if uses_run:
                tasks = tasks[:-1]    # run() cancels what is left: more than one in the order of a set
            if not tasks:
                break
            self.trace("root", "cancels " + " ".join(map(name_of, tasks)))
            for task in tasks:
                task.cancel()
            del tasks
            await asyncio.sleep(self.unique(HORIZON))
        for slot in sorted(self.slots):
            self.trace(slot, show_state(self.slots[slot]))
        self.trace("root", "ends with %d tasks" % (len(asyncio.all_tasks()) - 1))
        if len(asyncio.all_tasks()) > (2 if uses_run else 1):
            self.mute()
        if uses_run:
            self.is_closing = True
            self.loop.set_task_factory(None)
            self.loop.call_later(self.unique(HORIZON), self.mute)
            if main.done():
                return await main

    def run(self):
        if self.spec.get("run", False):
            try:
                line = "returned " + show(asyncio.run(self.root()))
            except BaseException as exc:
                line = "raised " + show_error(exc)
            self.trace("run", line)
        else:
            loop = asyncio.new_event_loop()
            asyncio.set_event_loop(loop)
            try:
                loop.run_until_complete(self.root())
            finally:
                asyncio.set_event_loop(None)
                loop.close()

    def finish(self):
        """Frees all, and tells of the errors that nobody has asked for."""
        is_mute = self.is_mute
        self.is_mute = True
        self.slots.clear()
        self.kept.clear()
        self.nodes.clear()
        self.groups.clear()
        self.timeouts.clear()
        self.handles.clear()
        gc.collect()
        # CPython 3.9 and 3.10 lose a reference to the CancelledError that gather() asks a task for: some is never freed.
        for each in gc.get_objects():
            if isinstance(each, asyncio.Future) and each.get_loop() is self.loop and each._log_traceback:
                each._log_traceback = False
                line = "%s exception was never retrieved | %s" % (type(each).__name__, show_error(each._exception))
                self.reports.append(line)
        if not is_mute:
            for line in sorted(self.reports):
                self.write(line)


def run_program(line, write):
    program = Program(json.loads(line), write)
    try:
        program.run()
    except BaseException as exc:
        if not program.is_mute:
            write("broken by " + repr(exc))
    program.finish()


def main():
    warnings.simplefilter("ignore")
    begin = None
    if "--repaired" in sys.argv:
        import repairs
        repairs.apply()
        begin = repairs.begin
    asyncio.set_event_loop_policy(VirtualPolicy())
    gc.collect()
    gc.freeze()
    gc.disable()
    for line in sys.stdin:
        lines = []
        if begin is not None:
            begin(json.loads(line))
        run_program(line, lines.append)
        sys.stdout.write("".join(text + "\n" for text in lines) + "=\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
