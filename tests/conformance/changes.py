#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What changed in which version, as the recorded traces tell it.

    changes.py page OUTPUT    writes the page of the documentation
    changes.py check          whether the scenarios say `since X.Y` of exactly the versions whose traces differ

A trace that differs from that of the version before is a change; the scenario's line `# since X.Y: what changed` puts it in
words.

Exit status: 0 done, or all agree; 1 something does not, and is shown; 2 usage.
"""
import argparse
import difflib
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent


def number(version):
    return tuple(int(part) for part in version.split("."))


class Scenario:
    def __init__(self, versions, identity, lab, own, marks):
        self.id, self.lab, self.own = identity, lab, own
        self.marks = {version: mark for version, mark in zip(versions, marks) if mark != "-"}
        head = (HERE / lab / (identity + ".py")).read_text(encoding="utf-8")
        self.rule = re.search(r"^# rule: (.*)$", head, re.MULTILINE).group(1)
        self.since = dict(re.findall(r"^# since ([\d.]+): (.*)$", head, re.MULTILINE))
        self.has_twin = (HERE / lab / (identity + ".c")).exists()

    def changes(self):
        """The versions whose trace differs from the one before, each with that version."""
        versions = list(self.marks)
        return {after: before for before, after in zip(versions, versions[1:]) if self.marks[before] != self.marks[after]}

    def read_trace(self, version):
        path = HERE / "golden" / self.lab / f"{self.id}{self.marks[version].replace('=', '')}.txt"
        return path.read_text(encoding="utf-8").splitlines()

    def differing_lines(self, before, after):
        lines = list(difflib.unified_diff(self.read_trace(before), self.read_trace(after), lineterm="", n=0))[2:]
        return [line for line in lines if not line.startswith("@@")]


def load():
    heading, *lines = [line.split("\t") for line in (HERE / "INDEX.tsv").read_text(encoding="utf-8").splitlines()]
    return heading[4:], [Scenario(heading[4:], identity, lab, own, marks) for identity, _, lab, own, *marks in lines]


def check():
    _, scenarios = load()
    n_faults = 0
    for scenario in scenarios:
        changes = scenario.changes()
        for version in sorted({*changes, *scenario.since}, key=number):
            if version not in scenario.since:
                print(f"{scenario.id}: the trace of {version} differs from that of {changes[version]}, and no line "
                      f"'# since {version}: ...' says so")
                n_faults += 1
            elif version not in changes:
                print(f"{scenario.id} says 'since {version}', but its trace is that of the version before")
                n_faults += 1
    print(f"{len(scenarios)} scenarios, {sum(len(scenario.changes()) for scenario in scenarios)} changes, {n_faults} faults")
    return 1 if n_faults else 0


def escape(text):
    """Doxygen's Markdown leaves alone what stands between backticks; the rest has to be told."""
    return re.sub(r"([\\<>@#*_&|~`$%\"])", r"\\\1", text)


def write_page(output):
    versions, scenarios = load()
    n_changes = sum(len(scenario.changes()) for scenario in scenarios)
    lines = [
        "# What changed in which version {#changes_page}\n",
        f"{len(scenarios)} programs of `tests/conformance` ran on CPython {versions[0]} to {versions[-1]}. Here is each place",
        f"at which a version printed something else than the one before: {n_changes} changes of behaviour, as the interpreters",
        "show them. A line with a minus is what the earlier version printed, one with a plus the later. The library of each",
        "version is tested for its own behaviour by the twin in C, where there is one.\n",
        "| Version | Changes |\n|---|---|",
    ]
    by_version = {version: [s for s in scenarios if version in s.changes()] for version in versions}
    anchor = {version: "changes_" + version.replace(".", "_") for version in versions}
    lines += [f"| [{version}](@ref {anchor[version]}) | {len(found)} |" for version, found in by_version.items() if found]
    for version, found in by_version.items():
        if found:
            lines += [f"\n# Python {version} {{#{anchor[version]}}}\n"]
        for scenario in found:
            before = scenario.changes()[version]
            twin = f"`{scenario.lab}/{scenario.id}.c`" if scenario.has_twin else "none"
            lines += [
                f"## {escape(scenario.since.get(version, scenario.id))} {{#{anchor[version]}_{scenario.id.replace('-', '_')}}}\n",
                f"The rule: {escape(scenario.rule)}\n",
                f"Program `{scenario.lab}/{scenario.id}.py`, twin {twin}; {before} and {version}:\n",
                "~~~{.txt}", *scenario.differing_lines(before, version), "~~~\n",
            ]
    pathlib.Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def main():
    parser = argparse.ArgumentParser(description="What changed in which version, as the recorded traces tell it.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("page", help="write the page of the documentation").add_argument("output")
    commands.add_parser("check", help="see whether the scenarios say what differs")
    arguments = parser.parse_args()
    return write_page(arguments.output) if arguments.command == "page" else check()


if __name__ == "__main__":
    sys.exit(main())
