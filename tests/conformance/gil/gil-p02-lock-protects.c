/* SPDX-License-Identifier: MIT */

/* The twin of gil-p02-lock-protects.py: with a lock around all of x = x + 1 nothing is lost, however often threads change
 * places. */

#include "ceval.h"
#include "gil.h"
#include "kit.h"
#include "threading.h"

/*
 * def work(times):
 *     for _ in range(times):
 *         with lock:
 *             inside += 1
 *             most = max(most, inside)
 *             x = int(x + 1)
 *             inside -= 1
 */
static const char text[] =
  "def one\n"
  "    LOAD_CONST 1\n"
  "    RETURN_VALUE\n"
  "def work times\n"
  "    LOAD_CONST 0\n"
  "    STORE_FAST i\n"
  "again:\n"
  "    LOAD_FAST i\n"
  "    LOAD_FAST times\n"
  "    COMPARE_LT\n"
  "    POP_JUMP_IF_FALSE done\n"
  "    WITH_ENTER lock\n"
  "    LOAD_GLOBAL inside\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_GLOBAL inside\n"
  "    LOAD_GLOBAL most\n"
  "    LOAD_GLOBAL inside\n"
  "    COMPARE_LT\n"
  "    POP_JUMP_IF_FALSE not_more\n"
  "    LOAD_GLOBAL inside\n"
  "    STORE_GLOBAL most\n"
  "not_more:\n"
  "    LOAD_GLOBAL x\n"
  "    LOAD_GLOBAL one\n"
  "    CALL 0\n"
  "    BINARY_ADD\n"
  "    STORE_GLOBAL x\n"
  "    LOAD_GLOBAL inside\n"
  "    LOAD_CONST -1\n"
  "    BINARY_ADD\n"
  "    STORE_GLOBAL inside\n"
  "    WITH_EXIT lock\n"
  "    LOAD_FAST i\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_FAST i\n"
  "    JUMP_BACKWARD again\n"
  "done:\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

int
main (void)
{
  g_autoptr (PyModule) module = py_assemble (text, NULL);
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
  ThreadingThread *threads[4];
  PyRun run = { .interp = interp, .function = "work", .argument = 5000 };

  kit_init ();
  py_set_global (interp, "x", py_int_new (0));
  py_set_global (interp, "inside", py_int_new (0));
  py_set_global (interp, "most", py_int_new (0));
  py_set_global (interp, "lock", py_lock_new ());

  sys_setswitchinterval (interp, 1e-6, NULL);
  for (guint i = 0; i < 4; i++)
    threads[i] = threading_thread_new (py_run, &run, "work", NULL);
  for (guint i = 0; i < 4; i++)
    threading_thread_start (threads[i], NULL);
  for (guint i = 0; i < 4; i++)
    threading_thread_join (threads[i], THREADING_NO_TIMEOUT, NULL);
  trace ("x is %" G_GINT64_FORMAT, py_get_global_int (interp, "x"));
  trace ("threads inside at once, at most %" G_GINT64_FORMAT, py_get_global_int (interp, "most"));

  for (guint i = 0; i < 4; i++)
    threading_thread_unref (threads[i]);
  py_interpreter_state_free (interp);

  return 0;
}
