/* SPDX-License-Identifier: MIT */

/*
 * What a task looks like in messages (_task_repr() of Lib/asyncio/base_tasks.py).
 */

#include "coroutines-private.h"
#include "tasks-private.h"

#include <asyncio/versions.h>

/* Of a task that waits for a task that waits ... only the next is told of. */
static char *
describe (const AsyncioTask *self,
          gboolean           and_waiter)
{
  static const char *const states[] = { "pending", "cancelled", "finished" };
  GString *text = g_string_new ("<Task ");
  g_autofree char *end = asyncio_future_repr_end (&self->parent);

  g_string_append (text, states[self->parent.state]);
  if (asyncio_version_rules.task_has_name && self->name != NULL)
    g_string_append_printf (text, " name='%s'", self->name);
  else if (asyncio_version_rules.task_has_name)
    g_string_append_printf (text, " name='Task-%u'", self->number);

  if (self->coro != NULL)
    g_string_append_printf (text, " coro=<%s() at %s>", self->coro->name, self->coro->location);
  if (and_waiter && self->fut_waiter != NULL)
    {
      g_autofree char *waiter = asyncio_is_task (self->fut_waiter) ? describe ((AsyncioTask *) self->fut_waiter, FALSE)
                                                                   : asyncio_repr (self->fut_waiter);

      g_string_append_printf (text, " wait_for=%s", waiter);
    }
  g_string_append (text, end);

  return g_string_free (text, FALSE);
}

char *
asyncio_task_repr (gconstpointer object)
{
  return describe (object, TRUE);
}
