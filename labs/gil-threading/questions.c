/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, part D, given: the programs.
 */

#include "questions.h"

#include "ceval.h"

/* x += 1 */
#define ADD "    LOAD_GLOBAL x\n    LOAD_CONST 1\n    BINARY_ADD\n    STORE_GLOBAL x\n"

/* x = x + one() */
#define ADD_ONE "    LOAD_GLOBAL x\n    LOAD_GLOBAL one\n    CALL 0\n    BINARY_ADD\n    STORE_GLOBAL x\n"

#define RETURN "    LOAD_CONST None\n    RETURN_VALUE\n"
#define ONE "def one\n    LOAD_CONST 1\n    RETURN_VALUE\n"

static const struct
{
  const char *name;
  PyCheckPoints check_points;
  const char *threads[2]; /* what they run */
  const char *result;     /* the variable that is asked for */
  const char *text;
} questions[N_QUESTIONS] = {
  [QUESTION_ADD_3_9] = { "add-3.9", PY_CHECK_EVERYWHERE, { "add", "add" }, "x",
    "def add\n" ADD ADD RETURN },

  [QUESTION_ADD_3_10] = { "add-3.10", PY_CHECK_JUMPS_AND_CALLS, { "add", "add" }, "x",
    "def add\n" ADD ADD RETURN },

  [QUESTION_CALL] = { "call", PY_CHECK_JUMPS_AND_CALLS, { "add", "add" }, "x",
    ONE
    "def add\n" ADD_ONE ADD_ONE RETURN },

  [QUESTION_LOCK] = { "lock", PY_CHECK_JUMPS_AND_CALLS, { "add", "add" }, "x",
    ONE
    "def add\n"
    "    WITH_ENTER lock\n"
    ADD_ONE
    "    WITH_EXIT lock\n"
    "    WITH_ENTER lock\n"
    ADD_ONE
    "    WITH_EXIT lock\n"
    RETURN },

  [QUESTION_CHECK] = { "check", PY_CHECK_EVERYWHERE, { "add", "add" }, "x",
    "def add\n"
    "    LOAD_GLOBAL x\n"
    "    LOAD_CONST 1\n"
    "    COMPARE_LT\n"
    "    POP_JUMP_IF_FALSE enough\n"
    ADD
    "enough:\n"
    RETURN },

  /* for i in range(3): pass; seen = x */
  [QUESTION_CONVOY] = { "convoy", PY_CHECK_JUMPS_AND_CALLS, { "waits", "computes" }, "seen",
    "def waits\n"
    "    BLOCKING_IO 0\n" ADD
    "    BLOCKING_IO 0\n" ADD
    RETURN
    "def computes\n"
    "    LOAD_CONST 0\n"
    "    STORE_FAST i\n"
    "again:\n"
    "    LOAD_FAST i\n"
    "    LOAD_CONST 1\n"
    "    BINARY_ADD\n"
    "    STORE_FAST i\n"
    "    LOAD_FAST i\n"
    "    LOAD_CONST 3\n"
    "    COMPARE_LT\n"
    "    POP_JUMP_IF_FALSE done\n"
    "    JUMP_BACKWARD again\n"
    "done:\n"
    "    LOAD_GLOBAL x\n"
    "    STORE_GLOBAL seen\n"
    RETURN },
};

const char *
question_get_name (Question question)
{
  return questions[question].name;
}

PyModule *
question_new_module (Question question)
{
  g_autoptr (GError) error = NULL;
  PyModule *module = py_assemble (questions[question].text, &error);

  g_assert_no_error (error);

  return module;
}

static gpointer
run (gpointer user_data)
{
  py_run (user_data, NULL);

  return NULL;
}

int
question_run (Question        question,
              const PyModule *module)
{
  PyInterpreterState *interp = py_interpreter_state_new (module, PY_GIL_BARE, questions[question].check_points);
  GThread *threads[2];
  PyRun runs[2];
  int result;

  py_set_global (interp, "x", py_int_new (0));
  if (question == QUESTION_LOCK)
    py_set_global (interp, "lock", py_lock_new ());

  for (guint i = 0; i < 2; i++)
    {
      runs[i] = (PyRun) { .interp = interp, .function = questions[question].threads[i] };
      threads[i] = g_thread_new (questions[question].threads[i], run, &runs[i]);
    }
  for (guint i = 0; i < 2; i++)
    g_thread_join (threads[i]);

  result = (int) py_get_global_int (interp, questions[question].result);
  py_interpreter_state_free (interp);

  return result;
}
