# id: core-f01-shield-result
# lab: core
# min: 3.6
# split: own
# rule: whoever gives the outer future of a shield a result of their own is in its way: if the inner one ends before the shield has learned of that, it tries the same, and the InvalidStateError goes to the exception handler.
# also: an outer future that was cancelled is no surprise; and a turn later the shield has let go of the inner one. (3.6 has never let go.)
# since 3.7: a turn later nothing happens any more
import asyncio
from kit import T, cut, loop_now, pause, run, state


def on_error(loop, context):
    T("handler:", cut(context["message"]), "|", type(context["exception"]).__name__)


async def attempt(label, turns, end):
    T(label)
    inner = loop_now().create_future()
    outer = asyncio.shield(inner)
    end(outer)
    await pause(turns)
    inner.set_result("of the inner one")
    await pause(3)
    T(state(outer))


async def main():
    loop_now().set_exception_handler(on_error)
    await attempt("result, same turn", 0, lambda outer: outer.set_result("its own"))
    await attempt("result, a turn later", 1, lambda outer: outer.set_result("its own"))
    await attempt("error, same turn", 0, lambda outer: outer.set_exception(ValueError("its own")))
    await attempt("cancel, same turn", 0, lambda outer: outer.cancel())

run(main())
