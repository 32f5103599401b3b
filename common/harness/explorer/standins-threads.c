/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for GLib's threads, what threads keep for themselves (GPrivate), once-initialisation, and time.
 *
 * Time is virtual: it stands still while threads run, and goes on to a deadline when the explorer lets somebody's wait end by it.
 */

#include "standins.h"

/* --- Threads --------------------------------------------------------------------------- */

static gboolean
target_has_ended (ExplorerThread *thread)
{
  const ExplorerThread *target = thread->op.object->address;

  return target->ended;
}

gpointer
explorer_join (ExplorerThread *thread,
               gconstpointer   place)
{
  ExplorerObject *object = explorer_object (thread, "thread");

  (void) explorer_step (&(ExplorerOp) { .verb = "joins", .object = object, .place = place, .enabled = target_has_ended });
  if (thread->joined)
    explorer_fail_with (EXPLORER_MISUSE, "%s joins %s, which was joined before", explorer->current->name, thread->name);

  thread->joined = TRUE;
  explorer_clock_acquire (&object->clock);

  return thread->value;
}

void
explorer_yield (gconstpointer place)
{
  explorer_pause_begins (place);
  (void) explorer_step (&(ExplorerOp) { .verb = "yields", .place = place });
  explorer_pause_ends (place);
}

GThread *__real_g_thread_new (const char *name, GThreadFunc func, gpointer data);

GThread *
__wrap_g_thread_new (const char  *name,
                     GThreadFunc  func,
                     gpointer     data)
{
  return explorer_self () == NULL ? __real_g_thread_new (name, func, data) : (GThread *) explorer_thread_new (name, func, data);
}

GThread *__real_g_thread_try_new (const char *name, GThreadFunc func, gpointer data, GError **error);

GThread *
__wrap_g_thread_try_new (const char   *name,
                         GThreadFunc   func,
                         gpointer      data,
                         GError      **error)
{
  return explorer_self () == NULL ? __real_g_thread_try_new (name, func, data, error) : (GThread *) explorer_thread_new (name, func, data);
}

void __real_g_thread_exit (gpointer value) G_GNUC_NORETURN;

void
__wrap_g_thread_exit (gpointer value)
{
  if (explorer_self () == NULL)
    __real_g_thread_exit (value);

  explorer_thread_exit (value);
}

gpointer __real_g_thread_join (GThread *thread);

gpointer
__wrap_g_thread_join (GThread *thread)
{
  return explorer_self () == NULL ? __real_g_thread_join (thread) : explorer_join ((ExplorerThread *) thread, PLACE);
}

GThread *__real_g_thread_self (void);

GThread *
__wrap_g_thread_self (void)
{
  return explorer_self () == NULL ? __real_g_thread_self () : (GThread *) explorer->current;
}

GThread *__real_g_thread_ref (GThread *thread);

/* Its memory is ours, and outlives the schedule. */
GThread *
__wrap_g_thread_ref (GThread *thread)
{
  return explorer_self () == NULL ? __real_g_thread_ref (thread) : thread;
}

void __real_g_thread_unref (GThread *thread);

void
__wrap_g_thread_unref (GThread *thread)
{
  if (explorer_self () == NULL)
    __real_g_thread_unref (thread);
}

void __real_g_thread_yield (void);

void
__wrap_g_thread_yield (void)
{
  if (explorer_self () == NULL)
    __real_g_thread_yield ();
  else
    explorer_yield (PLACE);
}

/* --- What a thread keeps for itself --------------------------------------------------------- */

/* A GPrivate begins with its hidden pointer, and its destructor is the field after that. */
typedef struct
{
  gconstpointer key;
  gpointer value;
  GDestroyNotify destroy;
} Private;

static Private *
find_private (gconstpointer key)
{
  for (GSList *l = explorer->current->privates; l != NULL; l = l->next)
    if (((Private *) l->data)->key == key)
      return l->data;

  return NULL;
}

gpointer
explorer_private_get (gconstpointer key)
{
  const Private *found = find_private (key);

  return found != NULL ? found->value : NULL;
}

void
explorer_private_set (gconstpointer  key,
                      gpointer       value,
                      GDestroyNotify destroy)
{
  Private *found = find_private (key);

  if (found == NULL)
    {
      found = g_new0 (Private, 1);
      found->key = key;
      explorer->current->privates = g_slist_prepend (explorer->current->privates, found);
    }

  found->value = value;
  found->destroy = destroy;
}

void
explorer_privates_clear (ExplorerThread *thread)
{
  gboolean again = TRUE;

  /* A destructor may set others. */
  while (again)
    {
      again = FALSE;
      for (GSList *l = thread->privates; l != NULL && !again; l = l->next)
        {
          Private *found = l->data;
          gpointer value = g_steal_pointer (&found->value);

          if (value != NULL && found->destroy != NULL)
            {
              found->destroy (value);
              again = TRUE;
            }
        }
    }
}

