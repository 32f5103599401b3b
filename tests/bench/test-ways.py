"""Threads, tasks and processes beside each other: test-ways.py BENCH-WAYS FOLDER-OF-THE-BENCHMARKS

The programs do a little of everything and print a line for each; what they draw is drawn from figures that are known. No test
looks at how long anything takes.
"""

import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import tap

PROGRAM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
DOCS = FOLDER.parent / "docs"
SVG = "{http://www.w3.org/2000/svg}"

CROWDS = (1, 2, 4, 8)
LENGTHS = (1, 64, 1024, 4096, 16384, 65536, 1 << 20, 1 << 24, 1 << 26)


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=200, check=False)


def rows(ways):
    """What a round has to measure."""
    wanted = {(job, way, str(n)) for job in ("cpu", "io") for way in ways for n in CROWDS}
    return wanted | {(what, "connection", str(n)) for what in ("round-trip", "one-way") for n in LENGTHS}


def check_measures(command, ways):
    done = run(*command, "--quick")
    assert done.returncode == 0 and done.stderr == "", done
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert len(lines) == len(rows(ways)) and {tuple(line[:3]) for line in lines} == rows(ways), done.stdout
    assert all(len(line) == 5 and float(line[3]) > 0 and float(line[4]) >= 0 for line in lines), done.stdout


def test_measures(_):
    check_measures([PROGRAM, "measure"], ["threads-gil", "threads-free", "tasks", "processes"])


def test_measures_python(_):
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    check_measures([sys.executable, FOLDER / "ways.py"], ["threads-gil" if has_gil else "threads-free", "tasks", "processes"])


def record(folder):
    """Figures of two of whom one has no threads without a GIL. The median of three runs of each is the middle one."""
    lines = ["# a remark"]
    for who, ways, factor in (("ours", ["threads-gil", "threads-free", "tasks", "processes"], 1),
                              ("CPython 3.13.0", ["threads-gil", "tasks", "processes"], 2)):
        for what, way, n in sorted(rows(ways)):
            lines += [f"{who}\t{what}\t{way}\t{n}\t{wall * factor}\t{wall * factor / 2}" for wall in (90000, 1000, 2000)]
    path = pathlib.Path(folder) / "figures"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_tables(folder):
    """Medians of the runs, with units; a way that somebody has not is no row."""
    done = run(PROGRAM, "draw", record(folder), folder)
    assert done.returncode == 0, done
    lines = done.stdout.splitlines()
    both = [2.0, 1.0] * 4
    assert "| threads, GIL | ours |" + "".join(f" {ms:.2f} ms |" for ms in both) in lines, done.stdout
    assert "| processes | CPython 3.13.0 |" + "".join(f" {2 * ms:.2f} ms |" for ms in both) in lines, done.stdout
    assert sum(line.startswith("| threads, no GIL |") for line in lines) == 2, done.stdout
    assert sum(line.startswith(("| threads", "| asyncio", "| processes")) for line in lines) == 2 * (4 + 3), done.stdout
    assert "| 1 MiB | 2.00 ms | 500 MiB/s | 4.00 ms | 250 MiB/s |" in lines, done.stdout
    assert sum(line.startswith("| ") and " MiB/s |" in line for line in lines) == len(LENGTHS), done.stdout


def test_pictures(folder):
    """A bar for each figure, as high as it is long; a mark for each length and who is measured; and words for who sees neither."""
    assert run(PROGRAM, "draw", record(folder), folder).returncode == 0
    for job in ("cpu", "io"):
        root = xml.etree.ElementTree.parse(f"{folder}/ways-{job}.svg").getroot()
        bars = [rect for rect in root.iter(SVG + "rect") if rect.get("class").startswith("bar ")]
        assert len(bars) == (4 + 3) * len(CROWDS) and len({bar.get("height") for bar in bars}) == 1, len(bars)
        assert sum(text.text == "–" for text in root.iter(SVG + "text")) == len(CROWDS)
        assert bars[0].find(SVG + "title").text == "ours, threads, GIL, 1: 2.00 ms"
        assert "CPython 3.13.0, processes: 1 worker 4.00 ms, 8 workers 4.00 ms." in root.find(SVG + "desc").text

    root = xml.etree.ElementTree.parse(f"{folder}/ways-messages.svg").getroot()
    marks = [path for path in root.iter(SVG + "path") if path.get("class").startswith("mark ")]
    assert len(marks) == 2 + 2 * 2 * len(LENGTHS), len(marks)
    assert "ours: a round trip of 1 B takes 2.00 ms" in root.find(SVG + "desc").text


def test_refuses(folder):
    """What is no recording is said, with the line."""
    path = pathlib.Path(folder) / "figures"
    for text, words in [("", "no figures"), ("# only a remark\n", "no figures"),
                        ("ours\tcpu\ttasks\t1\t5\n", "line 1: not a figure"), ("#\nours\tcpu\ttasks\t1\tfive\t5\n", "line 2: not a figure"), ("ours\tcpu\ttasks\t1\t-5\t5\n", "line 1")]:
        path.write_text(text, encoding="utf-8")
        done = run(PROGRAM, "draw", path, folder)
        assert done.returncode == 1 and words in done.stderr and done.stdout == "", (text, done)
    assert run(PROGRAM, "draw", f"{folder}/none", folder).returncode == 1
    assert run(PROGRAM, "draw", path, f"{folder}/none").returncode == 1
    for arguments in ([], ["measure", "--slow"], ["draw", path]):
        done = run(PROGRAM, *arguments)
        assert done.returncode == 2 and "usage: " in done.stderr, done


def test_documentation(folder):
    """The tables and pictures of the documentation are those of the figures recorded beside them."""
    done = run(PROGRAM, "draw", DOCS / "ways.tsv", folder)
    assert done.returncode == 0, done
    assert done.stdout in (DOCS / "ways.md").read_text(encoding="utf-8")
    for name in ("ways-cpu.svg", "ways-io.svg", "ways-messages.svg"):
        assert (DOCS / name).read_bytes() == pathlib.Path(folder, name).read_bytes(), name
    measured = {tuple(line.split("\t")[:4]) for line in (DOCS / "ways.tsv").read_text(encoding="utf-8").splitlines()}
    assert {("ours",) + row for row in rows(["threads-gil", "threads-free", "tasks", "processes"])} <= measured


TESTS = [test_measures, test_measures_python, test_tables, test_pictures, test_refuses, test_documentation]


if __name__ == "__main__":
    sys.exit(tap.run(TESTS, "/bench/ways/"))
