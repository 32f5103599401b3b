#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The public names of asyncio beside those of C.

    parity.py page OUTPUT                          writes the page of the documentation
    parity.py check HEADER... [--library VERSION=FILE...]
                                                   whether api.tsv, parity.ini, the headers and the libraries agree

api.tsv has the names as interpreters told them (record-api.py), parity.ini what each is called in C. With libraries,
one for each version, a function must be in those of exactly the versions that have its Python name, apart from what
parity.ini lists.

Exit status: 0 done, or all agree; 1 something does not, and is shown; 2 usage.
"""
import argparse
import configparser
import fnmatch
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


class Parity:
    """api.tsv and parity.ini, read. What is wrong with them is in `faults`."""

    def __init__(self):
        heading, *lines = [line.split("\t") for line in (HERE / "api.tsv").read_text(encoding="utf-8").splitlines()]
        self.versions = heading[2:]
        self.kinds = {name: kind for name, kind, *_ in lines}
        self.signatures = {name: dict(zip(self.versions, signatures)) for name, kind, *signatures in lines}

        ini = configparser.ConfigParser(delimiters="=", comment_prefixes="#", interpolation=None)
        ini.optionxform = str
        ini.read(HERE / "parity.ini", encoding="utf-8")
        self.reasons = dict(ini["reasons"])
        self.c_only_reasons = dict(ini["c only reasons"])
        self.c_only = dict(ini["c only"])
        self.early = dict(ini["early"])
        self.late = dict(ini["late"])
        self.rows = dict(ini["names"])
        self.faults = []
        self.answers = self.find_answers()

    def find_answers(self):
        """What C has for each name: a list of C names, or the key of a reason."""
        answers, used = {}, set()
        for name in self.kinds:
            row = self.find_row(name)
            if row is None:
                self.faults.append(f"{name} has no row in parity.ini")
                continue
            used.add(row)
            value = self.rows[row]
            if value.endswith(".*"):  # The same as in another class.
                member = name.rpartition(".")[2]
                value = self.rows.get(value[:-1] + member, "")
                if not value:
                    self.faults.append(f"{name}: parity.ini has no row {self.rows[row][:-1]}{member}")
            answers[name] = value[1:] if value.startswith("!") else value.split()
        self.faults += [f"parity.ini has a row {row}, which is no name of any version" for row in self.rows if row not in used]
        wanted = {answer for answer in answers.values() if isinstance(answer, str)}
        self.faults += [f"parity.ini gives no reason '{key}'" for key in sorted(wanted - set(self.reasons))]
        self.faults += [f"parity.ini gives a reason '{key}' that no row has" for key in self.reasons if key not in wanted]
        for row, key in self.c_only.items():
            if key not in self.c_only_reasons:
                self.faults.append(f"parity.ini: {row} is '{key}', which is no reason of [c only reasons]")
        return answers

    def find_row(self, name):
        if name in self.rows:
            return name
        return next((row for row in self.rows if "*" in row and fnmatch.fnmatchcase(name, row)), None)

    def versions_of(self, name):
        return {version for version, signature in self.signatures[name].items() if signature != "-"}

    def names_of_c(self):
        """The Python names that each C name stands for."""
        found = {}
        for name, answer in self.answers.items():
            for c_name in answer if isinstance(answer, list) else []:
                found.setdefault(c_name, []).append(name)
        return found


# --- Checking ----------------------------------------------------------------

def read_declarations(headers):
    """Functions and other names that the headers declare. Comments and the bodies of macros declare nothing."""
    functions, others = set(), set()
    for header in headers:
        text = pathlib.Path(header).read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.DOTALL).replace("\\\n", " ")
        functions.update(re.findall(r"^#define (asyncio_\w+)\(", text, re.MULTILINE))
        others.update(re.findall(r"^#define (ASYNCIO_\w+)", text, re.MULTILINE))
        text = re.sub(r"^\s*#[^\n]*", " ", text, flags=re.MULTILINE)
        others.update(re.findall(r"\b(?:Asyncio|ASYNCIO_)\w+", text))
        text = re.sub(r"G_DEFINE_\w+ *\([^)]*\)", " ", text)
        # A declaration's name stands before its first parenthesis, after its type.
        functions.update(re.findall(r"[\w*] *\b(asyncio_\w+) *\(", text))
    return functions, others


def check_names(parity, functions, others):
    named = parity.names_of_c()
    for c_name, names in named.items():
        if c_name not in functions | others:
            yield f"{', '.join(names)}: no public header declares {c_name}"
    used = set()
    for function in sorted(functions):
        row = next((row for row in parity.c_only if fnmatch.fnmatchcase(function, row)), None)
        if function in named and row in parity.c_only and row == function:
            yield f"{function} has a row in [c only], and is {', '.join(named[function])} as well"
        if row is not None:
            used.add(row)
        elif function not in named:
            yield f"{function}() is declared, and parity.ini does not name it"
    yield from (f"[c only] has {row}, which no public header declares" for row in parity.c_only if row not in used)


def read_symbols(library):
    listing = subprocess.run(["nm", "--defined-only", "--extern-only", library], check=True, stdout=subprocess.PIPE,
                             universal_newlines=True).stdout
    return set(re.findall(r" T (asyncio_\w+)$", listing, re.MULTILINE))


def check_versions(parity, libraries):
    """A version's library has a function if, and only if, that version of Python has its name."""
    symbols = {version: read_symbols(library) for version, library in libraries.items()}
    anywhere = set().union(*symbols.values())
    apart = {"early": {}, "late": {}}
    for c_name, names in parity.names_of_c().items():
        if c_name not in anywhere:  # A type, a constant or a macro, which has no place in a library.
            continue
        python = set().union(*(parity.versions_of(name) for name in names))
        for version in symbols:
            has = c_name in symbols[version]
            if has != (version in python):
                apart["early" if has else "late"].setdefault(c_name, set()).add(version)
    for section, listed in ("early", parity.early), ("late", parity.late):
        for c_name in sorted({*apart[section], *listed}):
            found, wanted = apart[section].get(c_name, set()), set(listed.get(c_name, ":").partition(":")[0].split())
            names = ", ".join(parity.names_of_c().get(c_name, ["nothing"]))
            for version in sorted(found - wanted):
                yield f"{version}: {c_name}() comes too {section} beside Python's {names}, which parity.ini does not list"
            for version in sorted(wanted - found):
                yield f"[{section}] has {c_name} in {version} without need"