void
explorer_privates_abandon (ExplorerThread *thread)
{
  g_slist_free_full (g_steal_pointer (&thread->privates), g_free);
}

gpointer __real_g_private_get (GPrivate *key);

gpointer
__wrap_g_private_get (GPrivate *key)
{
  return explorer_self () == NULL ? __real_g_private_get (key) : explorer_private_get (key);
}

void __real_g_private_set (GPrivate *key, gpointer value);

void
__wrap_g_private_set (GPrivate *key,
                      gpointer  value)
{
  if (explorer_self () == NULL)
    __real_g_private_set (key, value);
  else
    explorer_private_set (key, value, key->notify);
}

void __real_g_private_replace (GPrivate *key, gpointer value);

void
__wrap_g_private_replace (GPrivate *key,
                          gpointer  value)
{
  gpointer old;

  if (explorer_self () == NULL)
    {
      __real_g_private_replace (key, value);
      return;
    }

  old = explorer_private_get (key);
  explorer_private_set (key, value, key->notify);
  if (old != NULL && key->notify != NULL)
    key->notify (old);
}

/* --- Once ------------------------------------------------------------------------------------- */

/* owner: who initialises; count: 2 when that is done. */

static gboolean
nobody_initialises (ExplorerThread *thread)
{
  return thread->op.object->owner == NULL;
}

gboolean
explorer_once_enter (gconstpointer address,
                     gboolean      is_done,
                     gconstpointer place)
{
  ExplorerObject *once = explorer_object (address, "once");

  (void) explorer_step (&(ExplorerOp) { .verb = "enters", .object = once, .place = place, .enabled = nobody_initialises });
  explorer_clock_acquire (&once->clock);
  if (is_done || once->count == 2)
    return FALSE;

  once->owner = explorer->current;
  return TRUE;
}

void
explorer_once_leave (gconstpointer address,
                     gconstpointer place)
{
  ExplorerObject *once = explorer_object (address, "once");

  (void) explorer_step (&(ExplorerOp) { .verb = "leaves", .object = once, .place = place });
  once->owner = NULL;
  once->count = 2;
  explorer_clock_release (&once->clock);
}

gboolean __real_g_once_init_enter (volatile void *location);

gboolean
__wrap_g_once_init_enter (volatile void *location)
{
  if (explorer_self () == NULL)
    return __real_g_once_init_enter (location);

  return explorer_once_enter ((gconstpointer) location, *(volatile gsize *) location != 0, PLACE);
}

void __real_g_once_init_leave (volatile void *location, gsize result);

/* The program reads the location with an atomic operation before it enters, so that is what writes it. */
void
__wrap_g_once_init_leave (volatile void *location,
                          gsize          result)
{
  if (explorer_self () == NULL)
    {
      __real_g_once_init_leave (location, result);
      return;
    }

  explorer_once_leave ((gconstpointer) location, PLACE);
  *(volatile gsize *) location = result;
}

gpointer __real_g_once_impl (GOnce *once, GThreadFunc func, gpointer arg);

gpointer
__wrap_g_once_impl (GOnce       *once,
                    GThreadFunc  func,
                    gpointer     arg)
{
  if (explorer_self () == NULL)
    return __real_g_once_impl (once, func, arg);

  if (explorer_once_enter (once, once->status == G_ONCE_STATUS_READY, PLACE))
    {
      once->retval = func (arg);
      explorer_once_leave (once, PLACE);
      once->status = G_ONCE_STATUS_READY;
    }

  return once->retval;
}

/* --- Time --------------------------------------------------------------------------------------- */

static gboolean
never (ExplorerThread *thread G_GNUC_UNUSED)
{
  return FALSE;
}

gint64
explorer_look_at_clock (void)
{
  Explorer *self = explorer;
  ExplorerThread *thread = self->current;

  /* What it does next may depend on the time that it saw. */
  explorer_thread_learns (thread, self->time->last);

  return self->now;
}

void
explorer_sleep_until (gint64        deadline,
                      gconstpointer place)
{
  explorer_pause_begins (place);
  (void) explorer_step (&(ExplorerOp) {
      .verb = "sleeps",
      .place = place,
      .enabled = never,
      .has_deadline = TRUE,
      .deadline = deadline,
  });
  explorer_pause_ends (place);
}

gint64 __real_g_get_monotonic_time (void);

gint64
__wrap_g_get_monotonic_time (void)
{
  return explorer_self () == NULL ? __real_g_get_monotonic_time () : explorer_look_at_clock ();
}

gint64 __real_g_get_real_time (void);

gint64
__wrap_g_get_real_time (void)
{
  return explorer_self () == NULL ? __real_g_get_real_time () : explorer_look_at_clock ();
}

void __real_g_usleep (gulong microseconds);

void
__wrap_g_usleep (gulong microseconds)
{
  if (explorer_self () == NULL)
    __real_g_usleep (microseconds);
  else
    explorer_sleep_until (explorer->now + (gint64) microseconds, PLACE);
}
