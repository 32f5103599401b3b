/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for waiting outside of locks: main contexts, poll() and event descriptors.
 *
 * Main contexts and descriptors are real ones. GLib's own code runs as it is, under the locks that it has, and comes here when it would sleep
 * (g_main_context_set_poll_func()): a thread that polls can go on when the system says so of its descriptors. No thread is ever
 * switched while GLib holds one of its locks, since it holds none when it polls or calls the program.
 *
 * Which descriptor one operation has to do with another's nobody can tell (there are epoll instances in epoll instances), so all of them
 * count as operations on one thing.
 */

#include "standins.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define US_PER_MS G_GINT64_CONSTANT (1000)

typedef struct
{
  struct pollfd *fds;
  nfds_t n;
} Polled;

int __real_poll (struct pollfd *fds, nfds_t n, int timeout);

static ExplorerObject *
descriptors (void)
{
  return explorer_object (&explorer->stacks, "descriptors");
}

static gboolean
is_ready (ExplorerThread *thread)
{
  const Polled *polled = thread->op.data;

  return __real_poll (polled->fds, polled->n, 0) != 0;
}

/* timeout: microseconds; negative: for ever */
static int
wait_for_descriptors (struct pollfd *fds,
                      nfds_t         n,
                      gint64         timeout,
                      gconstpointer  place)
{
  Polled polled = { fds, n };

  (void) explorer_step (&(ExplorerOp) {
      .verb = "polls",
      .object = descriptors (),
      .place = place,
      .enabled = timeout != 0 ? is_ready : NULL,
      .data = &polled,
      .has_deadline = timeout > 0,
      .deadline = explorer->now + MAX (timeout, 0),
  });
  explorer_clock_acquire (&descriptors ()->clock);

  return __real_poll (fds, n, 0);
}

static void
touch_descriptors (const char   *verb,
                   gconstpointer place)
{
  (void) explorer_step (&(ExplorerOp) { .verb = verb, .object = descriptors (), .place = place });
  explorer_clock_release (&descriptors ()->clock);
}

int
__wrap_poll (struct pollfd *fds,
             nfds_t         n,
             int            timeout)
{
  return explorer_self () == NULL ? __real_poll (fds, n, timeout) : wait_for_descriptors (fds, n, timeout * US_PER_MS, PLACE);
}

int __real_ppoll (struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *signals);

int
__wrap_ppoll (struct pollfd         *fds,
              nfds_t                 n,
              const struct timespec *timeout,
              const sigset_t        *signals)
{
  gint64 us = -1;

  if (explorer_self () == NULL)
    return __real_ppoll (fds, n, timeout, signals);

  if (timeout != NULL)
    us = timeout->tv_sec * G_GINT64_CONSTANT (1000000) + (timeout->tv_nsec + 999) / 1000;
  return wait_for_descriptors (fds, n, us, PLACE);
}

int __real_epoll_wait (int fd, struct epoll_event *events, int n, int timeout);

/* An epoll instance is itself ready when something in it is. */
int
__wrap_epoll_wait (int                 fd,
                   struct epoll_event *events,
                   int                 n,
                   int                 timeout)
{
  struct pollfd pollfd = { .fd = fd, .events = POLLIN };

  if (explorer_self () == NULL)
    return __real_epoll_wait (fd, events, n, timeout);

  (void) wait_for_descriptors (&pollfd, 1, timeout * US_PER_MS, PLACE);
  return __real_epoll_wait (fd, events, n, 0);
}

/* --- Event descriptors, and whatever else is read and written ------------------------------ */

static gboolean
fd_is_nonblocking (int fd)
{
  return (fcntl (fd, F_GETFL) & O_NONBLOCK) != 0;
}

static void
wait_for_fd (int           fd,
             short         events,
             const char   *verb,
             gconstpointer place)
{
  struct pollfd pollfd = { .fd = fd, .events = events };
  Polled polled = { &pollfd, 1 };

  (void) explorer_step (&(ExplorerOp) {
      .verb = verb,
      .object = descriptors (),
      .place = place,
      .enabled = fd_is_nonblocking (fd) ? NULL : is_ready,
      .data = &polled,
  });
}

ssize_t __real_read (int fd, void *buffer, size_t size);

ssize_t
__wrap_read (int    fd,
             void  *buffer,
             size_t size)
{
  if (explorer_self () == NULL)
    return __real_read (fd, buffer, size);

  wait_for_fd (fd, POLLIN, "reads from", PLACE);
  explorer_clock_acquire (&descriptors ()->clock);
  return __real_read (fd, buffer, size);
}

