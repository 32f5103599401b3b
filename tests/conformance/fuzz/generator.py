# SPDX-License-Identifier: MIT
"""Makes random programs. README.md describes the language, and what a program may not do, since CPython leaves it open."""
import random

# What a version has beyond 3.7. A statement is in a program of a version only if the version has it.
SINCE = {
    "name": 8, "set_name": 8, "coroutine": 8,
    "group": 11, "group_spawn": 11, "cancelling": 11, "cancelling_self": 11, "uncancel": 11, "uncancel_self": 11,
    "timeout": 11, "reschedule": 11, "barrier": 11, "barrier_wait": 11, "barrier_reset": 11, "barrier_abort": 11,
    "eager_spawn": 12, "factory": 12,
}

MESSAGES = 9
THEMES = ["tasks", "groups", "time", "locks", "conditions", "semaphores", "queues", "callbacks", "mixed"]
# Themes that came with a statement.
LATER_THEMES = {
    "taskgroup": "group", "uncancel": "uncancel", "timeout": "timeout", "barrier": "barrier_wait", "eager": "eager_spawn",
}
# What a program can be made about: a theme, or one of these.
FEATURES = {"run": ["run"], "get_coro": ["coroutine", "name", "set_name"]}
THEME_WEIGHT = 4
FEATURE_WEIGHT = 8


