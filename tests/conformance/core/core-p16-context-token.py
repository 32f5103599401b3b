# id: core-p16-context-token
# lab: core
# min: 3.7
# split: public
# rule: a variable without a value and a default raises LookupError; set() gives a token, and reset(token) makes the variable what it was before, also unset; a token works once, only for the variable that was set, and only in the context in which it was set.
# also: a refused reset changes nothing, and the token still works where it belongs; tokens may be used in any order; a task cannot reset what its creator set.
import contextvars
import re
from kit import T, pause, run, spawn

bare = contextvars.ContextVar("bare")
user = contextvars.ContextVar("user", default="nobody")


def words(exc):
    """An error's words, without the object that they begin with."""
    return "%s: %s" % (type(exc).__name__, re.sub(r"^<.*> ", "", str(exc)))


def reset(who, var, token):
    try:
        var.reset(token)
        T(who, "reset:", user.get())
    except (RuntimeError, ValueError) as e:
        T(who, "refused:", words(e))


def old(token):
    return "missing" if token.old_value is contextvars.Token.MISSING else token.old_value


async def child(token):
    T("child sees", user.get())
    reset("child", user, token)
    own = user.set("child")
    T("child's token has", old(own))
    reset("child", user, own)


async def main():
    try:
        bare.get()
    except LookupError as e:
        T("bare:", type(e).__name__)
    T("bare:", bare.get("given"), "user:", user.get(), user.get("given"))

    first = user.set("ann")
    second = user.set("bob")
    T("tokens have", old(first), old(second), first.var is user)
    reset("main", bare, second)
    await pause()
    spawn(child(second))
    await pause(2)
    T("main sees", user.get())
    reset("main", user, second)
    reset("main", user, second)
    reset("main", user, first)
    T("unset again:", user.get("given"))

    first = user.set("ann")
    second = user.set("bob")
    reset("out of order", user, first)
    reset("out of order", user, second)

run(main())
