#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records the public names of asyncio of real interpreters in api.tsv.

    record-api.py [PYTHON ...]           writes api.tsv
    record-api.py --check [PYTHON ...]   shows what differs from what is stored, and writes nothing

PYTHON is an interpreter of 3.7 to 3.12; without any those are taken that are called python3.7 to python3.12. What is
stored of versions that have no interpreter here is kept. A line of api.tsv is a name, its kind, and for each version
its signature: "-" where the version has no such name, "+" where the interpreter tells no signature.

Exit status: 0 done, or nothing differs; 1 something differs; 2 usage.
"""
import argparse
import difflib
import json
import os
import pathlib
import shutil
import subprocess
import sys

STORED = pathlib.Path(__file__).resolve().parent / "api.tsv"
VERSIONS = [f"3.{minor}" for minor in range(7, 13)]

# Runs on each interpreter. The names that asyncio exports (3.11 forgot TaskGroup in __all__), what asyncio.subprocess has
# besides, and the public members of their classes, errors apart. What only __init__() sets is no member. A default whose text
# is an address is shown as "...".
PROBE = r'''
import asyncio, inspect, json, re, sys

def signature(value):
    try:
        return re.sub(r"<[^<>]*>", "...", str(inspect.signature(value)))
    except (TypeError, ValueError):
        return "+"

def kind_of(value):
    if inspect.isclass(value):
        return "error" if issubclass(value, BaseException) else "class"
    if inspect.iscoroutinefunction(value):
        return "coroutine"
    if callable(value) or isinstance(value, (staticmethod, classmethod)):
        return "function"
    if isinstance(value, property) or inspect.isdatadescriptor(value):
        return "attribute"
    return "constant"

names = {name: getattr(asyncio, name) for name in dir(asyncio)}
names = {name: value for name, value in names.items() if not name.startswith("_") and not inspect.ismodule(value) and (
    name in asyncio.__all__ or getattr(value, "__module__", "").startswith("asyncio"))}
names.update(("subprocess." + name, getattr(asyncio.subprocess, name)) for name in ("Process", "PIPE", "STDOUT", "DEVNULL"))

found = {}
for name, value in sorted(names.items()):
    kind = kind_of(value)
    found[name] = [kind, signature(value) if kind in ("function", "coroutine", "class") else "+"]
    if kind != "class":
        continue
    for member in sorted(dir(value)):
        if member.startswith("_"):
            continue
        of_class = inspect.getattr_static(value, member)
        kind = kind_of(of_class)
        if kind == "constant" and not isinstance(of_class, (int, str)) and not hasattr(of_class, "__get__"):
            continue
        if kind == "constant":
            kind = "attribute"
        found[name + "." + member] = [kind, signature(getattr(value, member)) if kind in ("function", "coroutine") else "+"]
print(json.dumps(["%d.%d" % sys.version_info[:2], found]))
'''


def probe(interpreter):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    try:
        process = subprocess.run([interpreter, "-W", "ignore", "-c", PROBE], env=environment, check=True, stdout=subprocess.PIPE)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{interpreter}: {error}", file=sys.stderr)
        sys.exit(2)
    version, found = json.loads(process.stdout)
    if version not in VERSIONS:
        print(f"{interpreter} is of {version}, the table is about {VERSIONS[0]} to {VERSIONS[-1]}", file=sys.stderr)
        sys.exit(2)
    return version, found


def load():
    """What is stored: (kind, signature) by version and name."""
    stored = {}
    if STORED.exists():
        heading, *lines = [line.split("\t") for line in STORED.read_text(encoding="utf-8").splitlines()]
        for name, kind, *signatures in lines:
            for version, signature in zip(heading[2:], signatures):
                if signature != "-":
                    stored.setdefault(version, {})[name] = [kind, signature]
    return stored


def lay_out(apis):
    lines = [["name", "kind", *VERSIONS]]
    for name in sorted({name for api in apis.values() for name in api}):
        kinds = [apis[version][name][0] for version in VERSIONS if name in apis.get(version, {})]
        lines.append([name, kinds[-1], *(apis.get(version, {}).get(name, ["", "-"])[1] for version in VERSIONS)])
    return "".join("\t".join(line) + "\n" for line in lines)


def main():
    parser = argparse.ArgumentParser(description="Records the public names of asyncio.")
    parser.add_argument("--check", action="store_true", help="show what differs from what is stored, write nothing")
    parser.add_argument("python", nargs="*", help="an interpreter")
    arguments = parser.parse_args()

    interpreters = arguments.python or [name for name in ("python" + version for version in VERSIONS) if shutil.which(name)]
    if not interpreters:
        parser.error("no interpreter found")
    apis = load()
    for interpreter in interpreters:
        version, api = probe(interpreter)
        apis[version] = api

    stored = STORED.read_text(encoding="utf-8") if STORED.exists() else ""
    recorded = lay_out(apis)
    sys.stdout.writelines(difflib.unified_diff(stored.splitlines(True), recorded.splitlines(True), "stored", "recorded", n=0))
    if not arguments.check:
        STORED.write_text(recorded, encoding="utf-8")
        return 0
    return 1 if recorded != stored else 0


if __name__ == "__main__":
    sys.exit(main())
