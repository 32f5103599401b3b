#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures threads, tasks and processes, here and in CPython 3.12 and 3.13, and shows what came of it.

    measure-ways.py --program bench-ways [--rounds 7]    measures, and prints the tables
    measure-ways.py --program bench-ways --write         and writes all into docs/: ways.tsv, pictures, tables
    measure-ways.py --program bench-ways --redraw        only draws again what is in docs/ways.tsv

Rounds go through all of them in turn, and back the next time, so that a machine that gets slower is not held against one. On a
machine with nothing else to do a round takes about half a minute.
"""

import argparse
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

import compare

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"
BEGIN, END = "<!-- what bench/measure-ways.py wrote -->\n", "<!-- end of it -->\n"


def find_pythons():
    """CPython 3.12 and 3.13, as many as there are: (name, command)."""
    peers, _ = compare.find_peers(True)
    return [(peer.name, peer.command[0]) for peer in peers if peer.name.startswith(("CPython 3.12.", "CPython 3.13."))]


def measure(program, rounds, quick):
    """The text of a recording."""
    contestants = [("ours", [program, "measure"])]
    contestants += [(name, [python, str(HERE / "ways.py")]) for name, python in find_pythons()]
    lines = {name: [] for name, _ in contestants}
    load = os.getloadavg()[0]
    for i in range(rounds):
        for name, command in contestants if i % 2 == 0 else reversed(contestants):
            print(f"round {i + 1} of {rounds}: {name}", file=sys.stderr)
            output = compare.run(command + (["--quick"] if quick else []))
            lines[name] += [f"{name}\t{line}" for line in output.splitlines()]
    head = [
        "# bench/measure-ways.py; bench/ways.h says what is in a line",
        f"# {rounds} rounds on {platform.system()} {platform.machine()}, {len(os.sched_getaffinity(0))} processors, "
        f"load before it {load:.1f}",
    ]
    return "\n".join(head + [line for name in lines for line in lines[name]]) + "\n"


def draw(program, recording, folder):
    return subprocess.run([program, "draw", recording, folder], check=True, capture_output=True, text=True).stdout


def put_into_page(text):
    """The tables, and how they were taken, go between two remarks of the page."""
    page = DOCS / "ways.md"
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(before + BEGIN + text + END + after, encoding="utf-8")


def describe(recording):
    """The second line of a recording, for the page."""
    return recording.splitlines()[1].lstrip("# ").capitalize()


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="figures that mean nothing")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--redraw", action="store_true")
    options = parser.parse_args()
    if options.rounds < 1:
        parser.error("--rounds is from 1 on")
    if options.quick and options.write:
        parser.error("--quick figures are not for the documentation")
    return options


def main():
    options = parse()
    try:
        with tempfile.TemporaryDirectory() as folder:
            recording = DOCS / "ways.tsv"
            if not options.redraw:
                text = measure(options.program, options.rounds, options.quick)
                if not options.write:
                    recording = pathlib.Path(folder) / "ways.tsv"
                recording.write_text(text, encoding="utf-8")
            written = options.write or options.redraw
            tables = draw(options.program, recording, DOCS if written else folder)
            print(tables, end="")
            if written:
                put_into_page(f"{describe(recording.read_text(encoding='utf-8'))}; medians of the rounds.\n\n{tables}")
    except (compare.Failure, OSError) as error:
        sys.exit(str(error))
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr.strip())


if __name__ == "__main__":
    main()
