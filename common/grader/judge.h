/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Judging: running the tests of a lab on a student's files and comparing what they saw.
 */

#include "result.h"

G_BEGIN_DECLS

/** The traces that are right, for one seed. */
typedef struct
{
  guint64 seed;       /**< the seed */
  GHashTable *traces; /**< path of a test -> lines (char **) */
} LabExpectation;

/** Makes an empty one. */
LabExpectation *lab_expectation_new (guint64 seed);

/** Frees it. */
void lab_expectation_free (LabExpectation *self);

/** What judging needs. */
typedef struct
{
  LabTree *tree;           /**< labs and toolchain */
  LabSandbox *sandbox;     /**< where tests run */
  LabWorkspace *workspace; /**< where temporary files go */
  LabBuilder *builder;     /**< makes test programs */
} LabJudge;

/**
 * Runs a lab's tests, side by side, on a solution that is known to be right.
 *
 * @param self  the judge
 * @param lab  the lab
 * @param files  (element-type utf8 GBytes): the solution
 * @param seeds  the seeds
 * @param n_seeds  how many
 * @param error  LAB_ERROR_DATA: it does not compile, or a test does not end well; CancelledError
 * @return (transfer full) (nullable) (element-type LabExpectation): the traces for each seed
 */
ASYNCIO_SUSPENDS GPtrArray *lab_judge_record (LabJudge       *self,
                                              LabInfo        *lab,
                                              GHashTable     *files,
                                              const guint64  *seeds,
                                              guint           n_seeds,
                                              GError        **error);

/**
 * Judges a student's files. Tests run side by side, as far as the sandbox has slots.
 *
 * @param self  the judge
 * @param lab  the lab
 * @param files  (element-type utf8 GBytes): what was handed in
 * @param expectations  (element-type LabExpectation): the traces that are right; a test must pass for each seed
 * @param only  (nullable): the path of the only test to judge
 * @param folder  (nullable): where to leave the test programs; NULL removes them
 * @param origin  where the files come from, for debuggers
 * @param error  CancelledError; LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable): the result
 */
ASYNCIO_SUSPENDS LabLabResult *lab_judge_files (LabJudge    *self,
                                                LabInfo     *lab,
                                                GHashTable  *files,
                                                GPtrArray   *expectations,
                                                const char  *only,
                                                const char  *folder,
                                                const char  *origin,
                                                GError     **error);

/**
 * The result of a lab for a submission that cannot be read.
 *
 * @param lab  the lab
 * @param why  what is wrong with it
 * @return (transfer full): the result, which has no points
 */
LabLabResult *lab_judge_unreadable (LabInfo    *lab,
                                    const char *why);

/**
 * Reads the files of a lab from a folder: the lab's own, which has the reference or in a handout the student's work, or another.
 *
 * @param lab  the lab
 * @param folder  where the files are
 * @param error  LAB_ERROR_DATA
 * @return (transfer full) (nullable) (element-type utf8 GBytes): the files
 */
GHashTable *lab_judge_read_files (LabInfo     *lab,
                                  const char  *folder,
                                  GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabExpectation, lab_expectation_free)

G_END_DECLS
