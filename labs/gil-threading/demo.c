/* SPDX-License-Identifier: MIT */

/*
 * Five threads of an interpreter, each of which prints "Worker: N".
 */

#include "ceval.h"
#include "threading.h"

/*
 * def worker(n):
 *     sleep(0.01)
 *     print("Worker:", n)
 */
static const char text[] =
  "def worker n\n"
  "    BLOCKING_IO 10\n"
  "    LOAD_FAST n\n"
  "    PRINT Worker:\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

/*
 * threads = [threading.Thread(target=worker, args=(n,)) for n in range(5)]
 * for t in threads:
 *     t.start()
 * for t in threads:
 *     t.join()
 */
static gboolean
start_and_join (PyInterpreterState  *interp,
                GError             **error)
{
  ThreadingThread *threads[5];
  PyRun runs[5];
  gboolean done = TRUE;

  for (guint n = 0; n < 5; n++)
    {
      runs[n] = (PyRun) { .interp = interp, .function = "worker", .argument = n };
      threads[n] = threading_thread_new (py_run, &runs[n], "worker", NULL);
    }

  for (guint n = 0; n < 5 && done; n++)
    done = threading_thread_start (threads[n], error);
  for (guint n = 0; n < 5 && done; n++)
    done = threading_thread_join (threads[n], THREADING_NO_TIMEOUT, error);

  for (guint n = 0; n < 5; n++)
    threading_thread_unref (threads[n]);

  return done;
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PyModule) module = py_assemble (text, &error);
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);

  if (error == NULL)
    start_and_join (interp, &error);
  threading_shutdown ();
  py_interpreter_state_free (interp);

  if (error != NULL)
    {
      g_autofree char *what = asyncio_error_to_string (error);

      g_printerr ("%s\n", what);
      return 1;
    }

  return 0;
}
