# id: core-f04-gather-asks
# lab: core
# min: 3.6
# split: own
# rule: gather that leaves errors in their places asks its children for them when all are done. If that never happens, the error of one that has failed is reported as never retrieved.
# also: without return_exceptions it asks each child at once.
# since 3.7: it asks when all are done (3.6 asks each at once)
import asyncio
import gc
from kit import T, handler, loop_now, pause, run


kept = []


async def attempt(label, return_exceptions):
    failed, pending = loop_now().create_future(), loop_now().create_future()
    gathering = asyncio.gather(failed, pending, return_exceptions=return_exceptions)
    failed.set_exception(ValueError(label))
    await pause(2)
    if gathering.done():
        T("gather", type(gathering.exception()).__name__)
    kept.extend([failed, pending, gathering])


async def main():
    handler(loop_now())
    await attempt("in its place", True)
    await attempt("raised", False)

run(main())
T("loop closed")
kept.clear()
gc.collect()
