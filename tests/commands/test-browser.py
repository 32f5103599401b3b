"""The reports of `lab grade` in a real browser: test-browser.py LAB-PROGRAM SUBMISSIONS

Each page is opened on a phone's screen and on a desktop's. It must show the score, have nothing that is wider than the screen, and the
differences between the traces must be there to be seen. Needs Chromium, and is skipped without.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

STUDENTS = {"ada": "100 / 100", "dora": "20 / 100", "fay": "0 / 100"}
SCREENS = {"phone": 360, "desktop": 1200}

# Runs in a copy of the page, and tells the frame around it what it has seen.
PROBE = """<script>
const shown = [...document.querySelectorAll("details")].some(d => d.open && d.getBoundingClientRect().height > 60);
parent.postMessage(["wide", document.documentElement.scrollWidth - innerWidth, "text",
  document.body.innerText.replace(/\\s+/g, " ").slice(0, 200), "shown", shown].join("|"), "*");
</script>"""

# No window of Chromium is as narrow as a phone, but a frame in it may be.
FRAME = """<!DOCTYPE html><title>nothing yet</title>
<script>addEventListener("message", event => document.title = event.data)</script>
<iframe src="%s" width="%d" height="800" frameborder="0"></iframe>"""


def open_page(chromium, page, profile):
    """What the probe saw: by how much the page is too wide, how its text begins, and whether a failure is unfolded."""
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
               f"--user-data-dir={profile}", "--window-size=1400,900", "--virtual-time-budget=5000", "--dump-dom", f"file://{page}"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    title = re.search(r"<title>wide\|(-?\d+)\|text\|(.*?)\|shown\|(true|false)</title>", run.stdout, re.DOTALL)
    if not title:
        raise AssertionError("the page did not run the probe")
    return int(title.group(1)), title.group(2), title.group(3) == "true"


def check(chromium, folder, out, student, score, name, screen):
    with open(os.path.join(out, "students", student, name), encoding="utf-8") as file:
        html = file.read()
    page = os.path.join(folder, f"{student}-{screen}-{name}")
    with open(page, "w", encoding="utf-8") as file:
        file.write(html.replace("</body>", PROBE + "</body>"))
    frame = os.path.join(folder, "frame.html")
    with open(frame, "w", encoding="utf-8") as file:
        file.write(FRAME % (os.path.basename(page), SCREENS[screen]))

    excess, text, shown = open_page(chromium, frame, os.path.join(folder, "profile"))
    assert excess <= 0, f"it is {excess} pixels wider than the screen"
    assert student in text, f"it does not begin with the student's name: {text}"
    if name == "report.html":
        assert score in text, f"it does not begin with the score {score}: {text}"
    if student == "dora":
        assert shown, "the first failure is not unfolded"


def main():
    lab, submissions = sys.argv[1:]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        print("1..0 # SKIP chromium is not installed")
        return 0

    tests = [(student, name, screen) for student in STUDENTS for name in ("report.html", "feedback.html") for screen in SCREENS]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        chosen = os.path.join(folder, "submissions")
        for student in STUDENTS:
            shutil.copytree(os.path.join(submissions, student), os.path.join(chosen, student))
        out = os.path.join(folder, "out")
        subprocess.run([lab, "grade", chosen, "--output", out], check=True, capture_output=True)

        print(f"1..{len(tests)}")
        for number, (student, name, screen) in enumerate(tests, 1):
            try:
                check(chromium, folder, out, student, STUDENTS[student], name, screen)
                print(f"ok {number} /browser/{student}/{name}/{screen}")
            except (AssertionError, subprocess.SubprocessError) as error:
                failures += 1
                print(f"not ok {number} /browser/{student}/{name}/{screen}")
                print(f"# {error}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
