/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Comparing two traces line by line.
 */

#include <glib.h>

G_BEGIN_DECLS

/** One row of two traces side by side; a side that has nothing there is NULL. */
typedef struct
{
  const char *expected; /**< (nullable) */
  const char *got;      /**< (nullable) */
} LabDiffRow;

/** Splits a text into its lines. @return (transfer full): freed with g_strfreev() */
char **lab_trace_split (const char *text);

/** Whether two traces are the same. */
gboolean lab_trace_equal (const char *const *expected,
                          const char *const *got);

/**
 * Aligns two traces so that as many lines as possible stand beside their equal.
 *
 * @param expected  the lines that should have come
 * @param got  the lines that came
 * @return (transfer full) (element-type LabDiffRow): the rows, which point into the traces
 */
GArray *lab_trace_align (const char *const *expected,
                         const char *const *got);

/** The index of the first row whose sides differ, or -1. */
int lab_trace_find_difference (GArray *rows);

G_END_DECLS
