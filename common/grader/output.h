/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The folder that `lab grade` writes.
 */

#include "result.h"

G_BEGIN_DECLS

/** A folder that appears when it is complete. */
typedef struct _LabOutput LabOutput;

/**
 * Begins to write.
 *
 * @param path  the folder, which must not be there, or be empty
 * @param error  LAB_ERROR_USAGE: it is there; LAB_ERROR_SYSTEM: it cannot be written
 * @return (transfer full) (nullable): the output
 */
LabOutput *lab_output_new (const char  *path,
                           GError     **error);

/** Frees an output. If it is not complete, nothing of it is left. */
void lab_output_free (LabOutput *self);

/** Writes a file of the course. @return FALSE with LAB_ERROR_SYSTEM */
gboolean lab_output_write (LabOutput   *self,
                           const char  *name,
                           const char  *text,
                           GError     **error);

/** Writes all files of a student. @return FALSE with LAB_ERROR_SYSTEM */
gboolean lab_output_write_student (LabOutput  *self,
                                   LabResult  *result,
                                   GError    **error);

/** Makes the folder appear under its name. @return FALSE with LAB_ERROR_SYSTEM */
gboolean lab_output_complete (LabOutput  *self,
                              GError    **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabOutput, lab_output_free)

G_END_DECLS
