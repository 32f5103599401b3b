# id: lab311-212-run-interrupted
# lab: lab311
# min: 3.11
# split: own
# rule: SIGINT while asyncio.run() runs cancels the main task, which cleans up; then run() raises KeyboardInterrupt. A main that swallows it just returns.
import asyncio
import signal
from kit import T, sleep


async def main(swallows):
    signal.raise_signal(signal.SIGINT)
    try:
        await sleep(50)
    except asyncio.CancelledError:
        T("main: CancelledError")
        if not swallows:
            raise
    return "a value"

for swallows in False, True:
    try:
        T("run ->", asyncio.run(main(swallows)))
    except KeyboardInterrupt:
        T("run: KeyboardInterrupt")
