/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What students handed in.
 */

#include "lab-info.h"

G_BEGIN_DECLS

/** What one student handed in: a folder or an archive. */
typedef struct
{
  char *student; /**< the name of the folder, or of the archive without its ending */
  char *path;    /**< of the folder or archive */
} LabSubmission;

/** Frees it. */
void lab_submission_free (LabSubmission *self);

/**
 * Lists the submissions in a folder: every folder in it, and every archive (.zip, .tar, .tar.gz, .tgz, .tar.xz, .tar.bz2, .tar.zst).
 *
 * @param path  the folder
 * @param ignored  (out) (transfer full) (element-type utf8): the names of what was left out, being neither
 * @param error  LAB_ERROR_USAGE: there is no such folder, or nothing in it; LAB_ERROR_INPUT: two submissions of one student
 * @return (transfer full) (nullable) (element-type LabSubmission): the submissions, sorted by student
 */
GPtrArray *lab_submissions_list (const char  *path,
                                 GPtrArray  **ignored,
                                 GError     **error);

/**
 * Reads the files of a lab out of a submission. They may lie in the lab's folder or flat, below at most any other folders; nothing else
 * in the submission is used.
 *
 * @param self  the submission
 * @param lab  the lab
 * @param error  LAB_ERROR_INPUT: it cannot be read, or is not to be trusted; says what and where
 * @return (transfer full) (nullable) (element-type utf8 GBytes): name -> content of the files that are there
 */
GHashTable *lab_submission_read (LabSubmission  *self,
                                 LabInfo        *lab,
                                 GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabSubmission, lab_submission_free)

G_END_DECLS
