/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The verdict on one run of a test.
 */

#include "result.h"
#include "seal.h"

G_BEGIN_DECLS

/** Makes a verdict. @return (transfer full) */
LabVerdict *lab_verdict_new (LabTest    *test,
                             LabStatus   status,
                             const char *message);

/**
 * Judges a run.
 *
 * @param sandbox  where the place of a crash is looked up
 * @param tree  whose toolchain does that
 * @param lab  the lab
 * @param test  the test that ran
 * @param folder  where its program is
 * @param run  what became of it, its trace without seals
 * @param seal  whose trace it is
 * @param expected  the trace that is right
 * @param error  CancelledError; LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable): the verdict
 */
ASYNCIO_SUSPENDS LabVerdict *lab_verdict_of_run (LabSandbox          *sandbox,
                                                 LabTree             *tree,
                                                 LabInfo             *lab,
                                                 LabTest             *test,
                                                 const char          *folder,
                                                 const LabRunResult  *run,
                                                 LabSeal              seal,
                                                 char               **expected,
                                                 GError             **error);

G_END_DECLS
