# SPDX-License-Identifier: MIT
"""Runs tests in Python, and says what came of them as GLib's do."""

import subprocess
import tempfile


def run(tests, prefix):
    """Calls each test with a folder of its own. What an assertion says is the reason of a failure. Returns the exit status."""
    failures = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        name = prefix + test.__name__[5:].replace("_", "-")
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(folder)
                print(f"ok {number} {name}")
            except (AssertionError, subprocess.SubprocessError) as error:
                failures += 1
                print(f"not ok {number} {name}")
                print("# " + str(error).replace("\n", "\n# "))
    return 1 if failures else 0