def check(headers, libraries):
    parity = Parity()
    functions, others = read_declarations(headers)
    faults = parity.faults + list(check_names(parity, functions, others))
    if libraries:
        faults += check_versions(parity, libraries)
    for fault in faults:
        print(fault)
    print(f"{len(parity.kinds)} names of Python, {len(functions)} functions of C, {len(faults)} faults")
    return 1 if faults else 0


# --- The page ----------------------------------------------------------------



def lay_out_name(parity, name):
    answer = parity.answers[name]
    if isinstance(answer, str):
        cell = f"[none: {answer}](@ref parity_{answer})"
    else:
        cell = ", ".join(c_name + ("()" if c_name.startswith("asyncio_") else "") for c_name in answer)
    # A function whose signature has changed says so: "2" is the second form that it has.
    marks, forms = [], []
    for version in parity.versions:
        signature = parity.signatures[name][version]
        if signature == "-":
            marks.append(" ")
            continue
        if signature not in forms:
            forms.append(signature)
        marks.append("yes" if len(forms) == 1 or isinstance(answer, str) else f"yes, {'abcdef'[len(forms) - 1]}")
    shown = name.rpartition(".")[2] if "." in name else name
    return "| `" + shown + "` | " + cell + " | " + " | ".join(marks) + " |"


def lay_out_signatures(parity, name):
    """The forms of a function whose signature was not always the same."""
    forms = {}
    for version in parity.versions:
        signature = parity.signatures[name][version]
        if signature not in "-+":
            forms.setdefault(signature, []).append(version)
    if len(forms) < 2:
        return
    yield f"- `{name}`"
    for letter, (signature, versions) in zip("abcdef", forms.items()):
        yield f"  - {letter}, {', '.join(versions)}: `{signature}`"


def write_page(output):
    parity = Parity()
    heading = f"| Python | C | {' | '.join(parity.versions)} |\n|---|---|{'---|' * len(parity.versions)}"
    n_named = sum(isinstance(answer, list) for answer in parity.answers.values())
    lines = [
        "# Python's names and ours {#parity_page}\n",
        f"Every public name of `asyncio` in Python {parity.versions[0]} to {parity.versions[-1]}, as the interpreters tell",
        f"it, beside its name in C: {len(parity.kinds)} names, of which {n_named} have one.",
        "Where there is none, the entry says why.",
        "A column says whether that version of Python has the name; a letter tells [signatures](@ref parity_signatures) apart.",
        "The library of a version has the functions that its Python has, apart from what is [listed](@ref parity_apart).\n",
        "# Why C has none {#parity_reasons}\n",
    ]
    for key, reason in parity.reasons.items():
        lines += [f"## {key} {{#parity_{key}}}\n", " ".join(reason.split()) + "\n"]

    lines += ["# Of the module {#parity_module}\n", heading]
    lines += [lay_out_name(parity, name) for name, kind in parity.kinds.items() if kind != "class" and is_of_module(name)]
    for owner in (name for name, kind in parity.kinds.items() if kind == "class"):
        members = [name for name in parity.kinds if name.rpartition(".")[0] == owner]
        lines += [f"\n# {owner} {{#parity_{owner.replace('.', '_')}_class}}\n", heading]
        lines += [lay_out_name(parity, name) for name in [owner, *members]]

    lines += ["\n# Signatures that changed {#parity_signatures}\n"]
    for name, answer in parity.answers.items():
        if isinstance(answer, list):
            lines += lay_out_signatures(parity, name)
    lines += ["\n# Where a library and its Python differ {#parity_apart}\n", "| C | Its library | Why |\n|---|---|---|"]
    for when, entries in ("has it, Python has not", parity.early), ("has it not, Python has", parity.late):
        for c_name, entry in entries.items():
            versions, _, reason = entry.partition(":")
            lines += [f"| {c_name}() | {when}: {', '.join(versions.split())} | {' '.join(reason.split())} |"]
    lines += ["\n# What only C has {#parity_c_only}\n", "| C | Why |\n|---|---|"]
    lines += [f"| `{row}` | {' '.join(parity.c_only_reasons[key].split())} |" for row, key in parity.c_only.items()]
    pathlib.Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def is_of_module(name):
    return "." not in name or name.startswith("subprocess.") and name.count(".") == 1


def main():
    parser = argparse.ArgumentParser(description="The public names of asyncio beside those of C.")
    commands = parser.add_subparsers(dest="command", required=True)
    page = commands.add_parser("page", help="write the page of the documentation")
    page.add_argument("output")
    checking = commands.add_parser("check", help="see whether all agree")
    checking.add_argument("header", nargs="+", help="a public header")
    checking.add_argument("--library", action="append", default=[], metavar="VERSION=FILE", help="the library of a version")
    arguments = parser.parse_args()
    if arguments.command == "page":
        return write_page(arguments.output)
    return check(arguments.header, dict(entry.split("=", 1) for entry in arguments.library))


if __name__ == "__main__":
    sys.exit(main())
