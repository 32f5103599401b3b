# SPDX-License-Identifier: MIT
"""Runs programs with an interpreter, many in one process."""
import glob
import json
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BATCH = 250
# Seconds for a batch, which takes less than one. What uses more processor time than this hangs; what uses none, but does not
# end either, is given more time, as the machine may be busy with something else.
CPU_TIME = 20
TIMEOUT = 300


def limit_time():
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_TIME, CPU_TIME + 1))


def to_line(program):
    return json.dumps(program, separators=(",", ":"))


class Interpreter:
    """One of the two interpreters, as a command."""

    def __init__(self, command, environment=None, timeout=TIMEOUT):
        self.command = [str(word) for word in command]
        self.environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})}
        self.timeout = timeout

    def statements(self):
        """The statements that it knows, with "run" if it knows that."""
        done = subprocess.run([*self.command, "--statements"], check=True, stdout=subprocess.PIPE, universal_newlines=True)
        return set(done.stdout.split())

    def run(self, programs):
        """The traces of programs, each a list of lines. One that crashes or hangs says so in its last line."""
        lines = [program if isinstance(program, str) else to_line(program) for program in programs]
        traces = []
        while len(traces) < len(lines):
            self.run_batch(lines[len(traces) : len(traces) + BATCH], traces)
        return traces

    def run_batch(self, lines, traces):
        """Adds the traces of a batch. If the process ends too early, those until there, and what became of the next program."""
        with tempfile.TemporaryFile("w+") as programs, tempfile.TemporaryFile("w+") as output:
            programs.write("".join(line + "\n" for line in lines))
            programs.seek(0)
            try:
                status = subprocess.run(self.command, stdin=programs, stdout=output, stderr=subprocess.DEVNULL,
                                        env=self.environment, timeout=self.timeout, preexec_fn=limit_time).returncode
                end = f"ends with status {status}"
            except subprocess.TimeoutExpired:
                end = "hangs"
            output.seek(0)
            parts = output.read().split("=\n")
        # A line that begins with "=" ends a trace, and no other line ends so.
        done = [part.split("\n")[:-1] for part in parts[:-1]]
        traces += done
        if len(done) < len(lines):
            traces.append(parts[-1].split("\n")[:-1] + [end])


def find_python(version):
    """The interpreter of a version, from pyenv or the PATH. None if there is none."""
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    found = glob.glob(os.path.join(root, "versions", version + ".*", "bin", "python"))
    return sorted(found)[-1] if found else shutil.which("python" + version)


def python(version):
    """The interpreter in Python of a version, None if there is no Python of it."""
    found = find_python(version)
    if found is None:
        return None
    return Interpreter([found, "-S", "-W", "ignore", HERE / "interpreter.py", "--repaired"])


def in_c(build, version):
    """The interpreter in C of a version, with what it must not do being fatal."""
    path = pathlib.Path(build) / "tests" / "conformance" / "fuzz" / ("interpreter-" + version)
    return Interpreter([path], {"G_DEBUG": "fatal-criticals"})
