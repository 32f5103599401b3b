#!/usr/bin/env python3
# SPDX-License-Identifier: MIT

"""Planted faults: what the explored tests of the core are worth.

Each patch in faults/ makes one mistake in one file of the core, and says in its head what it is, which program must show it, and what
the explorer must say:

    What: call_soon_threadsafe() notifies before the call is in the inbox
    Program: /core/loop/order/two-threads
    Finds: deadlock

The patch is applied to a copy of the file, the copy is compiled as the build compiled the file, and linked before the core, so that it takes the
place of its part. The program is then explored twice. It must fail as was said, and everything must be the same both times: the number of
schedules, the token, the message, the table. So no fault is found by luck. A patch that does not apply is an error.

First the same is done with the files as they are, and no program may fail.
"""

import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
HEAD = ("What", "Program", "Finds")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True, type=pathlib.Path, help="the build directory")
    parser.add_argument("--core", required=True, type=pathlib.Path, help="the folder with the core's sources")
    parser.add_argument("--library", required=True, help="the target whose commands compile the core for the explorer")
    parser.add_argument("--programs", required=True, nargs="+", help="the libraries of the programs, as NAME=FILE")
    parser.add_argument("--link", required=True, help="what to link with, as one text")
    parser.add_argument("--only", help="the name of one fault")
    return parser.parse_args()


def run(command, **options):
    """What a command printed. All of its output is shown if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(map(str, command))}\nexit status {done.returncode}\n{done.stdout}")
    return done.stdout


class Fault:
    """A patch and its head."""

    def __init__(self, path):
        lines = path.read_text().splitlines()
        head = dict(line.split(": ", 1) for line in lines[: len(HEAD)])
        if tuple(head) != HEAD:
            raise RuntimeError(f"{path.name} must begin with {', '.join(HEAD)}")
        self.name = path.stem
        self.path = path
        self.program = head["Program"]
        self.finds = head["Finds"]
        self.file = lines[len(HEAD)].removeprefix("--- a/")


class Bench:
    """Compiles a file of the core anew, and links and explores programs with it."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.commands = {}
        self.libraries = dict(pair.split("=", 1) for pair in arguments.programs)
        for command in json.loads((arguments.build / "compile_commands.json").read_text()):
            if f"/{arguments.library}.p/" in command["output"]:
                self.commands[pathlib.Path(command["file"]).name] = command

    def compile(self, source):
        """The object of a file that stands for the one of the same name."""
        command = self.commands[source.name]
        words = shlex.split(command["command"])
        for option in ("-MF", "-MQ"):
            at = words.index(option)
            del words[at : at + 2]
        words.remove("-MD")
        words[words.index("-o") + 1] = str(source.with_suffix(".o"))
        words[words.index("-c") + 1] = str(source)
        run(words, cwd=command["directory"])
        return source.with_suffix(".o")

    def link(self, compiled, program):
        """The test program of which a program's path tells: /core/loop/... is in core-loop."""
        name = "-".join(program.split("/")[1:3])
        compiler = shlex.split(self.commands[compiled.with_suffix(".c").name]["command"])
        compiler = compiler[: next(i for i, word in enumerate(compiler) if word.startswith("-"))]
        linked = compiled.parent / f"{compiled.stem}-{name}"
        if not linked.exists():
            run([*compiler, "-o", linked, compiled, self.libraries[name], *shlex.split(self.arguments.link)], cwd=self.arguments.build)
        return linked

    def explore(self, linked, program):
        environment = {**os.environ, "G_SLICE": "always-malloc"}
        environment.pop("EXPLORER_REPLAY", None)
        return run([linked, "--report", program], env=environment)


def check_as_it_is(bench, folder, faults):
    """No program fails with the file as it is."""
    programs = sorted({(fault.file, fault.program) for fault in faults})
    compiled = {}
    for file, program in programs:
        if file not in compiled:
            source = folder / file
            source.write_bytes((bench.arguments.core / file).read_bytes())
            compiled[file] = bench.compile(source)
        report = bench.explore(bench.link(compiled[file], program), program)
        if not report.startswith("correct\n"):
            raise RuntimeError(f"{program} with {file} as it is: {report}")


def check_fault(bench, folder, fault):
    """The fault is found, twice in the same way. Returns after how many schedules."""
    source = folder / fault.file
    source.write_bytes((bench.arguments.core / fault.file).read_bytes())
    run(["patch", "--batch", "--fuzz=0", "--no-backup-if-mismatch", "--reject-file=-", "-p1", "-i", fault.path, "-d", folder])
    linked = bench.link(bench.compile(source), fault.program)
    first, second = (bench.explore(linked, fault.program) for _ in range(2))

    verdict, schedules, token = first.split("\n")[:3]
    if verdict != fault.finds:
        raise RuntimeError(f"found is {verdict!r}, and not {fault.finds!r}\n{first}")
    if first != second:
        raise RuntimeError(f"not the same twice:\n{first}\n{second}")
    return f"{verdict}, {schedules}, {token}"


def main():
    arguments = parse_arguments()
    bench = Bench(arguments)
    faults = [Fault(path) for path in sorted((HERE / "faults").glob("*.patch"))]
    faults = [fault for fault in faults if arguments.only in (None, fault.name)]
    checks = [("as it is", lambda folder: check_as_it_is(bench, folder, faults))]
    checks += [(fault.name, lambda folder, fault=fault: check_fault(bench, folder, fault)) for fault in faults]
    n_failed = 0

    print(f"1..{len(checks)}")
    for i, (name, check) in enumerate(checks, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                told = check(pathlib.Path(folder))
                print(f"ok {i} {name}", flush=True)
                if told:
                    print(f"# {told}", flush=True)
            except RuntimeError as error:
                n_failed += 1
                print(f"not ok {i} {name}", flush=True)
                for line in str(error).splitlines():
                    print(f"# {line}", flush=True)
    return 1 if n_failed > 0 or not faults else 0


if __name__ == "__main__":
    sys.exit(main())
