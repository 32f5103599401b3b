# id: core-t03-shield-lost-error
# lab: core
# min: 3.6
# split: public
# rule: when the waiter behind a shield is cancelled and the inner future fails later, nobody has asked for the error, and it is reported when the future goes.
# also: if it fails in the turn of the cancel, it is not: the shield learns of the cancel a turn later, and still takes the error for asked for. Somebody else who asks is enough.
# since 3.7: the error is reported (3.6 is silent)
import asyncio
import gc
from kit import T, handler, loop_now, pause, run


async def attempt(label, turns, ask):
    T(label)
    inner = loop_now().create_future()
    outer = asyncio.shield(inner)
    outer.cancel()
    await pause(turns)
    inner.set_exception(ValueError("lost"))
    await pause(3)
    if ask:
        T("asked:", type(inner.exception()).__name__)
    del inner, outer
    gc.collect()


async def main():
    handler(loop_now())
    await attempt("in the turn of the cancel", 0, False)
    await attempt("a turn later", 1, False)
    await attempt("a turn later, asked for", 1, True)
    T("the end")

run(main())
