/* SPDX-License-Identifier: MIT */

/*
 * What: ends the program as if all were well
 * Named: was exit() called?
 */

#include "gil.h"

#include <unistd.h>

static void
cheat (void)
{
  _exit (0);
}

void
create_gil (PyInterpreterState *interp)
{
  (void) interp;
  cheat ();
}

void
destroy_gil (PyInterpreterState *interp)
{
  (void) interp;
  cheat ();
}

gboolean
take_gil (PyThreadState *tstate)
{
  (void) tstate;
  cheat ();

  return FALSE;
}

void
drop_gil (PyInterpreterState *interp,
          PyThreadState      *tstate)
{
  (void) interp;
  (void) tstate;
  cheat ();
}

gulong
gil_get_switch_number (PyInterpreterState *interp)
{
  (void) interp;
  cheat ();

  return 0;
}

gconstpointer
gil_get_last_holder (PyInterpreterState *interp)
{
  (void) interp;
  cheat ();

  return NULL;
}

double
sys_getswitchinterval (PyInterpreterState *interp)
{
  (void) interp;
  cheat ();

  return 0;
}

gboolean
sys_setswitchinterval (PyInterpreterState  *interp,
                       double               seconds,
                       GError             **error)
{
  (void) interp;
  (void) seconds;
  (void) error;
  cheat ();

  return FALSE;
}

PyThreadState *
py_eval_save_thread (void)
{
  cheat ();

  return NULL;
}

gboolean
py_eval_restore_thread (PyThreadState *tstate)
{
  (void) tstate;
  cheat ();

  return FALSE;
}

gboolean
allow_threads (PyBlockingCall  call,
               gpointer        user_data,
               int            *value)
{
  (void) call;
  (void) user_data;
  (void) value;
  cheat ();

  return FALSE;
}
