"""Checks the links of a folder of HTML pages: check-links.py FOLDER

Every link and picture must lead to a file that is there, and every fragment to an anchor in it. Links to other sites are not
followed.
"""

import html.parser
import pathlib
import sys
import urllib.parse


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links = []
        self.anchors = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors.update(values[name] for name in ("id", "name") if values.get(name))
        for name in ("href", "src"):
            if values.get(name) and not (tag == "base"):
                self.links.append((self.getpos()[0], values[name]))


folder = pathlib.Path(sys.argv[1]).resolve()
pages = {path: Page(path) for path in sorted(folder.rglob("*.html"))}
n_links, dead = 0, []

for path, page in pages.items():
    for line, link in page.links:
        parts = urllib.parse.urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        n_links += 1
        target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
        fragment = urllib.parse.unquote(parts.fragment)
        if not target.exists():
            dead.append(f"{path.name}:{line}: {link}: there is no such file")
        elif fragment and target in pages and fragment not in pages[target].anchors:
            dead.append(f"{path.name}:{line}: {link}: there is no such anchor")

for text in dead:
    print(text)
print(f"{len(pages)} pages, {n_links} links, {len(dead)} dead")
sys.exit(1 if dead or not pages or not n_links else 0)
