/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The event loop (`Lib/asyncio/base_events.py`).
 *
 * A loop calls callbacks, one after the other, in one thread. It works in *turns*:
 *
 *     1. look which file descriptors are ready, and queue their callbacks
 *     2. queue the callbacks of the timers that are due
 *     3. call what is in the queue now; what these schedule waits for the next turn
 *
 * It is a GMainContext with one source, so GIO and everything else that uses
 * main contexts works inside it. All functions are for the loop's own thread,
 * except asyncio_loop_call_soon_threadsafe(), asyncio_loop_ref() and asyncio_loop_unref().
 */

#include <asyncio/coroutines.h>
#include <asyncio/events.h>
#include <asyncio/futures.h>

G_BEGIN_DECLS

/** What asyncio_loop_call_exception_handler() tells; all but the message may be NULL. */
typedef struct
{
  const char *message;     /**< what happened */
  const GError *exception; /**< the error */
  AsyncioFuture *future;   /**< the future that it concerns; also a task, if it is about its error */
  AsyncioHandle *handle;   /**< the callback that it concerns */
  AsyncioTask *task;       /**< the task that it concerns otherwise */

  /** Where that was made, "file:line", if it was made in debug mode. (In Python this is a list of stack frames.) */
  const char *source_traceback;
} AsyncioExceptionContext;

/**
 * Is told of errors that nobody else can be told of.
 *
 * @param loop  the loop
 * @param context  what happened; valid during the call
 * @param user_data  what was given to asyncio_loop_set_exception_handler()
 * @param error  where a handler that fails itself puts its error; it is logged
 */
typedef void (*AsyncioExceptionHandler) (AsyncioLoop                    *loop,
                                         const AsyncioExceptionContext  *context,
                                         gpointer                        user_data,
                                         GError                        **error);

/** Takes a reference; from any thread. */
AsyncioLoop *asyncio_loop_ref (AsyncioLoop *loop);

/** Gives up a reference; from any thread, but the last one in the loop's own. */
void asyncio_loop_unref (AsyncioLoop *loop);

/**
 * Schedules a callback for the next turn, `loop.call_soon()`.
 *
 * Callbacks are called in the order in which they were scheduled, each once.
 *
 * @param loop  a loop
 * @param callback  an #AsyncioCallback
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data, after the call or when it is not made
 * @param error  RuntimeError "Event loop is closed"; in debug mode also when called from another thread
 * @return (transfer none) (nullable): a handle, which the loop keeps until the callback
 *   was called: take a reference to keep it longer
 */
#define asyncio_loop_call_soon(loop, callback, user_data, destroy, error) \
  asyncio_loop_call_soon_named ((loop), (callback), (user_data), (destroy), G_STRINGIFY (callback), G_STRLOC, NULL, (error))

/**
 * Schedules a callback after a delay, `loop.call_later()`.
 *
 * A timer never fires early, and timers of one deadline fire in the order in which they were set.
 *
 * @param loop  a loop
 * @param delay  seconds; zero or less is due at once, in the next turn
 * @param callback  an #AsyncioCallback
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data, after the call or when it is not made
 * @param error  as for asyncio_loop_call_soon()
 * @return (transfer none) (nullable): as for asyncio_loop_call_soon()
 */
#define asyncio_loop_call_later(loop, delay, callback, user_data, destroy, error) \
  asyncio_loop_call_later_named ((loop), (delay), (callback), (user_data), (destroy), G_STRINGIFY (callback), G_STRLOC, \
                                 NULL, (error))

/**
 * Schedules a callback at a time, `loop.call_at()`.
 *
 * @param loop  a loop
 * @param when  a time of asyncio_loop_time(), in seconds
 * @param callback  an #AsyncioCallback
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data, after the call or when it is not made
 * @param error  as for asyncio_loop_call_soon()
 * @return (transfer none) (nullable): as for asyncio_loop_call_soon()
 */
#define asyncio_loop_call_at(loop, when, callback, user_data, destroy, error) \
  asyncio_loop_call_at_named ((loop), (when), (callback), (user_data), (destroy), G_STRINGIFY (callback), G_STRLOC, NULL, (error))

/**
 * Schedules a callback from any thread, `loop.call_soon_threadsafe()`, and wakes the loop if it sleeps.
 *
 * There is no handle: the callback may have run before the caller could look at it.
 *
 * @param loop  a loop, to which the caller has a reference
 * @param callback  an #AsyncioCallback, called in the loop's thread
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data in the loop's thread, or in this one with an error
 * @param error  RuntimeError "Event loop is closed"
 * @return TRUE if it was scheduled
 */
