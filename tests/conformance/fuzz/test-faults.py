#!/usr/bin/env python3
# SPDX-License-Identifier: MIT

"""Planted faults: what the recorded corpus is worth.

Each patch in faults/ makes a mistake of one line in one file of the core or of a lab's reference, and says in its head what it
is and the corpus of which version must show it:

    What: Cancelling a gather stops at the first child that can be cancelled
    Version: 3.8

The patch is applied to a copy of the file that has this name, the copy is compiled as the build compiled the file, and linked
before the library of the version, so that it takes the place of its part. Then the corpus is run until a program gives another
trace than CPython's. A patch that does not apply is an error. With all as it is no program differs: that is what the tests
"random programs of ..." show.
"""

import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import corpus
import running

HERE = pathlib.Path(__file__).resolve().parent
HEAD = ("What", "Version")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", required=True, type=pathlib.Path, help="the build directory")
    parser.add_argument("--targets", required=True, nargs="+", help="the libraries whose commands compile the core and the labs")
    parser.add_argument("--libraries", required=True, nargs="+", help="what to link for a version, as VERSION=FILE,FILE...")
    parser.add_argument("--link", required=True, help="what to link with in any case, as one text")
    parser.add_argument("--only", help="the name of one fault")
    return parser.parse_args()


def run(command, **options):
    """Runs a command. All of its output is shown if it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(map(str, command))}\nexit status {done.returncode}\n{done.stdout}")


class Fault:
    """A patch and its head."""

    def __init__(self, path):
        lines = path.read_text().splitlines()
        head = dict(line.split(": ", 1) for line in lines[: len(HEAD)])
        if tuple(head) != HEAD:
            raise RuntimeError(f"{path.name} must begin with {', '.join(HEAD)}")
        self.name = path.stem
        self.path = path
        self.version = head["Version"]
        self.file = lines[len(HEAD)].removeprefix("--- a/").split("\t")[0]


class Bench:
    """Compiles a file anew, and links an interpreter with it."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.libraries = {version: files.split(",") for version, files in (pair.split("=", 1) for pair in arguments.libraries)}
        self.commands = {}
        for command in json.loads((arguments.build / "compile_commands.json").read_text()):
            if pathlib.Path(command["output"]).parent.name in [f"{target}.p" for target in arguments.targets]:
                self.commands[pathlib.Path(command["file"]).name] = command

    def source(self, name):
        """Where the file of that name is."""
        command = self.commands[name]
        return pathlib.Path(command["directory"]) / command["file"]

    def make(self, source, version):
        """The interpreter with a file in the place of the one of the same name."""
        command = self.commands[source.name]
        words = shlex.split(command["command"])
        for option in ("-MF", "-MQ"):
            at = words.index(option)
            del words[at : at + 2]
        words.remove("-MD")
        words[words.index("-o") + 1] = str(source.with_suffix(".o"))
        words[words.index("-c") + 1] = str(source)
        run(words, cwd=command["directory"])

        compiler = words[: next(i for i, word in enumerate(words) if word.startswith("-"))]
        interpreter = source.with_suffix("")
        link = [*self.libraries[version], *shlex.split(self.arguments.link)]
        run([*compiler, "-o", interpreter, source.with_suffix(".o"), *link], cwd=self.arguments.build)
        return interpreter


def check_fault(bench, corpora, folder, fault):
    """The corpus shows the fault. Returns which of its programs is the first to do so."""
    source = folder / fault.file
    source.write_bytes(bench.source(fault.file).read_bytes())
    run(["patch", "--batch", "--fuzz=0", "--no-backup-if-mismatch", "--reject-file=-", "-p1", "-i", fault.path, "-d", folder])
    interpreter = running.Interpreter([bench.make(source, fault.version)])

    if fault.version not in corpora:
        corpora[fault.version] = corpus.load(fault.version)
    programs, traces = corpora[fault.version]
    for at in range(0, len(programs), running.BATCH):
        got = []
        interpreter.run_batch(programs[at : at + running.BATCH], got)
        for i, trace in enumerate(got, at):
            if trace != traces[i]:
                return f"program {i} of {fault.version} shows it"
    raise RuntimeError(f"none of {len(programs)} programs of {fault.version} shows it")


def main():
    arguments = parse_arguments()
    bench = Bench(arguments)
    corpora = {}
    faults = [Fault(path) for path in sorted((HERE / "faults").glob("*.patch"))]
    faults = [fault for fault in faults if arguments.only in (None, fault.name)]
    n_failed = 0

    print(f"1..{len(faults)}")
    for i, fault in enumerate(faults, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                told = check_fault(bench, corpora, pathlib.Path(folder), fault)
                print(f"ok {i} {fault.name}\n# {told}", flush=True)
            except RuntimeError as error:
                n_failed += 1
                print(f"not ok {i} {fault.name}", flush=True)
                for line in str(error).splitlines():
                    print(f"# {line}", flush=True)
    return 1 if n_failed > 0 or not faults else 0


if __name__ == "__main__":
    sys.exit(main())
