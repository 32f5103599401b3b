"""Measures the core beside Python's asyncio and prints one table: compare.py --program build/bench/bench-core [OPTION...]

With --program build/bench/bench-eager --eager it is eager tasks beside lazy ones, and a second table says how much faster they are.

A machine is never quiet, and gets slower and faster while one measures. So the programs run in turn, ours and each peer's, again and
again, in the other order each time; a ratio is one of medians, and beside it stand the smallest and the largest ratio of all
rounds. Each measurement is a process of its own, and what counts is the CPU time that it used. Where threads meet, all of
them are on one CPU: else the figure would be what it costs to wake an idle CPU up.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys

WORKLOADS = pathlib.Path(__file__).resolve().parent / "workloads.py"
PROGRAMS = ["python3", "python3.12", "python3.13"]
OLDEST = (3, 7)
OLDEST_EAGER = (3, 12)
MIN_PAIRS = 7

# What a peer tells about itself: the file that it is, its version, and that of its uvloop.
ASK = """
import sys
try:
    from uvloop import __version__ as uvloop
except ImportError:
    uvloop = ""
print(sys.executable, "%d.%d.%d" % sys.version_info[:3], uvloop, sep="\\n")
"""


class Failure(Exception):
    """Something that the user must be told in one line."""


class Peer:
    """A Python, with its own event loop or with uvloop's."""

    def __init__(self, path, version, uvloop=None, eager=False):
        self.path = path
        self.version = version
        self.name = f"uvloop {uvloop} on {version}" if uvloop else f"CPython {version}"
        self.command = [path, str(WORKLOADS)] + (["--uvloop"] if uvloop else []) + (["--eager"] if eager else [])


def run(command, cpu=None):
    """Runs a command, on one CPU if that is given, and returns what it printed."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=None if cpu is None else lambda: os.sched_setaffinity(0, {cpu}),
        )
    except OSError as error:
        raise Failure(f"cannot run {command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise Failure(f"{' '.join(command)}: {last}")
    return done.stdout


# --- Peers


def ask_peer(path, eager=False):
    """The peers that a Python is: with its own loop, and with uvloop if it has that."""
    executable, version, uvloop = run([path, "-c", ASK]).split("\n")[:3]
    oldest = OLDEST_EAGER if eager else OLDEST
    if tuple(int(number) for number in version.split(".")) < oldest:
        raise Failure(f"{path} is Python {version}; the workloads need {oldest[0]}.{oldest[1]}")
    return [Peer(executable, version, eager=eager)] + ([Peer(executable, version, uvloop, eager)] if uvloop else [])


def pyenv_pythons():
    """The Pythons of pyenv by version, as 3.12."""
    root = pathlib.Path(os.environ.get("PYENV_ROOT", pathlib.Path.home() / ".pyenv"))
    found = {}
    for path in root.glob("versions/3.*/bin/python3"):
        version = tuple(int(part) for part in path.parent.parent.name.split(".") if part.isdigit())
        if version >= OLDEST:
            found[version] = str(path)
    return {f"python{version[0]}.{version[1]}": found[version] for version in sorted(found)}


def find_peers(with_pyenv, eager=False):
    """The peers of this machine, and the names of those that are not there."""
    pyenv = pyenv_pythons()
    peers, absent = {}, []
    for name in PROGRAMS + (sorted(pyenv) if with_pyenv else []):
        # What is on the PATH may be pyenv's switch, which has the version but does not let it run.
        for path in filter(None, [shutil.which(name), pyenv.get(name)]):
            try:
                peers.update((peer.name, peer) for peer in ask_peer(path, eager) if peer.name not in peers)
                break
            except Failure:
                continue
        else:
            absent.append(name)
    if not any(name.startswith("uvloop") for name in peers):
        absent.append("uvloop")
    return list(peers.values()), absent


# --- Measuring


def about(program):
    """How our program was built."""
    return dict(line.strip().split(": ", 1) for line in run([program, "--about"]).splitlines())


def measure(command, name, count):
    """Nanoseconds of CPU time for one operation."""
    pinned = max(os.sched_getaffinity(0)) if name.startswith("executor-") else None
    output = run(command + (["--count", str(count)] if count else []) + [name], pinned)
    try:
        told, operations, taken = output.split()
        if told != name or (count and int(operations) != count):
            raise ValueError
        return int(taken) / int(operations)
    except ValueError as error:
        raise Failure(f"{' '.join(command)}: cannot understand what it printed for {name}: {output!r}") from error


def measure_pairs(program, peers, name, pairs, count):
    """Measures ours and each peer in turn. Returns lists of nanoseconds, one for each round."""
    contestants = [("ours", [program])] + [(peer.name, peer.command) for peer in peers]
    taken = {who: [] for who, _ in contestants}
    for i in range(pairs):
        for who, command in contestants if i % 2 == 0 else reversed(contestants):
            taken[who].append(measure(command, name, count))
    return taken


def compare(ours, theirs):
    ratios = [b / a for a, b in zip(ours, theirs)]
    return {
        "ns": [round(ns, 1) for ns in theirs],
        "median_ns": round(statistics.median(theirs), 1),
        "ratio": round(statistics.median(theirs) / statistics.median(ours), 2),
        "ratio_min": round(min(ratios), 2),
        "ratio_max": round(max(ratios), 2),
    }


def summarize(taken):
    ours = taken["ours"]
    return {
        "ours": {"ns": [round(ns, 1) for ns in ours], "median_ns": round(statistics.median(ours), 1)},
        "peers": {who: compare(ours, ns) for who, ns in taken.items() if who != "ours"},
    }


# --- Telling


def number(value):
    """Three digits that count, and no more than there are."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def header(document):
    machine, build = document["machine"], document["build"]
    lines = [
        f"{document['date']}, {machine['processor']}, {machine['cpus']} CPUs, Linux {machine['kernel']}",
        f"build {build['build']} by {build['compiler']}, GLib {build['glib']}; rounds: {document['pairs']}",
    ]
    if build["optimised"] != "yes":
        lines.append("WARNING: this build is not optimised, its figures mean nothing: meson configure build -Dbuildtype=debugoptimized")
    if document["absent"]:
        lines.append(f"not there: {', '.join(document['absent'])}")
    return lines