class Generator:
    """Makes one program from a seed, for one version of Python and the statements that both interpreters know."""

    def __init__(self, seed, version, known, feature=None):
        self.random = random.Random(" ".join([version, str(seed)] + [feature] * (feature is not None)))
        self.minor = int(version.split(".")[1])
        self.known = known
        self.feature = feature
        self.theme = self.choice(THEMES + [theme for theme, name in LATER_THEMES.items() if self.has(name)])
        self.n_coroutines = self.number(2, 5)
        self.n_callbacks = self.number(1, 3)
        self.n_slots = self.number(3, 6)
        self.n_messages = 0
        self.spec = {}

    # --- Drawing. Only random() is used, which draws the same in every version of Python. ---

    def number(self, least, most):
        return least + int(self.random.random() * (most - least + 1))

    def choice(self, items):
        return items[self.number(0, len(items) - 1)]

    def chance(self, percent):
        return self.random.random() * 100 < percent

    def weighted(self, table):
        at = self.random.random() * sum(weight for weight, _ in table)
        for weight, item in table:
            at -= weight
            if at < 0:
                return item
        return table[-1][1]

    def message(self):
        self.n_messages += 1
        return "e%d" % self.n_messages

    def value(self):
        return "v%d" % self.number(1, MESSAGES)

    def slot(self):
        return "s%d" % self.number(0, self.n_slots - 1)

    def slots(self):
        names = ["s%d" % i for i in range(self.n_slots)]
        for i in range(len(names) - 1, 0, -1):
            k = self.number(0, i)
            names[i], names[k] = names[k], names[i]
        return names[: self.number(1, min(4, self.n_slots))]

    def which(self, objects):
        value = self.spec[objects]
        return self.number(0, (value if isinstance(value, int) else len(value)) - 1)

    def duration(self):
        return self.weighted([(5, 0), (4, 1), (3, 2), (2, 3), (1, 5)])

    def timeout(self):
        return self.weighted([(2, 0), (5, 1), (4, 2), (2, 4), (1, None), (0.3, -1)])

    def error_kind(self):
        return self.weighted([
            (5, "ValueError"), (3, "LookupError"), (1, "RuntimeError"), (1, "CancelledError"), (0.5, "TimeoutError"),
        ])

    # --- A program ---

    def program(self):
        self.spec.update({
            "version": "3.%d" % self.minor,
            "locks": 1,
            "events": self.number(1, 2),
            "conditions": 1,
            "semaphores": [[self.choice(["plain", "plain", "bounded"]), self.number(1, 2)]],
            "queues": [[self.weighted([(4, "fifo"), (1, "lifo"), (1, "priority")]), self.number(0, 2)]],
        })
        if self.has("barrier"):
            self.spec["barriers"] = [self.number(1, 3)]
        if "run" in self.known and self.chance(80 if self.feature == "run" else 15):
            self.spec["run"] = True
        if self.has("factory") and self.chance(50 if "eager" in (self.theme, self.feature) else 8):
            self.spec["factory"] = self.choice(["eager", "eager", "custom"])
        self.spec["coroutines"] = [self.coroutine(index) for index in range(self.n_coroutines)]
        self.spec["callbacks"] = [self.block(None, 0, self.number(1, 3)) for _ in range(self.n_callbacks)]
        return self.spec

    def coroutine(self, index):
        block = self.block(index, 0, self.number(2, 6))
        if index == 0:
            # So that there is something to work with.
            n_starts = self.number(1, min(4, self.n_slots))
            starts = [["spawn", "s%d" % i, self.number(1, self.n_coroutines - 1)] for i in range(n_starts)]
            block = starts + self.block(index, 0, 1) + block
        elif self.has("group") and "taskgroup" in (self.theme, self.feature) and self.chance(40):
            block.insert(0, ["try", *self.minds_cancel()])
        return block

    def block(self, index, depth, length):
        """index: of the coroutine, None for a callback"""
        return [self.statement(index, depth) for _ in range(length)]

    def statement(self, index, depth):
        table = self.plain_statements(index)
        if index is not None:
            table += self.waiting_statements(index, depth)
        table = [(weight * self.favour(theme, name), (name, make)) for weight, theme, name, make in table if self.has(name)]
        name, make = self.weighted(table)
        return [name, *make()]

    def favour(self, theme, name):
        if theme == self.feature or name in FEATURES.get(self.feature, []):
            return FEATURE_WEIGHT
        return THEME_WEIGHT if theme == self.theme else 1

    def has(self, name):
        """Whether the version, and both interpreters, know this statement."""
        return name in self.known and SINCE.get(name, 0) <= self.minor

    # --- Statements: the weight, the theme in which that is four times as much, the name, what makes the arguments ---

    def plain_statements(self, index):
        callee = self.callee(index)
        table = [
            (1, "mixed", "log", lambda: ["log %s" % self.value()]),
            (1, "time", "work", lambda: [self.number(1, 3)]),
            (0.7, "mixed", "raise", lambda: [self.error_kind(), self.message()]),
            (1, "tasks", "future", lambda: [self.slot()]),
            (2, "tasks", "set_result", lambda: [self.slot(), self.value()]),
            (1, "tasks", "set_exception",
             lambda: [self.slot(), self.choice(["ValueError", "ValueError", "CancelledError"]), self.message()]),
            (4, "tasks", "cancel", lambda: [self.slot(), self.weighted([(3, None), (1, "m%d" % self.number(1, MESSAGES))])]),
            (0.5, "tasks", "cancel_self", lambda: []),
            (0.5, "tasks", "drop", lambda: [self.slot()]),
            (1, "mixed", "state", lambda: [self.slot()]),
            (0.7, "tasks", "result", lambda: [self.slot()]),
            (0.7, "tasks", "exception", lambda: [self.slot()]),
            (0.7, "tasks", "current", lambda: []),
            (0.7, "tasks", "all_tasks", lambda: []),
            (0.5, "mixed", "set_variable", lambda: [self.value()]),
            (0.5, "mixed", "get_variable", lambda: []),
            (1, "groups", "gather", lambda: [self.slot(), self.refs(index), self.chance(35)]),
            (1, "groups", "shield", lambda: [self.slot(), self.ref(index)]),
            (1, "callbacks", "cancel_handle", lambda: [self.handle()]),
            (0.7, "callbacks", "remove_callback", lambda: [self.slot(), self.callback()]),
            (0.5, "locks", "locked", lambda: []),
            (1.5, "locks", "event_set", lambda: [self.which("events")]),
            (1, "locks", "event_clear", lambda: [self.which("events")]),
            (0.4, "locks", "release_lock", lambda: [self.which("locks")]),
            (1, "semaphores", "release_semaphore", lambda: [self.which("semaphores")]),
            (1, "conditions", "count", lambda: [self.which("conditions")]),
            (0.5, "conditions", "notify", lambda: [self.which("conditions"), self.number(1, 2)]),
            (0.5, "conditions", "notify_all", lambda: [self.which("conditions")]),
            (1, "queues", "put_nowait", lambda: [self.which("queues"), self.value()]),
            (1, "queues", "get_nowait", lambda: [self.which("queues")]),
            (1, "queues", "task_done", lambda: [self.which("queues")]),
            (0.4, "queues", "queue", lambda: [self.which("queues")]),
            (0.7, "mixed", "name", lambda: [self.slot()]),
            (0.4, "mixed", "set_name", lambda: [self.slot(), "name-%s" % self.value()]),
            (0.7, "mixed", "coroutine", lambda: [self.slot()]),
            (0.7, "uncancel", "cancelling", lambda: [self.slot()]),
            (0.5, "uncancel", "uncancel", lambda: [self.slot()]),
            (0.4, "uncancel", "cancelling_self", lambda: []),
            (0.3, "uncancel", "uncancel_self", lambda: []),
            (0.7, "timeout", "reschedule", lambda: [self.timeout_name(), self.timeout()]),
            (0.3, "barrier", "barrier", lambda: [self.which("barriers")]),
            (0.2, "eager", "factory", lambda: [self.choice(["eager", "custom", "none"])]),
        ]
        if callee is not None:
            table += [
                (3, "tasks", "spawn", lambda: [self.slot(), callee]),
                (1.2, "taskgroup", "group_spawn", lambda: [self.group_name(), self.slot(), callee]),
                (1, "eager", "eager_spawn", lambda: [self.slot(), callee]),
            ]
        # A callback that schedules itself would do so for ever.
        if index is not None:
            table += [
                (1.5, "callbacks", "done_callback", lambda: [self.slot(), self.callback()]),
                (1.5, "callbacks", "soon", lambda: [self.handle(), self.callback()]),
                (1.5, "callbacks", "later", lambda: [self.handle(), self.number(0, 3), self.callback()]),
            ]
        return table

    def waiting_statements(self, index, depth):
        callee = self.callee(index)
        table = [
            (6, "time", "sleep", lambda: [self.duration()]),
            (6, "tasks", "await", lambda: [self.slot()]),
            (2, "groups", "wait", lambda: [self.slots(), self.timeout_of_wait(), self.choice(["all", "first", "exception"])]),
            (3, "time", "wait_for", lambda: [self.any_ref(index), self.timeout()]),
            (1, "groups", "as_completed", lambda: [self.slots(), self.timeout_of_wait()]),
            (1.5, "locks", "event_wait", lambda: [self.which("events")]),
            (0.3, "locks", "acquire_lock", lambda: [self.which("locks")]),
            (0.7, "semaphores", "acquire_semaphore", lambda: [self.which("semaphores")]),
            (1.2, "queues", "put", lambda: [self.which("queues"), self.value()]),
            (1.2, "queues", "get", lambda: [self.which("queues")]),
            (0.6, "queues", "join", lambda: [self.which("queues")]),
            (0.6, "mixed", "return", lambda: [self.value()]),
            (0.8, "barrier", "barrier_wait", lambda: [self.which("barriers")]),
            (0.2, "barrier", "barrier_reset", lambda: [self.which("barriers")]),
            (0.1, "barrier", "barrier_abort", lambda: [self.which("barriers")]),
        ]
        if callee is not None:
            table.append((2, "tasks", "call", lambda: [callee]))
        if depth < 3:
            table += [
                (4, "mixed", "try", lambda: self.try_statement(index, depth + 1)),
                (0.7, "groups", "repeat", lambda: [1, self.gather_in_time(index)]),
                (0.3, "tasks", "repeat", lambda: [1, self.cancel_of_failed()]),
                (0.5, "time", "repeat", lambda: [self.number(2, 3), self.block(index, depth + 1, self.number(1, 2))]),
                (1.5, "locks", "lock", lambda: [self.which("locks"), self.block(index, depth + 1, self.number(1, 2))]),
                (1, "conditions", "condition", lambda: [self.which("conditions"), self.condition_block(index, depth + 1)]),
                (1, "semaphores", "semaphore",
                 lambda: [self.which("semaphores"), self.block(index, depth + 1, self.number(1, 2))]),
                (1.2, "timeout", "timeout",
                 lambda: [self.timeout_name(), self.timeout(), self.block(index, depth + 1, self.number(1, 3))]),
            ]
            if callee is not None:
                table.append((1.5, "taskgroup", "group", lambda: self.group_statement(index, depth + 1)))
                if self.has("group"):
                    table += [
                        (0.5, "taskgroup", "try", lambda: self.caught_group(index, depth + 1)),
                        (0.5, "taskgroup", "try", lambda: self.minds_cancel()),
                    ]
        return table

    def callee(self, index):
        """A coroutine function that may be called: one that is further on, so that no call is endless."""
        least = index + 1 if index is not None else self.n_coroutines - 1
        return self.number(least, self.n_coroutines - 1) if least < self.n_coroutines else None

    def callback(self):
        return self.number(0, self.n_callbacks - 1)

    def handle(self):
        return "h%d" % self.number(0, 2)

    def ref(self, index):
        callee = self.callee(index)
        return ["c", callee] if callee is not None and self.chance(40) else ["s", self.slot()]

    def refs(self, index):
        return [self.ref(index) for _ in range(self.number(1, 3))]

    def any_ref(self, index):
        return self.weighted([
            (6, self.ref(index)),
            (1, ["sleep", self.duration()]),
            (1, ["event", self.which("events")]),
            (1, ["lock", self.which("locks")]),
            (1, ["semaphore", self.which("semaphores")]),
            (1, ["get", self.which("queues")]),
            (0.7, ["put", self.which("queues"), self.value()]),
            (0.5, ["join", self.which("queues")]),
        ])

    def gather_in_time(self, index):
        slot = self.slot()
        return [["gather", slot, self.refs(index), self.chance(35)], ["wait_for", ["s", slot], self.timeout()]]

    def cancel_of_failed(self):
        slot = self.slot()
        return [["future", slot], ["set_exception", slot, self.error_kind(), self.message()], ["cancel", slot, None]]

    def timeout_of_wait(self):
        return self.weighted([(3, None), (1, 0), (2, 1), (2, 2)])

    def condition_block(self, index, depth):
        which = self.which("conditions")
        own = self.choice([
            ["condition_wait", which], ["condition_wait", which], ["condition_wait_for", which, self.number(1, 2)],
            ["notify", which, self.number(1, 2)], ["notify_all", which], ["count", which],
        ])
        more = self.block(index, depth, self.number(0, 2))
        return more[:1] + [own] + more[1:]

    def group_name(self):
        return "g%d" % self.number(0, 1)

    def timeout_name(self):
        return "t%d" % self.number(0, 1)

    def group_statement(self, index, depth):
        name = self.group_name()
        starts = [["group_spawn", name, self.slot(), self.callee(index)] for _ in range(self.number(1, 3))]
        block = starts + self.block(index, depth, self.number(0, 3))
        if self.chance(25):
            # The group may have interrupted the block. Then it takes nothing more, but an error.
            late = self.choice([
                ["group_spawn", name, self.slot(), self.callee(index)],
                ["raise", self.error_kind(), self.message()],
            ])
            block.append(["try", [["sleep", self.duration()]], [["CancelledError", [late]]], []])
        return [name, block]

    def caught_group(self, index, depth):
        """Who catches the errors of a group goes on, unless somebody has cancelled it meanwhile."""
        after = [["cancelling_self"], ["sleep", self.duration()], ["cancelling_self"]]
        return [[["group", *self.group_statement(index, depth)]], [[self.choice(["ExceptionGroup", "Exception"]), after]], []]

    def minds_cancel(self):
        """What fails when it is cancelled, or takes its time then, so that it can be seen whether it is cancelled again."""
        last = self.choice([["raise", self.error_kind(), self.message()], ["sleep", self.number(1, 3)]])
        return [[["sleep", self.number(1, 5)]], [["CancelledError", [last]]], []]

    def try_statement(self, index, depth):
        kinds = ["ValueError", "LookupError", "TimeoutError", "CancelledError", "Exception", "BaseException"]
        if self.has("group"):
            kinds.append("ExceptionGroup")
        handlers = []
        for _ in range(self.weighted([(1, 0), (4, 1), (1, 2)])):
            block = self.block(index, depth, self.number(0, 2))
            if self.chance(30):
                block.append(["reraise"])
            handlers.append([self.choice(kinds), block])
        final = self.block(index, depth, self.number(1, 2)) if not handlers or self.chance(35) else []
        return [self.block(index, depth, self.number(1, 3)), handlers, final]


def make(seed, version, known, feature=None):
    return Generator(seed, version, known, feature).program()


def features():
    return THEMES + sorted(LATER_THEMES) + sorted(FEATURES)
