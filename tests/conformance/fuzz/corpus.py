# SPDX-License-Identifier: MIT
"""The recorded programs: corpus/<version>.xz has a line of JSON for each, the program and its trace by the real interpreter."""
import json
import lzma
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent / "corpus"


def store(version, programs, traces):
    FOLDER.mkdir(exist_ok=True)
    text = "".join(f"{program}\n{json.dumps(trace, separators=(',', ':'))}\n" for program, trace in zip(programs, traces))
    (FOLDER / f"{version}.xz").write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))


def load(version):
    """The programs as lines of JSON, and their traces."""
    lines = lzma.decompress((FOLDER / f"{version}.xz").read_bytes()).decode().splitlines()
    return lines[::2], [json.loads(line) for line in lines[1::2]]
