# id: core-307-fetch-data
# lab: core
# min: 3.6
# split: own
# rule: two coroutines under gather wait at the same time: both begin before one has ended, and two waits of two seconds take two, not four.
import asyncio
from kit import STEP, T, run, sleep, spawn


async def fetch_data(name):
    T(name, "Fetching data...")
    await sleep(2)
    T(name, "Data fetched")
    return name


async def main():
    loop = asyncio.get_event_loop()
    started = loop.time()
    T("gather gave", await asyncio.gather(spawn(fetch_data("first")), spawn(fetch_data("second"))))
    T("steps taken", int((loop.time() - started) / STEP + 0.01))

run(main())
