/* SPDX-License-Identifier: MIT */

/* The twin of gil-p03-race-seen.py: where threads can change places decides whether one sees that x += 1 is three steps. */

#include "ceval.h"
#include "gil.h"
#include "kit.h"
#include "threading.h"

#define N 20000

/* for _ in range(times): and then the lines of the body */
#define LOOP(name, body) \
  "def " name " times\n" \
  "    LOAD_CONST 0\n" \
  "    STORE_FAST i\n" \
  "again:\n" \
  "    LOAD_FAST i\n" \
  "    LOAD_FAST times\n" \
  "    COMPARE_LT\n" \
  "    POP_JUMP_IF_FALSE done\n" \
  body \
  "    LOAD_FAST i\n" \
  "    LOAD_CONST 1\n" \
  "    BINARY_ADD\n" \
  "    STORE_FAST i\n" \
  "    JUMP_BACKWARD again\n" \
  "done:\n" \
  "    LOAD_CONST None\n" \
  "    RETURN_VALUE\n"

static const char text[] =
  "def one\n"
  "    LOAD_CONST 1\n"
  "    RETURN_VALUE\n"
  LOOP ("bare",
        "    LOAD_GLOBAL x\n"
        "    LOAD_CONST 1\n"
        "    BINARY_ADD\n"
        "    STORE_GLOBAL x\n")
  LOOP ("with_call",
        "    LOAD_GLOBAL x\n"
        "    LOAD_GLOBAL one\n"
        "    CALL 0\n"
        "    BINARY_ADD\n"
        "    STORE_GLOBAL x\n");

/* Whether some round of two threads lost an increment; never a surplus. */
static gboolean
lost (PyInterpreterState *interp,
      const char         *work,
      guint               rounds)
{
  PyRun run = { .interp = interp, .function = work, .argument = N };

  for (guint i = 0; i < rounds; i++)
    {
      ThreadingThread *threads[2];
      gint64 x;

      py_set_global (interp, "x", py_int_new (0));
      for (guint j = 0; j < 2; j++)
        threads[j] = threading_thread_new (py_run, &run, work, NULL);
      for (guint j = 0; j < 2; j++)
        threading_thread_start (threads[j], NULL);
      for (guint j = 0; j < 2; j++)
        threading_thread_join (threads[j], THREADING_NO_TIMEOUT, NULL);
      for (guint j = 0; j < 2; j++)
        threading_thread_unref (threads[j]);

      x = py_get_global_int (interp, "x");
      if (x > 2 * N)
        trace ("surplus");
      if (x < 2 * N)
        return TRUE;
    }

  return FALSE;
}

int
main (void)
{
  g_autoptr (PyModule) module = py_assemble (text, NULL);
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);

  kit_init ();
  sys_setswitchinterval (interp, 1e-6, NULL);
  trace ("x += one(): lost an update: %s", trace_bool (lost (interp, "with_call", 200)));
  trace ("x += 1: lost an update: %s", trace_bool (lost (interp, "bare", 5)));
  py_interpreter_state_free (interp);

  return 0;
}
