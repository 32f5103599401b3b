/* SPDX-License-Identifier: MIT */

/*
 * Functions that block the whole process, or make threads of the system, and that the explorer has no stand-in for. In a program that is explored they
 * would hang it, or run beside it unseen; so they end the schedule, and are told by their name. Outside they are what they are.
 */

#include "standins.h"

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

static void G_GNUC_NORETURN
refuse (const char   *name,
        gconstpointer place)
{
  g_autofree char *where = explorer_mark_place (place);

  explorer->failed_at = place;
  explorer_fail_with (EXPLORER_LIMIT, "%s calls %s() at %s, which the explorer has no stand-in for", explorer->current->name, name, where);
}

/* parameters and arguments in parentheses; the file would be ten times as long without. */
#define REFUSED(type, name, parameters, arguments) \
  type __real_##name parameters;                   \
  type __wrap_##name parameters;                   \
  type __wrap_##name parameters                    \
  {                                                \
    if (explorer_self () != NULL)                  \
      refuse (#name, PLACE);                       \
    return __real_##name arguments;                \
  }

REFUSED (int, select, (int n, fd_set *r, fd_set *w, fd_set *e, struct timeval *t), (n, r, w, e, t))
REFUSED (int, pselect, (int n, fd_set *r, fd_set *w, fd_set *e, const struct timespec *t, const sigset_t *s), (n, r, w, e, t, s))
REFUSED (int, epoll_pwait, (int fd, struct epoll_event *e, int n, int t, const sigset_t *s), (fd, e, n, t, s))
REFUSED (int, accept, (int fd, struct sockaddr *a, socklen_t *n), (fd, a, n))
REFUSED (int, connect, (int fd, const struct sockaddr *a, socklen_t n), (fd, a, n))
REFUSED (ssize_t, recv, (int fd, void *b, size_t n, int f), (fd, b, n, f))
REFUSED (ssize_t, send, (int fd, const void *b, size_t n, int f), (fd, b, n, f))
REFUSED (ssize_t, recvmsg, (int fd, struct msghdr *m, int f), (fd, m, f))
REFUSED (ssize_t, sendmsg, (int fd, const struct msghdr *m, int f), (fd, m, f))
REFUSED (ssize_t, readv, (int fd, const struct iovec *v, int n), (fd, v, n))
REFUSED (ssize_t, writev, (int fd, const struct iovec *v, int n), (fd, v, n))
REFUSED (pid_t, wait, (int *s), (s))
REFUSED (pid_t, waitpid, (pid_t p, int *s, int o), (p, s, o))
REFUSED (pid_t, fork, (void), ())
REFUSED (int, pause, (void), ())
REFUSED (int, sigwait, (const sigset_t *s, int *n), (s, n))
REFUSED (int, sigsuspend, (const sigset_t *s), (s))
REFUSED (int, pthread_cancel, (pthread_t t), (t))
REFUSED (int, pthread_kill, (pthread_t t, int s), (t, s))
REFUSED (int, pthread_tryjoin_np, (pthread_t t, void **v), (t, v))
REFUSED (int, pthread_timedjoin_np, (pthread_t t, void **v, const struct timespec *d), (t, v, d))
REFUSED (int, pthread_rwlock_timedrdlock, (pthread_rwlock_t *l, const struct timespec *d), (l, d))
REFUSED (int, pthread_rwlock_timedwrlock, (pthread_rwlock_t *l, const struct timespec *d), (l, d))
REFUSED (sem_t *, sem_open, (const char *n, int f, mode_t m, unsigned int v), (n, f, m, v))
REFUSED (int, thrd_create, (thrd_t *t, thrd_start_t f, void *d), (t, f, d))
REFUSED (int, thrd_join, (thrd_t t, int *r), (t, r))
REFUSED (int, mtx_lock, (mtx_t *m), (m))
REFUSED (int, mtx_timedlock, (mtx_t *m, const struct timespec *d), (m, d))
REFUSED (int, cnd_wait, (cnd_t *c, mtx_t *m), (c, m))
REFUSED (int, cnd_timedwait, (cnd_t *c, mtx_t *m, const struct timespec *d), (c, m, d))
REFUSED (gboolean, g_spawn_sync, (const char *d, char **a, char **e, GSpawnFlags f, GSpawnChildSetupFunc s, gpointer u, char **o, char **r, int *w, GError **x),
         (d, a, e, f, s, u, o, r, w, x))
REFUSED (gboolean, g_spawn_command_line_sync, (const char *c, char **o, char **r, int *w, GError **x), (c, o, r, w, x))
REFUSED (gboolean, g_cond_timed_wait, (GCond *c, GMutex *m, gpointer t), (c, m, t))
REFUSED (gpointer, g_async_queue_timed_pop, (GAsyncQueue *q, gpointer t), (q, t))
REFUSED (gpointer, g_async_queue_timed_pop_unlocked, (GAsyncQueue *q, gpointer t), (q, t))
REFUSED (gpointer, g_thread_create_full, (GThreadFunc f, gpointer d, gulong s, gboolean j, gboolean b, int p, GError **x), (f, d, s, j, b, p, x))

void __real_g_task_run_in_thread (gpointer task, gpointer func);

void
__wrap_g_task_run_in_thread (gpointer task,
                             gpointer func)
{
  if (explorer_self () != NULL)
    refuse ("g_task_run_in_thread", PLACE);

  __real_g_task_run_in_thread (task, func);
}
