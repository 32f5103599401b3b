#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws who has the GIL over time, as David Beazley did, from recordings of bench-gil.

    gil-picture.py OUTPUT.svg TITLE=RECORDING...

Each recording is a row of lanes, one for each thread. A lane is green while the thread has the GIL, red while it waits for it, and a blue line while it is
outside, waiting for something else. A triangle is a request: an interval has passed.
"""

import json
import sys
from html import escape

WIDTH = 900
LEFT = 110
LANE = 22
GAP = 8

COLOURS = {'has': '#2e9e4f', 'waits': '#d9483b', 'outside': '#5b8fd6'}


def read(path):
    """The spans (thread, state, begin, end) and requests (thread, time) of a recording, in milliseconds."""
    spans, requests, now = [], [], {}

    def become(thread, state, time):
        if thread in now and now[thread][0] is not None and time > now[thread][1]:
            spans.append((thread, now[thread][0], now[thread][1], time))
        now[thread] = (state, time)

    with open(path, encoding='utf-8') as lines:
        events = [json.loads(line) for line in lines]
    first = events[0]['t']
    for event in events:
        time = (event['t'] - first) / 1e6
        thread, kind = event['thread'], event['kind']
        if kind == 'gil-waits':
            become(thread, 'waits', time)
        elif kind == 'gil-taken':
            become(thread, 'has', time)
        elif kind == 'gil-dropped':
            # Who was asked wants it again at once; it only waits for the switch.
            become(thread, {'blocks': 'outside', 'asked to': 'waits'}.get(event['detail']), time)
        elif kind == 'mark' and event['name'] == 'asks for the GIL':
            requests.append((thread, time))

    return spans, requests


def draw(recordings):
    """An SVG of (title, spans, requests)."""
    longest = max(end for _, spans, _ in recordings for _, _, _, end in spans)
    scale = (WIDTH - LEFT - 20) / longest
    parts, y = [], 40
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10 ** 9) if longest / s <= 14)

    for title, spans, requests in recordings:
        threads = sorted({span[0] for span in spans})
        lanes = {thread: y + 26 + i * (LANE + GAP) for i, thread in enumerate(threads)}
        bottom = y + 26 + len(threads) * (LANE + GAP)
        parts.append(f'<text x="10" y="{y + 12}" class="title">{escape(title)}</text>')
        for i in range(int(longest / step) + 1):
            x = LEFT + i * step * scale
            parts.append(f'<line x1="{x:.1f}" y1="{y + 22}" x2="{x:.1f}" y2="{bottom}" class="grid"/>'
                         f'<text x="{x:.1f}" y="{bottom + 12}" class="time">{i * step}</text>')
        for thread, top in lanes.items():
            parts.append(f'<text x="10" y="{top + 15}">thread {threads.index(thread) + 1}</text>')
        for thread, state, begin, end in spans:
            x, width, top = LEFT + begin * scale, max((end - begin) * scale, 0.8), lanes[thread]
            if state == 'outside':
                parts.append(f'<line x1="{x:.1f}" y1="{top + LANE / 2}" x2="{x + width:.1f}" y2="{top + LANE / 2}" class="outside"/>')
            else:
                parts.append(f'<rect x="{x:.1f}" y="{top}" width="{width:.1f}" height="{LANE}" fill="{COLOURS[state]}"/>')
        for thread, time in requests:
            x, top = LEFT + time * scale, lanes[thread]
            parts.append(f'<path d="M{x - 4:.1f} {top - 5} h8 l-4 8 z" class="request"/>')
        y = bottom + 34

    legend = ''.join(f'<rect x="{LEFT + i * 190}" y="8" width="14" height="14" fill="{COLOURS[state]}"/>'
                     f'<text x="{LEFT + 20 + i * 190}" y="20">{text}</text>'
                     for i, (state, text) in enumerate((('has', 'has the GIL'), ('waits', 'waits for it'), ('outside', 'waits for something else'))))
    legend += f'<path d="M{LEFT + 580} 9 h12 l-6 12 z" class="request"/><text x="{LEFT + 600}" y="20">asks for it</text>'

    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}">'
            '<style>text{font:13px sans-serif;fill:#222}.title{font-weight:bold}.time{font-size:10px;text-anchor:middle;fill:#666}'
            '.grid{stroke:#ddd}.outside{stroke:#5b8fd6;stroke-width:4}.request{fill:#111}</style>'
            f'<rect width="100%" height="100%" fill="#fff"/>{legend}{"".join(parts)}'
            f'<text x="{WIDTH - 20}" y="{y - 8}" text-anchor="end">milliseconds</text></svg>\n')


def main():
    if len(sys.argv) < 3 or any('=' not in argument for argument in sys.argv[2:]):
        sys.exit(__doc__)

    recordings = [(title, *read(path)) for title, path in (argument.split('=', 1) for argument in sys.argv[2:])]
    with open(sys.argv[1], 'w', encoding='utf-8') as output:
        output.write(draw(recordings))


if __name__ == '__main__':
    main()
