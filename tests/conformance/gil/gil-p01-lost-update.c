/* SPDX-License-Identifier: MIT */

/* The twin of gil-p01-lost-update.py: x += 1 is three steps, and what another thread stores between the first and the last is lost. */

#include "ceval.h"
#include "kit.h"
#include "threading.h"

/*
 * In Python an operand tells when x was loaded. Here the instructions are there to be seen. An Event is a lock that is locked in the
 * beginning: to set it is to release it, to wait for it is to acquire it.
 *
 * def a():                                # def b():
 *     global x                            #     global x
 *     x += 1   # loads, sets a_loaded,    #     a_loaded.wait()
 *              # waits for b_stored       #     x += 1
 *              # and stores               #     b_stored.set()
 */
static const char text[] =
  "def clear\n"
  "    WITH_ENTER a_loaded\n"
  "    WITH_ENTER b_stored\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n"
  "def a\n"
  "    LOAD_GLOBAL x\n"
  "    STORE_FAST loaded\n"
  "    LOAD_FAST loaded\n"
  "    PRINT A loaded\n"
  "    WITH_EXIT a_loaded\n"
  "    WITH_ENTER b_stored\n"
  "    LOAD_FAST loaded\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_FAST sum\n"
  "    LOAD_FAST sum\n"
  "    PRINT A will store\n"
  "    LOAD_FAST sum\n"
  "    STORE_GLOBAL x\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n"
  "def b\n"
  "    WITH_ENTER a_loaded\n"
  "    LOAD_GLOBAL x\n"
  "    STORE_FAST loaded\n"
  "    LOAD_FAST loaded\n"
  "    PRINT B loaded\n"
  "    LOAD_FAST loaded\n"
  "    LOAD_CONST 1\n"
  "    BINARY_ADD\n"
  "    STORE_FAST sum\n"
  "    LOAD_FAST sum\n"
  "    PRINT B will store\n"
  "    LOAD_FAST sum\n"
  "    STORE_GLOBAL x\n"
  "    WITH_EXIT b_stored\n"
  "    LOAD_CONST None\n"
  "    RETURN_VALUE\n";

static void
print (const char *line,
       gpointer    data)
{
  (void) data;
  trace ("%s", line);
}

int
main (void)
{
  g_autoptr (PyModule) module = py_assemble (text, NULL);
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_YOURS, PY_CHECK_JUMPS_AND_CALLS);
  PyRun runs[2] = { { .interp = interp, .function = "a" }, { .interp = interp, .function = "b" } };
  ThreadingThread *threads[2];

  kit_init ();
  interp->print = print;
  py_set_global (interp, "x", py_int_new (0));
  py_set_global (interp, "a_loaded", py_lock_new ());
  py_set_global (interp, "b_stored", py_lock_new ());
  py_run (&(PyRun) { .interp = interp, .function = "clear" }, NULL);

  for (guint i = 0; i < 2; i++)
    threads[i] = threading_thread_new (py_run, &runs[i], runs[i].function, NULL);
  for (guint i = 0; i < 2; i++)
    threading_thread_start (threads[i], NULL);
  for (guint i = 0; i < 2; i++)
    threading_thread_join (threads[i], THREADING_NO_TIMEOUT, NULL);
  trace ("two increments, x is %" G_GINT64_FORMAT, py_get_global_int (interp, "x"));

  for (guint i = 0; i < 2; i++)
    threading_thread_unref (threads[i]);
  py_interpreter_state_free (interp);

  return 0;
}
