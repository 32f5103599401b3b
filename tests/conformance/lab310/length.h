/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the twins of lab310 have a thread call: Python's `len()`.
 */

#include "kit.h"

#include <string.h>

static inline gpointer
length (gpointer   text,
        GError   **error)
{
  g_autofree char *number = g_strdup_printf ("%zu", strlen (text));

  (void) error;

  return (gpointer) g_intern_string (number);
}
