/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The results of a course in one table.
 */

#include <glib.h>

G_BEGIN_DECLS

/** A table that is written as CSV (RFC 4180). */
typedef struct _LabGradebook LabGradebook;

/** Makes an empty table. */
LabGradebook *lab_gradebook_new (void);

/** Frees it. */
void lab_gradebook_free (LabGradebook *self);

/** Adds a text to the row. A spreadsheet will not take it for a formula. */
void lab_gradebook_add (LabGradebook *self,
                        const char   *text);

/** Adds a number to the row. */
void lab_gradebook_add_number (LabGradebook *self,
                               guint         number);

/** Ends the row. */
void lab_gradebook_end_row (LabGradebook *self);

/** The table so far. */
const char *lab_gradebook_get_text (LabGradebook *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabGradebook, lab_gradebook_free)

G_END_DECLS
