"""Tests what `meson install` gives.

Everything is installed into a folder of its own. Then a small program is built for each version, with what pkg-config says and nothing else, and
asked which Python it follows; and the demo of each lab is built for its version, and must print what tests/<lab>/demo.txt says, or in
any order the lines of demo-unordered.txt.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("--build", type=pathlib.Path, required=True)
parser.add_argument("--source", type=pathlib.Path, required=True)
parser.add_argument("--meson", required=True)
parser.add_argument("--compiler", nargs="+", required=True)
parser.add_argument("--versions", nargs="+", required=True)
parser.add_argument("--demos", nargs="+", required=True)
options = parser.parse_args()

WHICH = """
#include <asyncio/asyncio.h>

int
main (void)
{
  g_autoptr (AsyncioLoop) loop = asyncio_new_event_loop ();

  g_print ("%s\\n", asyncio_version_rules.version);
  asyncio_loop_close (loop, NULL);
  return 0;
}
"""


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Installed:
    """What was installed, and how to build with it."""

    def __init__(self, folder):
        self.folder = folder
        run(options.meson, "install", "-C", options.build, "--no-rebuild", "--destdir", folder)
        self.pkg_config_path = ":".join(sorted({str(path.parent) for path in folder.rglob("*.pc")}))

    def build(self, source, package, program):
        environment = dict(os.environ, PKG_CONFIG_PATH=self.pkg_config_path, PKG_CONFIG_SYSROOT_DIR=str(self.folder))
        flags = run("pkg-config", "--cflags", "--libs", package, env=environment).split()
        # The sysroot is meant for a whole system, but GLib is where it always is.
        flags = [flag if os.path.exists(re.sub("^-[IL]", "", flag)) or not flag.startswith(("-I", "-L"))
                 else flag.replace(str(self.folder), "", 1) for flag in flags]
        run(*options.compiler, "-D_GNU_SOURCE", "-Wall", "-Werror", "-o", program, source, *flags)
        return program


def check_version(installed, version):
    source = installed.folder / f"which-{version}.c"
    source.write_text(WHICH)
    said = run(installed.build(source, f"asyncio-{version}", source.with_suffix("")))
    assert said == f"{version}\n", said


def check_demo(installed, folder, package):
    source = options.source / "labs" / folder / "demo.c"
    if package.startswith("asyncio-"):
        program = installed.build(source, package, installed.folder / f"demo-of-{folder}")
    else:
        program = options.build / "labs" / package  # of a lab that made no version
    said = re.sub(r"\S*/(\w+\.c:\d+)", r"\1", run(program))  # a place is printed as the compiler was told of it
    lines = said.splitlines()
    expected = options.source / "tests" / folder / "demo.txt"
    if not expected.exists():  # the threads of this one print in any order
        expected = expected.with_name("demo-unordered.txt")
        lines.sort()
    assert lines == expected.read_text().splitlines(), f"it printed\n{said}and not what {expected.name} says"


def main():
    cases = [(f"asyncio-{version}", check_version, (version,)) for version in options.versions]
    cases += [(f"demo of {folder}", check_demo, (folder, package)) for folder, _, package in
              (demo.partition("=") for demo in options.demos)]
    failed = False

    print(f"1..{len(cases)}")
    with tempfile.TemporaryDirectory() as folder:
        installed = Installed(pathlib.Path(folder))
        for number, (name, check, arguments) in enumerate(cases, 1):
            try:
                check(installed, *arguments)
                print(f"ok {number} {name}")
            except (AssertionError, OSError, RuntimeError) as error:
                failed = True
                print(f"not ok {number} {name}")
                print("".join(f"# {line}\n" for line in str(error).splitlines()), end="")
    return failed


sys.exit(main())
