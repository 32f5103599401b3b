/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Context variables (`Lib/contextvars.py`, `Python/context.c`; PEP 567).
 *
 * A context variable is a global variable of which each task has its own value: the user on whose behalf it
 * works, the number of the request for the log. What a task sets, its callees see, and so do the tasks,
 * callbacks and threads that it starts *afterwards*; nobody else does.
 *
 * Python's `contextvars.Context` is #AsyncioContextVars here; its methods are `asyncio_context_x()`.
 *
 * Variables and contexts may be used in all threads. A value is shared by all contexts that were copied while
 * it was set, and is freed in the thread that gives up the last of them.
 */

#include <asyncio/types.h>

G_BEGIN_DECLS

/** A variable with a value of its own in each context, `contextvars.ContextVar`. */
typedef struct _AsyncioContextVar AsyncioContextVar;

/** What undoes a asyncio_context_var_set(), `contextvars.Token`. */
typedef struct _AsyncioContextToken AsyncioContextToken;

/**
 * What asyncio_context_run() calls.
 *
 * @param user_data  what was given with it
 * @param error  where to put an error, never NULL
 * @return the value that asyncio_context_run() returns
 */
typedef gpointer (*AsyncioContextVarsFunc) (gpointer   user_data,
                                            GError   **error);

/**
 * Makes a context variable without a default, `contextvars.ContextVar(name)`.
 *
 * @param name  its name for messages, which is copied
 * @return (transfer full): the variable. Contexts keep the variables for which they have a value
 */
AsyncioContextVar *asyncio_context_var_new (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes a context variable with a default, `contextvars.ContextVar(name, default=value)`.
 *
 * @param name  its name for messages, which is copied
 * @param value  (nullable): what it is where it was not set
 * @param destroy  (nullable): frees @p value, unless that is NULL, when the variable is freed
 * @return (transfer full): the variable
 */
AsyncioContextVar *asyncio_context_var_new_with_default (const char     *name,
                                                         gpointer        value,
                                                         GDestroyNotify  destroy) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference; from any thread. @return (transfer full): @p var */
AsyncioContextVar *asyncio_context_var_ref (AsyncioContextVar *var);

/** Gives up a reference; from any thread. */
void asyncio_context_var_unref (AsyncioContextVar *var);

/** The name of a variable, `ContextVar.name`. @return (transfer none) */
const char *asyncio_context_var_get_name (AsyncioContextVar *var);

/**
 * The value of a variable in the current context, else its default, `ContextVar.get()`.
 *
 * @param var  a variable
 * @param error  LookupError when it has neither
 * @return (transfer none) (nullable): the value, valid until this context gets another one; NULL with an
 *   error, or as a value
 */
gpointer asyncio_context_var_get (AsyncioContextVar  *var,
                                  GError            **error);

/**
 * The value of a variable in the current context, else the given one, `ContextVar.get(default)`.
 *
 * @param var  a variable, whose own default does not count
 * @param value  (nullable): what to return when it was not set
 * @return (transfer none) (nullable): as for asyncio_context_var_get(), or @p value
 */
gpointer asyncio_context_var_get_or (AsyncioContextVar *var,
                                     gpointer           value);

/**
 * Sets a variable in the current context, `ContextVar.set()`.
 *
 * @param var  a variable
 * @param value  (nullable): the value, which the context and its copies keep
 * @param destroy  (nullable): frees @p value, unless that is NULL, when no context has it any more
 * @param token  (out) (optional) (transfer full): where to put a token for asyncio_context_var_reset()
 */
void asyncio_context_var_set (AsyncioContextVar    *var,
                              gpointer              value,
                              GDestroyNotify        destroy,
                              AsyncioContextToken **token);

/**
 * Makes a variable what it was before the asyncio_context_var_set() that gave the token, `ContextVar.reset()`.
 *
 * @param var  a variable
 * @param token  a token, which stays the caller's
 * @param error  RuntimeError "<Token ...> has already been used once"; ValueError "<Token ...> was created by a
 *   different ContextVar", "<Token ...> was created in a different Context"
 * @return TRUE if it was reset
 */
gboolean asyncio_context_var_reset (AsyncioContextVar    *var,
                                    AsyncioContextToken  *token,
                                    GError              **error);

/** The variable that was set, `Token.var`. @return (transfer none) */
AsyncioContextVar *asyncio_context_token_get_var (AsyncioContextToken *token);

/**
 * What the variable was before, `Token.old_value`.
 *
 * @param token  a token
 * @param value  (out) (optional) (transfer none) (nullable): the value, valid as long as the token
 * @return FALSE if it was not set, `Token.MISSING`
 */
gboolean asyncio_context_token_get_old_value (AsyncioContextToken *token,
                                              gpointer            *value);

/** Frees a token. @p token: (transfer full) */
void asyncio_context_token_free (AsyncioContextToken *token);

/** Makes an empty context, `contextvars.Context()`. @return (transfer full) */
AsyncioContextVars *asyncio_context_new (void) G_GNUC_WARN_UNUSED_RESULT;

/** Copies the current context, `contextvars.copy_context()`. It costs the same however much is in it. @return (transfer full) */
AsyncioContextVars *asyncio_copy_context (void) G_GNUC_WARN_UNUSED_RESULT;

/** Copies a context, `Context.copy()`; from any thread, also while it is entered. @return (transfer full) */
AsyncioContextVars *asyncio_context_copy (AsyncioContextVars *context) G_GNUC_WARN_UNUSED_RESULT;

/** Takes a reference to the same context; from any thread. @return (transfer full): @p context */
AsyncioContextVars *asyncio_context_ref (AsyncioContextVars *context);

/** Gives up a reference; from any thread. */
void asyncio_context_unref (AsyncioContextVars *context);

/**
 * Calls a function with a context as the current one, `Context.run()`. What it sets stays in that context.
 *
 * As in Python the function is a plain one: it cannot await, also when a coroutine calls this. To have a coroutine in a
 * context, make a task in it: asyncio_loop_create_task_with_context().
 *
 * @param context  a context; it may have been made in another thread
 * @param func  the function
 * @param user_data  what it gets
 * @param error  the function's error; RuntimeError "cannot enter context: <Context object at ...> is already
 *   entered" when it is current somewhere, in this thread or another
 * @return what the function returns; NULL with an error
 */
gpointer asyncio_context_run (AsyncioContextVars      *context,
                              AsyncioContextVarsFunc   func,
                              gpointer                 user_data,
                              GError                 **error);

/** Whether a variable was set in a context, `var in context`; from any thread. */
gboolean asyncio_context_contains (AsyncioContextVars *context,
                                   AsyncioContextVar  *var);

/**
 * The value that a variable has in a context, `Context.get()`. Defaults do not count.
 *
 * @param context  a context
 * @param var  a variable
 * @return (transfer none) (nullable): the value, or NULL if it was not set. It is valid until this context gets
 *   another one: where another thread may enter the context meanwhile, look into a copy
 */
gpointer asyncio_context_get (AsyncioContextVars *context,
                              AsyncioContextVar  *var);

/** How many variables were set in a context, `len(context)`; from any thread. */
guint asyncio_context_get_length (AsyncioContextVars *context);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioContextVar, asyncio_context_var_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioContextToken, asyncio_context_token_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioContextVars, asyncio_context_unref)

G_END_DECLS
