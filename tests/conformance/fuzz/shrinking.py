# SPDX-License-Identifier: MIT
"""Makes a program smaller as long as something holds for it."""
import copy
import json

# Where the blocks of a statement are. Those of a try statement's handlers come in addition.
BLOCKS = {"repeat": [2], "lock": [2], "condition": [2], "semaphore": [2], "try": [1, 3], "group": [2], "timeout": [3]}


def blocks_of(statement):
    found = [statement[i] for i in BLOCKS.get(statement[0], [])]
    if statement[0] == "try":
        found += [block for _, block in statement[2]]
    return found


def paths(program):
    """All places of statements, as paths through lists."""
    for kind in ("coroutines", "callbacks"):
        for i, block in enumerate(program[kind]):
            yield from paths_in(block, [kind, i])


def paths_in(block, path):
    for i, statement in enumerate(block):
        here = path + [i]
        yield here
        for k in BLOCKS.get(statement[0], []):
            yield from paths_in(statement[k], here + [k])
        if statement[0] == "try":
            for k, (_, inner) in enumerate(statement[2]):
                yield from paths_in(inner, here + [2, k, 1])


def at(program, path):
    for key in path:
        program = program[key]
    return program


def candidates(program):
    """Programs that are a bit smaller: without a statement, with the blocks of one in its place, without a handler."""
    for key in ("run", "factory"):
        if key in program:
            smaller = copy.deepcopy(program)
            del smaller[key]
            yield smaller
    for path in list(paths(program)):
        smaller = copy.deepcopy(program)
        del at(smaller, path[:-1])[path[-1]]
        yield smaller
        statement = at(program, path)
        for block in blocks_of(statement):
            smaller = copy.deepcopy(program)
            at(smaller, path[:-1])[path[-1] : path[-1] + 1] = copy.deepcopy(block)
            yield smaller
        if statement[0] == "try" and len(statement[2]) + bool(statement[3]) > 1:
            for i in range(len(statement[2])):
                smaller = copy.deepcopy(program)
                del at(smaller, path)[2][i]
                yield smaller
        if statement[0] == "gather":
            for i in range(len(statement[2]) if len(statement[2]) > 1 else 0):
                smaller = copy.deepcopy(program)
                del at(smaller, path)[2][i]
                yield smaller


def size(program):
    return len(json.dumps(program))


def shrink(program, holds):
    """The smallest program found for which `holds` is still true. holds: tells it of each of a list of programs."""
    while True:
        smaller = sorted((each for each in candidates(program) if size(each) < size(program)), key=size)
        good = [each for each, is_good in zip(smaller, holds(smaller)) if is_good]
        if not good:
            return program
        program = good[0]
