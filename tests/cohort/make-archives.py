"""Makes the archives of the sample cohort: python3 make-archives.py

They are in the tree as they are, because a damaged archive, or one whose paths lead out of it, is nothing that a tool
makes willingly. This is how they were made.
"""

import io
import os
import tarfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
SUBMISSIONS = os.path.join(HERE, "submissions")
TIME = (2026, 1, 1, 0, 0, 0)


def read(*parts):
    with open(os.path.join(SUBMISSIONS, *parts), "rb") as file:
        return file.read()


def write(name, content):
    with open(os.path.join(SUBMISSIONS, name), "wb") as file:
        file.write(content)


def make_zip(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, TIME), content)
    return out.getvalue()


def make_tar(files, mode):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=tarfile.GNU_FORMAT) as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


right = read("hana", "runners.c")

write("ben.zip", make_zip({"ben/runners.c": right, "__MACOSX/ben/._runners.c": b"resource fork"}))
write("finn.tar.xz", make_tar({"labs/3.7-run/runners.c": read("emil", "runners.c")}, "w:xz"))
write("pia.tar.gz", make_tar({}, "w:gz"))
write("quin.tar.gz", make_tar({"../../../labs/3.7-run/runners.c": right, "runners.c": right}, "w:gz"))
write("rob.zip", make_zip({"runners.c": right})[:900])
