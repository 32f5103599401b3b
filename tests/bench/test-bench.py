"""The benchmarks: test-bench.py BENCH-CORE BENCH-EAGER FOLDER-OF-THE-BENCHMARKS

The programs do each workload a few times and count. The driver is given programs that only pretend to measure, with figures
that are known, so its table can be compared to the letter. No test looks at how long anything takes.
"""

import json
import os
import pathlib
import subprocess
import sys

import tap

BENCH_CORE, BENCH_EAGER, FOLDER = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
WORKLOADS, COMPARE = FOLDER / "workloads.py", FOLDER / "compare.py"

# Pretends to be bench-core, a Python or workloads.py. Each figure is for one call; what was called is written down in a log.
PRETENDER = """#!{python}
import pathlib, sys
folder, who, figures = pathlib.Path({folder!r}), {who!r}, {figures!r}
arguments = [argument for argument in sys.argv[1:] if not argument.endswith(".py")]
if arguments == ["--list"]:
    print({list!r})
elif arguments == ["--about"]:
    print("build: {build}\\noptimised: {optimised}\\ncompiler: gcc 1\\nglib: 2.0.0")
elif arguments[0] == "-c":
    print(sys.argv[0], {version!r}, "", sep="\\n")
else:
    log = folder / "log"
    calls = log.read_text().split() if log.exists() else []
    log.write_text(" ".join(calls + [who]))
    print({output})
"""


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=120, check=False, **options)


def pretend(folder, who, figures, **options):
    """Makes a program that says that its n-th call took figures[n] nanoseconds for an operation."""
    values = {
        "list": "spawn 100\ntimers 100", "build": "release", "optimised": "yes", "version": "3.13.0",
        "output": "arguments[-1], 100, figures[calls.count(who)] * 100",
    }
    values.update(options)
    path = pathlib.Path(folder) / who
    path.write_text(PRETENDER.format(python=sys.executable, folder=str(folder), who=who, figures=figures, **values), encoding="utf-8")
    path.chmod(0o755)
    return path


def table(output):
    """The lines after the empty one, without the space between columns."""
    return [line.split("  ") for line in output.split("\n\n", 1)[1].splitlines()]


def cells(line):
    return [cell.strip() for cell in line if cell.strip()]


def check_programs(command, least=10):
    """Each workload does what it is told to, for numbers below and above those of its workers."""
    names = [line.split()[0] for line in run(*command, "--list").stdout.splitlines()]
    assert len(names) > least, names
    for count in (1, 7, 1203):
        done = run(*command, "--count", count)
        assert done.returncode == 0, done.stderr
        lines = [line.split() for line in done.stdout.splitlines()]
        assert [line[:2] for line in lines] == [[name, str(count)] for name in names], done.stdout
        assert all(int(line[2]) > 0 for line in lines), done.stdout


def test_c_program(_):
    check_programs([BENCH_CORE])


def test_python_program(_):
    check_programs([sys.executable, WORKLOADS])


def test_eager_program(_):
    check_programs([BENCH_EAGER], 5)


def test_same_workloads(_):
    """The same names, the same numbers of operations."""
    assert run(BENCH_CORE, "--list").stdout == run(sys.executable, WORKLOADS, "--list").stdout
    assert run(BENCH_EAGER, "--list").stdout == run(sys.executable, WORKLOADS, "--eager", "--list").stdout


def test_idle_workload(_):
    """What does not do its work is no benchmark."""
    code = "import workloads; workloads.WORKLOADS['spawn'] = (lambda work: None, 5, False); workloads.measure('spawn', None)"
    done = run(sys.executable, "-B", "-c", code, cwd=FOLDER)
    assert done.returncode == 1 and done.stdout == "", done
    assert "spawn did 0 operations, not 5" in done.stderr, done.stderr


