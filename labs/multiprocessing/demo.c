/* SPDX-License-Identifier: MIT */

/*
 * The example of the handout: work for other processes, by hand and with a pool; and what became of those who died.
 */

#include "multiprocessing.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- Python before 2.6: os.fork(), os.pipe(), os.waitpid() ------------------------------------------- */

static int
square (int n)
{
  return n * n;
}

/* One process for one number. What could go wrong here is what the lab is about. */
static void
by_hand (void)
{
  for (int n = 1; n <= 3; n++)
    {
      int fds[2];
      int result;
      pid_t pid;

      if (pipe (fds) != 0)
        return;

      pid = fork ();
      if (pid == 0)
        {
          result = square (n);
          _exit (write (fds[1], &result, sizeof result) == sizeof result ? 0 : 1);
        }
      close (fds[1]);
      if (read (fds[0], &result, sizeof result) == sizeof result)
        g_print ("by hand: %d\n", result);
      waitpid (pid, NULL, 0);
      close (fds[0]);
    }
}

/* --- multiprocessing --------------------------------------------------------------------------------------- */

static GVariant *
square_job (GVariant             *args,
            MpConnection *const  *connections,
            GError              **error)
{
  (void) connections;
  (void) error;

  return g_variant_new_int32 (square (g_variant_get_int32 (args)));
}

static void
with_pool (MpStartMethod method)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MpPool) pool = mp_pool_new (&(MpPoolOptions) { .method = method, .processes = 2 }, &error);
  g_autoptr (GVariant) squares = NULL;
  g_autofree char *text = NULL;

  if (pool != NULL)
    squares = mp_pool_map (pool, "square", g_variant_new_parsed ("[1, 2, 3]"), 0, &error);
  if (squares != NULL)
    text = g_variant_print (squares, FALSE);

  g_print ("with a pool (%s): %s\n", method == MP_FORK ? "fork" : "spawn", text != NULL ? text : error->message);
}

/* --- A worker that dies ------------------------------------------------------------------------------------- */

static GVariant *
die_job (GVariant             *args,
         MpConnection *const  *connections,
         GError              **error)
{
  (void) args;
  (void) connections;
  (void) error;

  kill (getpid (), SIGKILL);

  return NULL;
}

static void
await_and_print (const char    *what,
                 AsyncioFuture *future)
{
  g_autoptr (GError) error = NULL;
  GVariant *value = future != NULL ? asyncio_await (future, &error) : NULL;
  g_autofree char *text = value != NULL ? g_variant_print (value, FALSE) : NULL;

  g_print ("%s: %s\n", what, text != NULL ? text : error != NULL ? asyncio_error_get_name (error) : "not taken");
}

static gpointer
amain (gpointer   user_data,
       GError   **error)
{
  (void) user_data;

  for (int survives = 0; survives < 2; survives++)
    {
      const MpExecutorOptions options = { .max_workers = 1, .survives = survives };
      g_autoptr (MpExecutor) executor = mp_executor_new (&options, error);
      g_autoptr (AsyncioFuture) dies = NULL;
      g_autoptr (AsyncioFuture) waits = NULL;

      if (executor == NULL)
        return NULL;

      dies = mp_executor_submit (executor, "die", NULL, NULL);
      waits = mp_executor_submit (executor, "square", g_variant_new_int32 (7), NULL);
      g_print ("%s\n", survives ? "an executor that survives" : "CPython's executor");
      await_and_print ("  the one that kills its worker", dies);
      await_and_print ("  the one behind it", waits);
    }

  return NULL;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (AsyncioLoop) loop = NULL;
  g_autoptr (GError) error = NULL;

  mp_register ("square", square_job);
  mp_register ("die", die_job);
  mp_freeze_support (&argc, &argv);

  by_hand ();
  with_pool (MP_FORK);
  with_pool (MP_SPAWN);

  loop = asyncio_new_event_loop ();
  asyncio_loop_run_until_complete (loop, asyncio_coroutine_new (amain, NULL, NULL), &error);
  asyncio_loop_close (loop, NULL);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  mp_exit_function ();

  return error != NULL;
}
