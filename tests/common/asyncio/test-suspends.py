#!/usr/bin/env python3
"""Who may suspend says so: the marker ASYNCIO_SUSPENDS stands at exactly those declarations whose functions may.

usage: test-suspends.py FOLDER...

A function may suspend if it calls one that may, directly or through static functions. (A body that is handed to
asyncio_coroutine_new() is not called: it runs later, in a coroutine of its own.) The sources are in GLib's style, where a
definition begins with the function's name at the start of a line and ends with a brace there, so no compiler is needed to
read them.
"""
import re
import sys
from pathlib import Path

# Where a coroutine really stops.
PRIMITIVE = "asyncio_stackful_suspend"

MARKED = re.compile(r"ASYNCIO_SUSPENDS\s[^;(]*?(\w+)\s*\(")
DEFINITION = re.compile(r"^(static\s[^\n]*|[^\s#/*][^\n;=]*)\n(\w+) \([^;{]*\)\n\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"", re.DOTALL)


def read(folders):
    marked, functions = {}, {}
    for folder in folders:
        for path in sorted(Path(folder).glob("*.h")):
            for name in MARKED.findall(COMMENT.sub("", path.read_text(encoding="utf-8"))):
                marked[name] = path.name
        for path in sorted(Path(folder).glob("*.c")):
            text = COMMENT.sub('""', path.read_text(encoding="utf-8"))
            for kind, name, body in DEFINITION.findall(text):
                # Static functions of different files may share a name.
                key = (path.name, name) if kind.startswith("static") else (None, name)
                functions[key] = (path.name, set(re.findall(r"\b(\w+) \(", body)))
    return marked, functions


def find_suspending(functions):
    """All keys of functions that may suspend."""
    suspending = {(None, PRIMITIVE)}
    while True:
        found = {
            key
            for key, (file, calls) in functions.items()
            if any((file, name) in suspending or (None, name) in suspending for name in calls)
        }
        if found <= suspending:
            return suspending
        suspending |= found


def main(folders):
    marked, functions = read(folders)
    suspending = {name for file, name in find_suspending(functions) if file is None}
    problems = [f"{name}() may suspend, and its declaration does not say so" for name in suspending - set(marked)]
    problems += [f"{marked[name]}: {name}() is marked, and cannot suspend" for name in set(marked) - suspending]
    problems = [text for text in problems if not text.startswith(PRIMITIVE)]

    print("1..2")
    print(f"{'ok' if len(marked) > 10 and len(functions) > 300 else 'not ok'} 1 reads the sources: "
          f"{len(functions)} functions, {len(marked)} marked")
    print(f"{'not ok' if problems else 'ok'} 2 marks who may suspend")
    for text in sorted(problems):
        print(f"# {text}")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1:]))