def test_usage(folder):
    """What cannot be understood is said, with exit status 2."""
    compare = [sys.executable, COMPARE, "--program", BENCH_CORE]
    missing = pathlib.Path(folder) / "missing"
    for command, words in [
        ([BENCH_CORE, "swim"], 'no workload "swim"'),
        ([BENCH_CORE, "--count=-1"], "--count"),
        ([BENCH_CORE, "--count=many"], "many"),
        ([BENCH_CORE, "--swim"], "--swim"),
        ([sys.executable, WORKLOADS, "swim"], 'no workload "swim"'),
        ([sys.executable, WORKLOADS, "--count", "0"], "above zero"),
        ([sys.executable, COMPARE], "--program"),
        ([sys.executable, COMPARE, "--program", missing], "there is no program"),
        (compare + ["--only", "swim"], "no workload 'swim'; there are spawn, "),
        (compare + ["--pairs", "0"], "from 1 on, not '0'"),
        (compare + ["--pairs", "many"], "from 1 on, not 'many'"),
        (compare + ["--count", "1.5"], "from 1 on, not '1.5'"),
        (compare + ["--peer", missing], "cannot run"),
        (compare + ["--json", missing / "file"], "there is no folder"),
        (compare + ["more"], "more"),
    ]:
        done = run(*command)
        assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr, (command, done)


def test_table(folder):
    """The ratio is that of the medians; beside it stand the smallest and the largest of all rounds."""
    ours = pretend(folder, "ours", [100, 400, 200])
    peer = pretend(folder, "peer", [1000, 2000, 3500])
    done = run(sys.executable, COMPARE, "--program", ours, "--peer", peer, "--pairs", 3, "--only", "timers", "--json", f"{folder}/json")
    assert done.returncode == 0, done.stderr
    rows = [cells(line) for line in table(done.stdout)]
    assert rows[0] == ["ns of CPU time per operation", "ours", "min..max", "CPython 3.13.0", "ratio", "min..max"], rows
    assert rows[1] == ["timers", "200", "100..400", "2000", "10x", "5..17.5"], rows
    assert "build release by gcc 1, GLib 2.0.0; rounds: 3" in done.stdout, done.stdout
    assert "WARNING" not in done.stdout and "not there" not in done.stdout, done.stdout

    document = json.loads(pathlib.Path(f"{folder}/json").read_text(encoding="utf-8"))
    assert document["schema"] == "asyncio-labs/bench/v1" and document["pairs"] == 3, document
    assert document["workloads"] == {
        "timers": {
            "ours": {"ns": [100.0, 400.0, 200.0], "median_ns": 200.0},
            "peers": {
                "CPython 3.13.0": {
                    "ns": [1000.0, 2000.0, 3500.0], "median_ns": 2000.0, "ratio": 10.0, "ratio_min": 5.0, "ratio_max": 17.5,
                },
            },
        },
    }, document


def test_eager_table(folder):
    """With --eager a second table says how many times as fast as the lazy tasks the eager ones are; an older Python is refused."""
    names = "one-lazy 100\none-eager 100"
    ours = pretend(folder, "ours", [120, 100], list=names)
    peer = pretend(folder, "peer", [3000, 1000], version="3.12.1")
    command = [sys.executable, COMPARE, "--eager", "--program", ours, "--pairs", 1, "--count", 100, "--peer"]
    done = run(*command, peer)
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    assert last == "one: eager is as fast as lazy times 1.20 (ours), 3.00 (CPython 3.12.1)", done.stdout

    done = run(*command, pretend(folder, "old", [1], version="3.11.2"))
    assert done.returncode == 2 and "the workloads need 3.12" in done.stderr, done


def test_order(folder):
    """Who is first changes, so that a machine that gets slower is not held against one of them."""
    ours, peer = pretend(folder, "ours", [1] * 4), pretend(folder, "peer", [1] * 4)
    done = run(sys.executable, COMPARE, "--program", ours, "--peer", peer, "--pairs", 2)
    assert done.returncode == 0, done.stderr
    log = (pathlib.Path(folder) / "log").read_text(encoding="utf-8")
    assert log == "ours peer peer ours ours peer peer ours", log