def table_rows(workloads, peers):
    yield ["ns of CPU time per operation", "ours", "min..max"] + [cell for peer in peers for cell in (peer, "ratio", "min..max")]
    for name, result in workloads.items():
        ours = result["ours"]
        row = [name, number(ours["median_ns"]), f"{number(min(ours['ns']))}..{number(max(ours['ns']))}"]
        for peer in peers:
            theirs = result["peers"][peer]
            row += [number(theirs["median_ns"]), f"{number(theirs['ratio'])}x"]
            row.append(f"{number(theirs['ratio_min'])}..{number(theirs['ratio_max'])}")
        yield row


def print_table(document):
    rows = list(table_rows(document["workloads"], document["peers"]))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip())


def print_eager_table(document):
    """How many times as fast eager tasks are: the time of the lazy workload by that of the eager one, for ours and for each peer."""
    print()
    for name, result in document["workloads"].items():
        kind, _, way = name.rpartition("-")
        lazy = document["workloads"].get(f"{kind}-lazy")
        if way != "eager" or lazy is None:
            continue
        ratios = [("ours", lazy["ours"]["median_ns"] / result["ours"]["median_ns"])]
        ratios += [(who, lazy["peers"][who]["median_ns"] / result["peers"][who]["median_ns"]) for who in document["peers"]]
        print(f"{kind}: eager is as fast as lazy times", ", ".join(f"{ratio:.2f} ({who})" for who, ratio in ratios))


def processor():
    """What kind of processor the machine has."""
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


# --- The command line


def above(least):
    def convert(text):
        try:
            value = int(text)
        except ValueError:
            value = least - 1
        if value < least:
            raise argparse.ArgumentTypeError(f"must be a number from {least} on, not {text!r}")
        return value

    return convert


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measures the core beside Python's asyncio and prints one table.")
    parser.add_argument("--program", required=True, help="bench-core, in the build folder")
    parser.add_argument("--pairs", type=above(1), default=MIN_PAIRS, metavar="N",
                        help=f"rounds; {MIN_PAIRS} if nothing is said, and fewer prove nothing")
    parser.add_argument("--only", action="append", metavar="NAME", help="measure this workload only; can be given several times")
    parser.add_argument("--peer", action="append", metavar="PATH",
                        help="compare with this Python instead of those that are found; can be given several times")
    parser.add_argument("--pyenv", action="store_true", help="compare with all Pythons from 3.7 on that pyenv has as well")
    parser.add_argument("--eager", action="store_true", help="eager tasks beside lazy ones; the program is bench-eager")
    parser.add_argument("--count", type=above(1), metavar="N", help="operations of each workload instead of its own number; for tests")
    parser.add_argument("--json", metavar="FILE", help="write all that was measured to this file")
    options = parser.parse_args()

    if not os.access(options.program, os.X_OK):
        parser.error(f"there is no program {options.program}")
    known = [line.split()[0] for line in run([options.program, "--list"]).splitlines()]
    for name in options.only or []:
        if name not in known:
            parser.error(f"there is no workload {name!r}; there are {', '.join(known)}")
    options.names = [name for name in known if name in (options.only or known)]

    if options.json and not pathlib.Path(options.json).resolve().parent.is_dir():
        parser.error(f"there is no folder for {options.json}")
    try:
        options.peers = [peer for path in options.peer or [] for peer in ask_peer(path, options.eager)]
    except Failure as failure:
        parser.error(str(failure))
    return options


def main():
    options = parse_arguments()
    peers, absent = (options.peers, []) if options.peer else find_peers(options.pyenv, options.eager)

    document = {
        "schema": "asyncio-labs/bench/v1",
        "date": datetime.date.today().isoformat(),
        "machine": {"processor": processor(), "cpus": os.cpu_count(), "kernel": platform.release()},
        "build": about(options.program),
        "pairs": options.pairs,
        "peers": [peer.name for peer in peers],
        "absent": absent,
        "workloads": {},
    }
    print("\n".join(header(document)), flush=True)
    for name in options.names:
        if sys.stderr.isatty():
            print(f"{name} ...", file=sys.stderr, flush=True)
        document["workloads"][name] = summarize(measure_pairs(options.program, peers, name, options.pairs, options.count))

    print()
    print_table(document)
    if options.eager:
        print_eager_table(document)
    if options.json:
        try:
            pathlib.Path(options.json).write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise Failure(f"cannot write {options.json}: {error.strerror}") from error


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"compare.py: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
