/* SPDX-License-Identifier: MIT */

/*
 * Watching file descriptors (Lib/selectors.py and Lib/asyncio/selector_events.py).
 *
 * All descriptors are in one epoll, and the main context polls only that one: its
 * cost does not depend on how many connections are idle. The epoll is made when the first
 * descriptor is watched.
 */

#include "base-events-private.h"

#include <asyncio/exceptions.h>

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

/* How many descriptors are looked at in one turn; the others are still ready in the next. */
#define EVENTS_PER_TURN 128

typedef struct
{
  AsyncioHandle *reader; /* (nullable) */
  AsyncioHandle *writer; /* (nullable) */
} Watch;

struct _AsyncioSelector
{
  int epoll_fd;
  gpointer tag;        /* GLib's name for epoll_fd in the loop's source */
  GSource *source;     /* (unowned) */
  GHashTable *watches; /* descriptor -> Watch */
};

static void
watch_clear (AsyncioHandle **handle)
{
  if (*handle != NULL)
    {
      asyncio_handle_cancel (*handle);
      g_clear_pointer (handle, asyncio_handle_unref);
    }
}

static void
watch_free (gpointer data)
{
  Watch *self = data;

  watch_clear (&self->reader);
  watch_clear (&self->writer);
  g_free (self);
}

static gboolean
set_os_error (GError    **error,
              int         fd,
              const char *what)
{
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_OS, "%s: file descriptor %d: %s", what, fd, g_strerror (errno));
  return FALSE;
}

static AsyncioSelector *
selector_new (AsyncioLoop  *loop,
              GError      **error)
{
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  AsyncioSelector *self;

  if (epoll_fd < 0)
    {
      set_os_error (error, epoll_fd, "cannot watch files");
      return NULL;
    }

  self = g_new0 (AsyncioSelector, 1);
  self->epoll_fd = epoll_fd;
  self->source = loop->source;
  self->tag = g_source_add_unix_fd (loop->source, epoll_fd, G_IO_IN);
  self->watches = g_hash_table_new_full (NULL, NULL, NULL, watch_free);

  return self;
}

void
asyncio_selector_free (AsyncioSelector *self)
{
  g_source_remove_unix_fd (self->source, self->tag);
  g_hash_table_unref (self->watches);
  close (self->epoll_fd);
  g_free (self);
}

gboolean
asyncio_selector_is_ready (AsyncioSelector *self,
                           GSource         *source)
{
  return g_source_query_unix_fd (source, self->tag) != 0;
}

gboolean
asyncio_selector_is_used (AsyncioSelector *self)
{
  return g_hash_table_size (self->watches) > 0;
}

/* A handle that is still queued from an earlier turn will be called anyway. */
static void
queue_handle (AsyncioLoop   *loop,
              AsyncioHandle *handle)
{
  if (handle != NULL && !handle->queued)
    asyncio_loop_add_ready (loop, asyncio_handle_ref (handle));
}

/* What the kernel is to look for. */
static struct epoll_event
get_event (int          fd,
           const Watch *watch)
{
  struct epoll_event event = { .data.fd = fd };

  if (watch->reader != NULL)
    event.events |= EPOLLIN;
  if (watch->writer != NULL)
    event.events |= EPOLLOUT;

  return event;
}

/* Replaces the epoll by one that knows what is watched and nothing else. */
static void
renew (AsyncioSelector *self)
{
  int epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  GHashTableIter iter;
  gpointer fd, watch;

  if (epoll_fd < 0)
    return; /* the next turn will try again */

  g_source_remove_unix_fd (self->source, self->tag);
  close (self->epoll_fd);
  self->epoll_fd = epoll_fd;
  self->tag = g_source_add_unix_fd (self->source, epoll_fd, G_IO_IN);

  g_hash_table_iter_init (&iter, self->watches);
  while (g_hash_table_iter_next (&iter, &fd, &watch))
    {
      struct epoll_event event = get_event (GPOINTER_TO_INT (fd), watch);

      /* One that was closed while it is watched cannot be added, and has nothing to tell. */
      (void) epoll_ctl (epoll_fd, EPOLL_CTL_ADD, GPOINTER_TO_INT (fd), &event);
    }
}

void
asyncio_selector_collect (AsyncioSelector *self,
                          AsyncioLoop     *loop)
{
  struct epoll_event events[EVENTS_PER_TURN];
  int n = epoll_wait (self->epoll_fd, events, EVENTS_PER_TURN, 0);
  gboolean is_stale = FALSE;

  for (int i = 0; i < n; i++)
    {
      Watch *watch = g_hash_table_lookup (self->watches, GINT_TO_POINTER (events[i].data.fd));

      if (watch == NULL)
        {
          is_stale = TRUE;
          continue;
        }

      /* At an error or a hang-up both sides must find out. */
      if (events[i].events & ~(guint32) EPOLLOUT)
        queue_handle (loop, watch->reader);
      if (events[i].events & ~(guint32) EPOLLIN)
        queue_handle (loop, watch->writer);
    }

  /* An epoll watches files, not their numbers. A descriptor that is closed first and removed then cannot be taken out of it any more, and
   * while the file is open elsewhere, as in a child, it would wake the loop again and again. */
  if (is_stale)
    renew (self);
}