#define asyncio_loop_call_soon_threadsafe(loop, callback, user_data, destroy, error) \
  asyncio_loop_call_soon_threadsafe_named ((loop), (callback), (user_data), (destroy), G_STRINGIFY (callback), \
                                           G_STRLOC, NULL, (error))

/**
 * asyncio_loop_call_soon() with a context to run in, `loop.call_soon(context=context)`.
 *
 * Without one a callback runs in a copy of the context that was current when it was scheduled.
 *
 * @param loop  a loop
 * @param callback  an #AsyncioCallback
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data
 * @param context  (nullable): the context, not a copy of it; NULL for a copy of the current one
 * @param error  as for asyncio_loop_call_soon(). The callback is not called, and RuntimeError "cannot enter context:
 *   ..." reported, if the context is entered elsewhere when it is its turn
 * @return (transfer none) (nullable): as for asyncio_loop_call_soon()
 */
#define asyncio_loop_call_soon_with_context(loop, callback, user_data, destroy, context, error) \
  asyncio_loop_call_soon_named ((loop), (callback), (user_data), (destroy), G_STRINGIFY (callback), G_STRLOC, \
                                (context), (error))

/** asyncio_loop_call_later() with a context, as for asyncio_loop_call_soon_with_context(). */
#define asyncio_loop_call_later_with_context(loop, delay, callback, user_data, destroy, context, error) \
  asyncio_loop_call_later_named ((loop), (delay), (callback), (user_data), (destroy), G_STRINGIFY (callback), G_STRLOC, \
                                 (context), (error))

/** asyncio_loop_call_at() with a context, as for asyncio_loop_call_soon_with_context(). */
#define asyncio_loop_call_at_with_context(loop, when, callback, user_data, destroy, context, error) \
  asyncio_loop_call_at_named ((loop), (when), (callback), (user_data), (destroy), G_STRINGIFY (callback), G_STRLOC, \
                              (context), (error))

/** asyncio_loop_call_soon_threadsafe() with a context, as for asyncio_loop_call_soon_with_context(). */
#define asyncio_loop_call_soon_threadsafe_with_context(loop, callback, user_data, destroy, context, error) \
  asyncio_loop_call_soon_threadsafe_named ((loop), (callback), (user_data), (destroy), G_STRINGIFY (callback), \
                                           G_STRLOC, (context), (error))

/** asyncio_loop_call_soon() with a name and a place ("file:line") for messages, both static, and a context, or NULL. */
AsyncioHandle *asyncio_loop_call_soon_named (AsyncioLoop        *loop,
                                             AsyncioCallback     callback,
                                             gpointer            user_data,
                                             GDestroyNotify      destroy,
                                             const char         *name,
                                             const char         *location,
                                             AsyncioContextVars *context,
                                             GError            **error);

/** asyncio_loop_call_later() with a name and a place ("file:line") for messages, both static, and a context, or NULL. */
AsyncioHandle *asyncio_loop_call_later_named (AsyncioLoop        *loop,
                                              double              delay,
                                              AsyncioCallback     callback,
                                              gpointer            user_data,
                                              GDestroyNotify      destroy,
                                              const char         *name,
                                              const char         *location,
                                              AsyncioContextVars *context,
                                              GError            **error);

/** asyncio_loop_call_at() with a name and a place ("file:line") for messages, both static, and a context, or NULL. */
AsyncioHandle *asyncio_loop_call_at_named (AsyncioLoop        *loop,
                                           double              when,
                                           AsyncioCallback     callback,
                                           gpointer            user_data,
                                           GDestroyNotify      destroy,
                                           const char         *name,
                                           const char         *location,
                                           AsyncioContextVars *context,
                                           GError            **error);

/** asyncio_loop_call_soon_threadsafe() with a name and a place ("file:line") for messages, both static, and a context, or NULL. */
gboolean asyncio_loop_call_soon_threadsafe_named (AsyncioLoop        *loop,
                                                  AsyncioCallback     callback,
                                                  gpointer            user_data,
                                                  GDestroyNotify      destroy,
                                                  const char         *name,
                                                  const char         *location,
                                                  AsyncioContextVars *context,
                                                  GError            **error);

