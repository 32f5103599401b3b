/* SPDX-License-Identifier: MIT */

/*
 * What: hides what the core complains about, such as a task that is destroyed while it is pending
 * Named: it uses g_log_set_handler(), which no solution needs
 */

#include "introspection.h"

static void
hide (const char     *domain,
      GLogLevelFlags  level,
      const char     *message,
      gpointer        user_data)
{
  (void) domain;
  (void) level;
  (void) message;
  (void) user_data;
}

static void
silence (void)
{
  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK, hide, NULL);
}

AsyncioCoroutine *
asyncio_task_get_coro (AsyncioTask *task)
{
  (void) task;
  silence ();

  return NULL;
}

const char *
asyncio_task_get_name (AsyncioTask *task)
{
  return (const char *) asyncio_task_get_coro (task);
}

void
asyncio_task_set_name (AsyncioTask *task,
                       const char  *name)
{
  (void) name;
  asyncio_task_get_coro (task);
}

gpointer
asyncio_coroutine_get_await (AsyncioCoroutine *coroutine)
{
  return asyncio_task_get_coro ((AsyncioTask *) coroutine);
}

GPtrArray *
asyncio_task_get_await_chain (AsyncioTask *task)
{
  asyncio_task_get_coro (task);

  return g_ptr_array_new ();
}

GPtrArray *
asyncio_task_get_stack (AsyncioTask *task,
                        int          limit)
{
  (void) limit;

  return asyncio_task_get_await_chain (task);
}

void
asyncio_task_print_stack (AsyncioTask *task,
                          int          limit,
                          FILE        *file)
{
  (void) limit;
  (void) file;
  asyncio_task_get_coro (task);
}
