#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Records what real interpreters print for the scenarios of this folder.

    record.py [PYTHON ...]           writes golden/ and INDEX.tsv
    record.py --check [PYTHON ...]   shows what differs from what is stored, and writes nothing

PYTHON is a Python 3 interpreter, one for each version; without any those are taken that are called python3.6,
python3.7 and so on. What is stored of versions that have no interpreter here is kept.

Exit status: 0 done, or nothing differs; 1 something differs, or a scenario does not always print the same.
"""
import argparse
import difflib
import fnmatch
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 60

# The folders in the order of INDEX.tsv, and the version whose trace a lab has to follow.
LABS = {
    "core": "3.6", "lab37": "3.7", "lab38": "3.8", "lab39": "3.9", "lab310": "3.10", "lab311": "3.11",
    "lab312": "3.12", "gil": "3.12", "mp": "3.12",
}
COLUMNS = ["id", "split", "lab", "own"]


def number(version):
    return tuple(int(part) for part in version.split("."))


class Scenario:
    """A scenario, as the lines `# key: value` at its head describe it."""

    def __init__(self, path):
        head = dict(re.findall(r"^# (\w+): (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))
        self.path = path
        self.id = head["id"]
        self.lab = head["lab"]
        self.split = head["split"]
        self.min = head["min"]
        # Where the lab's version has a fault, a line `golden` names the version that mended it.
        self.own = head.get("golden", max(LABS[self.lab], self.min, key=number))
        if path.stem != self.id or path.parent.name != self.lab:
            sys.exit(f"{path}: its id and lab do not fit its path")

    def golden(self, mark):
        return f"golden/{self.lab}/{self.id}{mark.replace('=', '')}.txt"


def find_scenarios():
    scenarios = [Scenario(path) for lab in LABS for path in (HERE / lab).glob("*.py")]
    return sorted(scenarios, key=lambda scenario: (list(LABS).index(scenario.lab), scenario.id))


def find_interpreters(names):
    """Interpreters by version, "3.7" and so on."""
    found = {}
    for name in names or filter(shutil.which, (f"python3.{minor}" for minor in range(6, 100))):
        command = [name, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"]
        try:
            full = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  universal_newlines=True).stdout.strip()
            is_too_old = number(full) < (3, 6)
        except (OSError, ValueError, subprocess.CalledProcessError):
            if names:
                sys.exit(f"{name} is no interpreter that can be run")
            continue
        if is_too_old:
            print(f"{full} is left out: the scenarios need 3.6")
            continue
        found[full] = name
    if not found:
        sys.exit("no interpreter found")
    versions = sorted(found, key=number)
    print("interpreters:", ", ".join(versions))
    return {version.rpartition(".")[0]: found[version] for version in versions}


# --- Running -----------------------------------------------------------------

def run_once(interpreter, scenario, folder):
    # What the user has set for Python is not to be seen, and no compiled kit.py is to be left behind.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    environment.update(PYTHONPATH=str(HERE), PYTHONDONTWRITEBYTECODE="1")
    try:
        process = subprocess.run([interpreter, str(scenario.path)], cwd=folder, env=environment, timeout=TIMEOUT,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "it hangs\n"
    text = process.stdout.decode()
    return text if process.returncode == 0 else f"{text}exit {process.returncode}\n"


def run(interpreter, version, scenario, runs):
    """What a scenario prints, or None if that is not always the same."""
    with tempfile.TemporaryDirectory() as folder:
        traces = [run_once(interpreter, scenario, folder) for _ in range(runs)]
    for trace in traces[1:]:
        if trace != traces[0]:
            show_difference(f"{scenario.id} with {version}", "one run", traces[0], "another run", trace)
            return None
    return traces[0]


def show_difference(title, before_name, before, after_name, after):
    print(f"\n{title}:")
    sys.stdout.writelines(difflib.unified_diff(before.splitlines(True), after.splitlines(True),
                                               before_name, after_name, n=100))
    sys.stdout.flush()


# --- Storing -----------------------------------------------------------------

def load(scenarios):
    """The stored traces by (id, version), and the versions that INDEX.tsv has."""
    path = HERE / "INDEX.tsv"
    if not path.exists():
        return {}, []
    heading, *lines = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
    versions = heading[len(COLUMNS):]
    of_id = {scenario.id: scenario for scenario in scenarios}
    traces = {}
    for line in lines:
        scenario = of_id.get(line[0])
        for version, mark in zip(versions, line[len(COLUMNS):]):
            if scenario is not None and mark != "-":
                traces[scenario.id, version] = (HERE / scenario.golden(mark)).read_text(encoding="utf-8")
    return traces, versions


def lay_out(scenarios, versions, traces):
    """The files that these traces make, by path. INDEX.tsv says which version printed which."""
    files = {}
    index = [COLUMNS + versions]
    for scenario in scenarios:
        if (scenario.id, scenario.own) not in traces:
            sys.exit(f"{scenario.id}: no trace of {scenario.own}, its own version")
        marks = {traces[scenario.id, scenario.own]: "="}
        line = [scenario.id, scenario.split, scenario.lab, scenario.own]
        for version in versions:
            trace = traces.get((scenario.id, version))
            line.append("-" if trace is None else marks.setdefault(trace, "@" + version))
        files.update((scenario.golden(mark), trace) for trace, mark in marks.items())
        index.append(line)
    files["INDEX.tsv"] = "".join("\t".join(line) + "\n" for line in index)
    return files


def store(files):
    for path in (HERE / "golden").glob("*/*.txt"):
        if path.relative_to(HERE).as_posix() not in files:
            path.unlink()
    for name, text in files.items():
        (HERE / name).parent.mkdir(parents=True, exist_ok=True)
        (HERE / name).write_text(text, encoding="utf-8")


def find_stale(files):
    """The names of stored files that would be changed, added or removed."""
    stored = {path.relative_to(HERE).as_posix(): path.read_text(encoding="utf-8")
              for path in [HERE / "INDEX.tsv", *(HERE / "golden").glob("*/*.txt")] if path.exists()}
    return sorted(name for name in {*files, *stored} if files.get(name) != stored.get(name))


# --- main --------------------------------------------------------------------

def main():
    parser = argparse.ArgumentParser(description="Records what real interpreters print for the scenarios.")
    parser.add_argument("--check", action="store_true", help="show what differs from what is stored, write nothing")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="how often each is run (5)")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="only scenarios with such an id")
    parser.add_argument("python", nargs="*", help="an interpreter")
    arguments = parser.parse_args()

    interpreters = find_interpreters(arguments.python)
    scenarios = find_scenarios()
    traces, versions = load(scenarios)
    versions = sorted({*versions, *interpreters}, key=number)
    n_runs = n_different = n_unstable = 0

    for scenario in scenarios:
        if not fnmatch.fnmatchcase(scenario.id, arguments.only):
            continue
        differences = {}
        for version, interpreter in interpreters.items():
            if number(version) < number(scenario.min):
                continue
            trace = run(interpreter, version, scenario, arguments.runs)
            stored = traces.get((scenario.id, version))
            n_runs += 1
            if trace is None:
                n_unstable += 1
            elif trace != stored:
                n_different += 1
                differences.setdefault((stored or "", trace), []).append(version)
                traces[scenario.id, version] = trace
        for (stored, trace), of_versions in differences.items():
            show_difference(f"{scenario.id} with {', '.join(of_versions)}", "stored", stored, "recorded", trace)

    files = lay_out(scenarios, versions, traces)
    stale = find_stale(files)
    print(f"{n_runs} traces recorded, {n_different} differ from what was stored, {n_unstable} were not always the same")
    if arguments.check:
        for name in stale:
            print(f"out of date: {name}")
        return 1 if stale or n_unstable else 0
    store(files)
    return 1 if n_unstable else 0


if __name__ == "__main__":
    sys.exit(main())
