# id: lab311-211-sigint
# lab: lab311
# min: 3.11
# split: own
# rule: the first SIGINT cancels the main task of a Runner, which can clean up; then KeyboardInterrupt is raised. If main swallows the CancelledError run() returns its value. The second SIGINT raises KeyboardInterrupt at once.
# also: if somebody else cancelled main as well, CancelledError is raised; afterwards SIGINT is handled as before.
import asyncio
import signal
from kit import T, show, sleep


async def cleans_up():
    signal.raise_signal(signal.SIGINT)
    try:
        await sleep(50)
    finally:
        T("main: interrupted, cancelling", asyncio.current_task().cancelling())
        await sleep(1)
        T("main: cleaned up")


async def swallows():
    signal.raise_signal(signal.SIGINT)
    try:
        await sleep(50)
    except asyncio.CancelledError:
        T("main: swallows")
    await sleep(1)
    return "value"


async def twice():
    asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
    try:
        await sleep(50)
    except asyncio.CancelledError:
        T("main: interrupted")
    asyncio.get_running_loop().call_soon(signal.raise_signal, signal.SIGINT)
    try:
        await sleep(50)
    except asyncio.CancelledError:
        T("main: cancelled by close()")


async def cancelled_by_others():
    asyncio.get_running_loop().call_later(0, asyncio.current_task().cancel)
    signal.raise_signal(signal.SIGINT)
    try:
        await sleep(50)
    finally:
        await sleep(1)


def run(label, main):
    with asyncio.Runner() as runner:
        try:
            T(label, runner.run(main))
        except BaseException as e:
            T(label, "raised", show(e))
    T("as before", signal.getsignal(signal.SIGINT) is signal.default_int_handler)


run("cleans up:", cleans_up())
run("swallows:", swallows())
run("twice:", twice())
run("by others too:", cancelled_by_others())