/* Tells the kernel what is to be watched of a descriptor now. What it knows may differ from what we know, if the
 * descriptor was closed while it was watched and its number was given away again. */
static gboolean
update (AsyncioSelector *self,
        int              fd,
        Watch           *watch,
        gboolean         is_new,
        GError         **error)
{
  struct epoll_event event = get_event (fd, watch);

  if (epoll_ctl (self->epoll_fd, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) == 0 ||
      (errno == ENOENT && epoll_ctl (self->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0) ||
      (errno == EEXIST && epoll_ctl (self->epoll_fd, EPOLL_CTL_MOD, fd, &event) == 0))
    return TRUE;

  return set_os_error (error, fd, "cannot be watched");
}

/* handle: (transfer full). A closed loop has no selector. */
static gboolean
add_watch (AsyncioLoop      *loop,
           int               fd,
           gsize             offset,
           AsyncioHandle    *handle,
           GError          **error)
{
  Watch *watch;
  AsyncioHandle **place;
  AsyncioHandle *previous;
  gboolean is_new;

  if (loop->selector == NULL && asyncio_loop_check_closed (loop, error))
    loop->selector = selector_new (loop, error);
  if (loop->selector == NULL)
    {
      asyncio_handle_unref (handle);
      return FALSE;
    }

  watch = g_hash_table_lookup (loop->selector->watches, GINT_TO_POINTER (fd));
  is_new = watch == NULL;
  if (is_new)
    watch = g_new0 (Watch, 1);

  place = G_STRUCT_MEMBER_P (watch, offset);
  previous = *place;
  *place = handle;

  if (!update (loop->selector, fd, watch, is_new, error))
    {
      *place = previous;
      asyncio_handle_unref (handle);
      if (is_new)
        watch_free (watch);
      return FALSE;
    }

  if (is_new)
    g_hash_table_insert (loop->selector->watches, GINT_TO_POINTER (fd), watch);
  watch_clear (&previous);

  return TRUE;
}

static gboolean
remove_watch (AsyncioLoop *loop,
              int          fd,
              gsize        offset)
{
  AsyncioSelector *self = loop->selector;
  Watch *watch = NULL;
  AsyncioHandle **place;

  if (self != NULL)
    watch = g_hash_table_lookup (self->watches, GINT_TO_POINTER (fd));
  if (watch == NULL)
    return FALSE;

  place = G_STRUCT_MEMBER_P (watch, offset);
  if (*place == NULL)
    return FALSE;

  watch_clear (place);

  if (watch->reader == NULL && watch->writer == NULL)
    {
      /* A descriptor that was closed has left the epoll by itself. */
      (void) epoll_ctl (self->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
      g_hash_table_remove (self->watches, GINT_TO_POINTER (fd));
    }
  else
    {
      (void) update (self, fd, watch, FALSE, NULL);
    }

  return TRUE;
}

gboolean
asyncio_loop_add_reader (AsyncioLoop      *loop,
                         int               fd,
                         AsyncioCallback   callback,
                         gpointer          user_data,
                         GDestroyNotify    destroy,
                         GError          **error)
{
  g_return_val_if_fail (loop != NULL && callback != NULL, FALSE);

  return add_watch (loop, fd, G_STRUCT_OFFSET (Watch, reader),
                    asyncio_handle_new (callback, user_data, destroy, "reader"), error);
}

gboolean
asyncio_loop_remove_reader (AsyncioLoop *loop,
                            int          fd)
{
  g_return_val_if_fail (loop != NULL, FALSE);

  return remove_watch (loop, fd, G_STRUCT_OFFSET (Watch, reader));
}

gboolean
asyncio_loop_add_writer (AsyncioLoop      *loop,
                         int               fd,
                         AsyncioCallback   callback,
                         gpointer          user_data,
                         GDestroyNotify    destroy,
                         GError          **error)
{
  g_return_val_if_fail (loop != NULL && callback != NULL, FALSE);

  return add_watch (loop, fd, G_STRUCT_OFFSET (Watch, writer),
                    asyncio_handle_new (callback, user_data, destroy, "writer"), error);
}

gboolean
asyncio_loop_remove_writer (AsyncioLoop *loop,
                            int          fd)
{
  g_return_val_if_fail (loop != NULL, FALSE);

  return remove_watch (loop, fd, G_STRUCT_OFFSET (Watch, writer));
}