def test_absent(folder):
    """A Python that is not there is named, and is no error."""
    ours = pretend(folder, "ours", [100])
    environment = {"PATH": folder, "PYENV_ROOT": folder, "HOME": folder}
    done = run(sys.executable, COMPARE, "--program", ours, "--pairs", 1, "--only", "spawn", env=environment)
    assert done.returncode == 0, done.stderr
    assert "not there: python3, python3.12, python3.13, uvloop" in done.stdout, done.stdout
    assert [cells(line) for line in table(done.stdout)][1] == ["spawn", "100", "100..100"], done.stdout


def test_found(folder):
    """Pythons are found on the PATH, and what is not there or does not run is looked for among pyenv's."""
    pretend(folder, "python3", [], version="3.11.2")
    pretend(folder, "python3.12", [], version="3.6.0")
    for version in ("3.12.1", "3.13.0", "3.9.1", "3.6.1"):
        (pathlib.Path(folder) / "versions" / version / "bin").mkdir(parents=True)
        pretend(f"{folder}/versions/{version}/bin", "python3", [], version=version)
    code = "import compare; peers, absent = compare.find_peers({}); print([peer.name for peer in peers], absent)"
    environment = {"PATH": folder, "PYENV_ROOT": folder, "HOME": folder}

    done = run(sys.executable, "-B", "-c", code.format(False), cwd=FOLDER, env=environment)
    assert done.stdout.strip() == "['CPython 3.11.2', 'CPython 3.12.1', 'CPython 3.13.0'] ['uvloop']", done
    done = run(sys.executable, "-B", "-c", code.format(True), cwd=FOLDER, env=environment)
    assert "'CPython 3.9.1'" in done.stdout and "3.6" not in done.stdout, done


def test_failures(folder):
    """What goes wrong while measuring is one line, and nothing is printed that looks like a result."""
    ours = pretend(folder, "ours", [1] * 9)
    for options, words in [
        ({"output": "1 / 0"}, "ZeroDivisionError"),
        ({"output": "'nothing to understand'"}, "cannot understand"),
        ({"output": "'spawn', 99, 1"}, "cannot understand"),
    ]:
        peer = pretend(folder, "peer", [], **options)
        done = run(sys.executable, COMPARE, "--program", ours, "--peer", peer, "--pairs", 1, "--count", 100, "--only", "spawn")
        assert done.returncode == 1 and words in done.stderr and "Traceback" not in done.stderr, done
        assert "operation" not in done.stdout, done.stdout


def test_not_optimised(folder):
    """A build that was not optimised is named as such."""
    ours = pretend(folder, "ours", [1], build="debug", optimised="no")
    done = run(sys.executable, COMPARE, "--program", ours, "--peer", sys.executable, "--pairs", 1, "--only", "spawn", "--count", 100)
    assert done.returncode == 0 and "WARNING: this build is not optimised" in done.stdout, done


def test_together(_):
    """The programs themselves, measured by the driver, also where they are kept on one CPU."""
    done = run(sys.executable, COMPARE, "--program", BENCH_CORE, "--peer", sys.executable, "--pairs", 2, "--count", 20,
               "--only", "executor-8", "--only", "spawn")
    assert done.returncode == 0, done.stderr
    assert [cells(line)[0] for line in table(done.stdout)] == ["ns of CPU time per operation", "spawn", "executor-8"], done.stdout


TESTS = [
    test_c_program, test_python_program, test_eager_program, test_same_workloads, test_idle_workload, test_usage, test_table,
    test_eager_table, test_order, test_absent, test_found, test_failures, test_not_optimised, test_together,
]


if __name__ == "__main__":
    sys.exit(tap.run(TESTS, "/bench/"))