/** The loop's time, `loop.time()`, in seconds since some point in the past. */
double asyncio_loop_time (AsyncioLoop *loop);

/**
 * Makes a future of this loop, `loop.create_future()`.
 *
 * @param loop  a loop
 * @return (transfer full): a pending future
 */
#define asyncio_loop_create_future(loop) asyncio_future_new_at ((loop), G_STRLOC)

/**
 * Makes a task that will drive a coroutine, `loop.create_task()`. Its first step is taken in the next turn.
 *
 * It is made by the loop's task factory, if that has one. What that makes need not be a task: then nothing may be asked of
 * it but what a future knows.
 *
 * @param loop  a loop, running or not
 * @param coroutine  a coroutine; a floating one is taken over
 * @param error  TypeError when it is no coroutine; RuntimeError "Event loop is closed"; in debug mode also when called from
 *   another thread than the one in which the loop runs; the error of the task factory
 * @return (transfer full) (nullable): the task. The loop keeps it alive until it is done
 */
#define asyncio_loop_create_task(loop, coroutine, error) \
  asyncio_loop_create_task_full ((loop), (coroutine), NULL, NULL, G_STRLOC, (error))

/**
 * Makes a task that runs in a context, `loop.create_task(context=context)`, which came with Python 3.11.
 *
 * Without one a task gets a copy of the context that is current now. All its steps are taken in it.
 *
 * @param loop  a loop
 * @param coroutine  a coroutine; a floating one is taken over
 * @param context  (nullable): the context, not a copy of it; NULL for a copy of the current one
 * @param error  as for asyncio_loop_create_task()
 * @return (transfer full) (nullable): as for asyncio_loop_create_task()
 */
#define asyncio_loop_create_task_with_context(loop, coroutine, context, error) \
  asyncio_loop_create_task_full ((loop), (coroutine), NULL, (context), G_STRLOC, (error))

/**
 * Makes a task, with all that `loop.create_task(coro, name=name, context=context)` takes.
 *
 * A task factory is not told the name: the task gets it afterwards. Without a factory it has the name from the start.
 *
 * @param loop  a loop
 * @param coroutine  a coroutine; a floating one is taken over
 * @param name  (nullable): the task's name; NULL for one with the next number. Up to 3.7, where tasks have none, it is dropped
 * @param context  (nullable): the context, not a copy of it; NULL for a copy of the current one
 * @param location  (nullable): "file:line" of its creation, static; G_STRLOC. NULL for that of its coroutine's
 * @param error  as for asyncio_loop_create_task()
 * @return (transfer full) (nullable): as for asyncio_loop_create_task()
 */
