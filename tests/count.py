"""Counts the tests of `meson test` runs: count.py TESTLOG.json [TESTLOG.json ...]

Meson counts programs. Most of ours are TAP programs with many tests each, some of which may be skipped; what a
reader wants to know is how many tests ran, and why which did not.
"""

import json
import re
import sys

passed, failed, skipped = 0, 0, []


def count(test):
    global passed, failed
    output = test.get("stdout", "")
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    cases = [re.fullmatch(r"(not )?ok\b[ \d]*(.*)", line) for line in output.splitlines()]
    cases = [case for case in cases if case]

    if test["result"] == "SKIP" and not cases:
        reason = re.search(r"SKIP\s*(.*)", output)
        skipped.append(f"{test['name']}: {reason.group(1) if reason else 'no reason given'}")
        return

    for case in cases:
        skip = re.search(r"(.*?)\s*# SKIP ?(.*)", case.group(2), re.IGNORECASE)
        if skip:
            skipped.append(f"{test['name']}: {skip.group(1)}: {skip.group(2)}")
        elif case.group(1):
            failed += 1
        else:
            passed += 1

    # A program that failed as a whole may have lost its tests; one without TAP is one test.
    if not good and not any(case.group(1) for case in cases):
        failed += 1
    elif good and not cases:
        passed += 1


for log in sys.argv[1:]:
    try:
        with open(log, encoding="utf-8") as file:
            for line in file:
                count(json.loads(line))
    except FileNotFoundError:
        print("no tests ran:", log)
        failed += 1

for reason in skipped:
    print("skipped:", reason)
print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
sys.exit(1 if failed or not passed else 0)