ssize_t __real_write (int fd, const void *buffer, size_t size);

ssize_t
__wrap_write (int         fd,
              const void *buffer,
              size_t      size)
{
  if (explorer_self () == NULL)
    return __real_write (fd, buffer, size);

  wait_for_fd (fd, POLLOUT, "writes to", PLACE);
  explorer_clock_release (&descriptors ()->clock);
  return __real_write (fd, buffer, size);
}

int __real_eventfd_read (int fd, eventfd_t *value);

int
__wrap_eventfd_read (int        fd,
                     eventfd_t *value)
{
  if (explorer_self () == NULL)
    return __real_eventfd_read (fd, value);

  wait_for_fd (fd, POLLIN, "reads from", PLACE);
  explorer_clock_acquire (&descriptors ()->clock);
  return __real_eventfd_read (fd, value);
}

int __real_eventfd_write (int fd, eventfd_t value);

int
__wrap_eventfd_write (int       fd,
                      eventfd_t value)
{
  if (explorer_self () == NULL)
    return __real_eventfd_write (fd, value);

  wait_for_fd (fd, POLLOUT, "writes to", PLACE);
  explorer_clock_release (&descriptors ()->clock);
  return __real_eventfd_write (fd, value);
}

/* --- Main contexts ---------------------------------------------------------------------------- */

static int
poll_func (GPollFD *fds,
           guint    n,
           int      timeout)
{
  struct pollfd *pollfds = (struct pollfd *) fds; /* which it is, says GLib */

  return explorer_self () == NULL ? __real_poll (pollfds, n, timeout) : wait_for_descriptors (pollfds, n, timeout * US_PER_MS, NULL);
}

GMainContext *__real_g_main_context_new (void);

GMainContext *
__wrap_g_main_context_new (void)
{
  GMainContext *context = __real_g_main_context_new ();

  if (explorer_self () != NULL)
    g_main_context_set_poll_func (context, poll_func);

  return context;
}

void __real_g_main_context_wakeup (GMainContext *context);

void
__wrap_g_main_context_wakeup (GMainContext *context)
{
  if (explorer_self () != NULL)
    touch_descriptors ("wakes the context", PLACE);

  __real_g_main_context_wakeup (context);
}

/* Which context is whose is kept by GLib for each thread of the system; here for each thread of the program. */

static void
free_contexts (gpointer contexts)
{
  g_slist_free_full (contexts, (GDestroyNotify) g_main_context_unref);
}

static gconstpointer
contexts_key (void)
{
  return &explorer->body;
}

void __real_g_main_context_push_thread_default (GMainContext *context);

void
__wrap_g_main_context_push_thread_default (GMainContext *context)
{
  GSList *contexts;

  if (explorer_self () == NULL)
    {
      __real_g_main_context_push_thread_default (context);
      return;
    }

  explorer->busy++;
  contexts = g_slist_prepend (explorer_private_get (contexts_key ()), context != NULL ? g_main_context_ref (context) : NULL);
  explorer->busy--;
  explorer_private_set (contexts_key (), contexts, free_contexts);
}

void __real_g_main_context_pop_thread_default (GMainContext *context);

void
__wrap_g_main_context_pop_thread_default (GMainContext *context)
{
  GSList *contexts;

  if (explorer_self () == NULL)
    {
      __real_g_main_context_pop_thread_default (context);
      return;
    }

  contexts = explorer_private_get (contexts_key ());
  if (contexts == NULL || contexts->data != context)
    explorer_fail_with (EXPLORER_MISUSE, "%s pops a thread-default context that is not the innermost one", explorer->current->name);

  explorer_private_set (contexts_key (), contexts->next, free_contexts);
  explorer->busy++;
  g_slist_free_1 (contexts);
  explorer->busy--;
  if (context != NULL)
    g_main_context_unref (context);
}

GMainContext *__real_g_main_context_get_thread_default (void);

GMainContext *
__wrap_g_main_context_get_thread_default (void)
{
  const GSList *contexts;

  if (explorer_self () == NULL)
    return __real_g_main_context_get_thread_default ();

  contexts = explorer_private_get (contexts_key ());
  return contexts != NULL ? contexts->data : NULL;
}

GMainContext *__real_g_main_context_ref_thread_default (void);

GMainContext *
__wrap_g_main_context_ref_thread_default (void)
{
  GMainContext *context;

  if (explorer_self () == NULL)
    return __real_g_main_context_ref_thread_default ();

  context = __wrap_g_main_context_get_thread_default ();
  return g_main_context_ref (context != NULL ? context : g_main_context_default ());
}