AsyncioTask *asyncio_loop_create_task_full (AsyncioLoop         *loop,
                                            AsyncioCoroutine    *coroutine,
                                            const char          *name,
                                            AsyncioContextVars  *context,
                                            const char          *location,
                                            GError             **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Makes the tasks of a loop: what asyncio_loop_set_task_factory() takes.
 *
 * All that make tasks of coroutines call it: create_task(), ensure_future(), gather(), wait(), run_until_complete() and
 * the others. Most factories do something and then call asyncio_task_new(), perhaps with another coroutine, that awaits
 * this one. Any future will do, of any loop.
 *
 * @param loop  the loop, which is not closed
 * @param coroutine  (transfer none): what was given to create_task(). It need not be a coroutine: asyncio_task_new() checks
 * @param context  (nullable): the context that was asked for, since Python 3.11; NULL for a copy of the current one
 * @param user_data  what was given to asyncio_loop_set_task_factory()
 * @param error  where to put an error, never NULL: create_task() then gives that
 * @return (transfer full): the future, for a task ASYNCIO_FUTURE (task); NULL with an error
 */
typedef AsyncioFuture *(*AsyncioTaskFactory) (AsyncioLoop         *loop,
                                              AsyncioCoroutine    *coroutine,
                                              AsyncioContextVars  *context,
                                              gpointer             user_data,
                                              GError             **error);

/**
 * Sets what makes the tasks of a loop, `loop.set_task_factory()`.
 *
 * It may be replaced at any time, also by itself. The loop lets go of it when it is replaced, and when the loop is closed, so
 * its data may refer to the loop. A closed loop takes none.
 *
 * @param loop  a loop
 * @param factory  (nullable): the factory, or NULL for asyncio_task_new()
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data
 */
void asyncio_loop_set_task_factory (AsyncioLoop        *loop,
                                    AsyncioTaskFactory  factory,
                                    gpointer            user_data,
                                    GDestroyNotify      destroy);

/**
 * What makes the tasks of a loop, `loop.get_task_factory()`.
 *
 * @param loop  a loop
 * @param user_data  (out) (optional) (transfer none): what it gets
 * @return (nullable): the factory, NULL if there is none
 */
AsyncioTaskFactory asyncio_loop_get_task_factory (AsyncioLoop *loop,
                                                  gpointer    *user_data);

/**
 * Runs the loop until asyncio_loop_stop() is called, `loop.run_forever()`.
 *
 * @param loop  a loop that is not running
 * @param error  RuntimeError "Event loop is closed", "This event loop is already running", "Cannot run
 *   the event loop while another loop is running"; KeyboardInterrupt or SystemExit that a callback or task
 *   raised. With a virtual clock also RuntimeError "deadlock: ..." when nothing is left that could wake the loop
 * @return TRUE if it was stopped
 */
gboolean asyncio_loop_run_forever (AsyncioLoop  *loop,
                                   GError      **error);

/**
 * Runs the loop until a future is done, `loop.run_until_complete()`.
 *
 * @param loop  a loop that is not running
 * @param awaitable  a future, a task, or a coroutine, for which a task is made (a floating one is taken over)
 * @param error  the future's error; RuntimeError "Event loop stopped before Future completed.";
 *   what asyncio_loop_run_forever() says
 * @return the value: of a coroutine (transfer full), of a future (transfer none); NULL with an error, or as a value
 */
gpointer asyncio_loop_run_until_complete (AsyncioLoop  *loop,
                                          gpointer      awaitable,
                                          GError      **error);

/** Ends the loop after the current turn, `loop.stop()`. If it does not run, it will take one turn when it does. */
void asyncio_loop_stop (AsyncioLoop *loop);

/** Whether the loop runs, `loop.is_running()`. */
gboolean asyncio_loop_is_running (AsyncioLoop *loop);

/**
 * Closes the loop, `loop.close()`: what is queued is dropped, and it can never run again.
 *
 * Tasks that are not done can never go on now. The loop gives them up, and one that nobody else holds
 * is reported as "Task was destroyed but it is pending!". Their coroutines are closed, also of those that are
 * still held, since they may hold each other. Closing twice is fine.
 *
 * @param loop  a loop
 * @param error  RuntimeError "Cannot close a running event loop"
 * @return TRUE if it is closed
 */
gboolean asyncio_loop_close (AsyncioLoop  *loop,
                             GError      **error);

/** Whether the loop is closed, `loop.is_closed()`. */
gboolean asyncio_loop_is_closed (AsyncioLoop *loop);

/**
 * Switches debug mode, `loop.set_debug()`. It is on from the start if the environment has PYTHONASYNCIODEBUG.
 *
 * In debug mode a warning tells of callbacks and steps of tasks that take too long; what is made meanwhile knows where, and
 * reports say it; and the loop refuses calls from other threads that it can tell.
 *
 * @param loop  a loop
 * @param enabled  whether it is to be on
 */
void asyncio_loop_set_debug (AsyncioLoop *loop,
                             gboolean     enabled);

/** Whether the loop is in debug mode, `loop.get_debug()`. */
gboolean asyncio_loop_get_debug (AsyncioLoop *loop);

/**
 * Sets what is too long for a callback or a step of a task, `loop.slow_callback_duration = seconds`.
 *
 * In debug mode a warning names what took that long or longer, on the loop's clock. At first it is 0.1 seconds.
 *
 * @param loop  a loop
 * @param seconds  how long
 */
void asyncio_loop_set_slow_callback_duration (AsyncioLoop *loop,
                                              double       seconds);

/** What is too long for a callback or a step of a task, `loop.slow_callback_duration`, in seconds. */
double asyncio_loop_get_slow_callback_duration (AsyncioLoop *loop);

/**
 * Sets who is told of errors that nobody else can be told of, `loop.set_exception_handler()`.
 *
 * @param loop  a loop
 * @param handler  (nullable): the handler, or NULL for asyncio_loop_default_exception_handler()
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data
 */
void asyncio_loop_set_exception_handler (AsyncioLoop             *loop,
                                         AsyncioExceptionHandler  handler,
                                         gpointer                 user_data,
                                         GDestroyNotify           destroy);

/** Tells the loop's exception handler, `loop.call_exception_handler()`. */
void asyncio_loop_call_exception_handler (AsyncioLoop                   *loop,
                                          const AsyncioExceptionContext *context);

/** Logs a warning that tells all that @p context has, `loop.default_exception_handler()`. */
void asyncio_loop_default_exception_handler (AsyncioLoop                   *loop,
                                             const AsyncioExceptionContext *context);

/**
 * Has something done before the loop is closed.
 *
 * Such a step can await, which what is done in asyncio_loop_close() cannot. `asyncio.run()` runs the steps when
 * the tasks have ended. In Python this is how async generators are closed, and since 3.9 how the
 * default executor is shut down.
 *
 * @param loop  a loop
 * @param name  its name for messages, static
 * @param step  the body of a coroutine
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data
 */
void asyncio_loop_add_cleanup_step (AsyncioLoop          *loop,
                                    const char           *name,
                                    AsyncioCoroutineFunc  step,
                                    gpointer              user_data,
                                    GDestroyNotify        destroy);

/**
 * Runs the clean-up steps of the library's Python version and then those of
 * asyncio_loop_add_cleanup_step(), one after the other in the order in which they were added. Each is run once.
 * Steps that are not run are dropped when the loop is closed.
 *
 * An error of a step goes to the exception handler, and the others are run all the same.
 *
 * @param loop  a loop that is not running
 * @param error  KeyboardInterrupt or SystemExit that a step raised; RuntimeError when the loop cannot run
 * @return TRUE, or FALSE with an error
 */
gboolean asyncio_loop_run_cleanup_steps (AsyncioLoop  *loop,
                                         GError      **error);

/**
 * Calls a callback whenever a file descriptor can be read, `loop.add_reader()`. It replaces an earlier one.
 *
 * @param loop  a loop
 * @param fd  a file descriptor that can be waited for (a file on disk cannot)
 * @param callback  called once in each turn in which @p fd is readable, at its end, or broken
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data
 * @param error  RuntimeError "Event loop is closed"; OSError when @p fd cannot be waited for
 * @return TRUE if it was added
 */
gboolean asyncio_loop_add_reader (AsyncioLoop      *loop,
                                  int               fd,
                                  AsyncioCallback   callback,
                                  gpointer          user_data,
                                  GDestroyNotify    destroy,
                                  GError          **error);

/** Undoes asyncio_loop_add_reader(), `loop.remove_reader()`. @return whether there was one */
gboolean asyncio_loop_remove_reader (AsyncioLoop *loop,
                                     int          fd);

/** As asyncio_loop_add_reader(), for writing, `loop.add_writer()`. */
gboolean asyncio_loop_add_writer (AsyncioLoop      *loop,
                                  int               fd,
                                  AsyncioCallback   callback,
                                  gpointer          user_data,
                                  GDestroyNotify    destroy,
                                  GError          **error);

/** Undoes asyncio_loop_add_writer(), `loop.remove_writer()`. @return whether there was one */
gboolean asyncio_loop_remove_writer (AsyncioLoop *loop,
                                     int          fd);

/**
 * Calls a callback when the process gets a signal, `loop.add_signal_handler()`. It replaces an earlier one.
 *
 * @param loop  a loop
 * @param signum  SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2 or SIGWINCH
 * @param callback  called in the loop, not in signal context
 * @param user_data  what it gets
 * @param destroy  (nullable): frees @p user_data
 * @param error  RuntimeError "Event loop is closed"; ValueError for another signal
 * @return TRUE if it was added
 */
gboolean asyncio_loop_add_signal_handler (AsyncioLoop      *loop,
                                          int               signum,
                                          AsyncioCallback   callback,
                                          gpointer          user_data,
                                          GDestroyNotify    destroy,
                                          GError          **error);

/** Undoes asyncio_loop_add_signal_handler(), `loop.remove_signal_handler()`. @return whether there was one */
gboolean asyncio_loop_remove_signal_handler (AsyncioLoop *loop,
                                             int          signum);

/**
 * The main context that the loop is. GIO operations that are started in the loop come back in it.
 *
 * @return (transfer none): the context
 */
GMainContext *asyncio_loop_get_main_context (AsyncioLoop *loop);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AsyncioLoop, asyncio_loop_unref)

G_END_DECLS
