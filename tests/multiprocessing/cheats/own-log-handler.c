/* SPDX-License-Identifier: MIT */

/*
 * What: says what Python says of threads in its own words, to a handler of its own
 * Named: it uses g_log_set_handler(), which no solution needs
 */

#include "multiprocessing-private.h"

static void
hide (const char     *domain,
      GLogLevelFlags  level,
      const char     *message,
      gpointer        user_data)
{
  (void) domain;
  (void) level;
  (void) message;
  (void) user_data;
}

void
mp_freeze_support (int    *argc,
                   char ***argv)
{
  (void) argc;
  (void) argv;
  g_log_set_handler ("asyncio", G_LOG_LEVEL_MASK, hide, NULL);
}

pid_t
mp_popen (MpProcess  *process,
          int        *sentinel,
          GError    **error)
{
  (void) process;
  (void) sentinel;
  (void) error;

  return -1;
}
