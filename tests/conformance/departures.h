/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Where we depart from CPython, as files tell: repairs.ini and moves.ini.
 */

#include <glib.h>

/* One entry. It holds for a scenario with some versions. */
typedef struct
{
  char *trace;  /* the file with the trace that is expected instead, relative to the folder of the entry's file */
  char *issue;  /* where CPython's people talk about it, e.g. "python/cpython#91887" */
  char *reason; /* one sentence */
} Departure;

void departure_free (Departure *departure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Departure, departure_free)

/*
 * Looks for the entry of a test.
 *
 * paths: the files, ended by NULL
 * test: scenario@version
 * departure: (out) (nullable) (transfer full): the entry, or NULL if there is none
 *
 * Returns FALSE with an error when a file cannot be read or an entry is not complete.
 */
gboolean departures_find (const char *const  *paths,
                          const char         *test,
                          Departure         **departure,
                          GError            **error);

/*
 * Whether all entries are complete, are there once, have a trace, and name tests that there are.
 *
 * tests: all tests of twins, scenario@version, ended by NULL
 */
gboolean departures_check (const char *const  *paths,
                           const char *const  *tests,
                           GError            **error);
