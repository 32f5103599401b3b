/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The steps of a build: commands that run in the sandbox.
 */

#include "sandbox.h"

G_BEGIN_DECLS

/** A command to run in the sandbox. */
typedef struct
{
  LabSandbox *sandbox; /**< where it runs */
  char *work;          /**< where it runs, and may write */
  GPtrArray *argv;     /**< (element-type utf8) */
  GPtrArray *readable; /**< (element-type utf8): what it may read besides */
  char *label;         /**< whatever its maker wants to know it by */
  LabRunResult result; /**< what became of it */
} LabStep;

/** Makes a step. */
LabStep *lab_step_new (LabSandbox *sandbox,
                       const char *work,
                       const char *label);

/** Frees a step that does not run. */
void lab_step_free (gpointer step);

/** Adds an argument. */
void lab_step_add (LabStep    *self,
                   const char *argument);

/** Adds arguments, ended by NULL. */
void lab_step_add_many (LabStep           *self,
                        const char *const *arguments);

/** Lets it read a file or folder. */
void lab_step_allow (LabStep    *self,
                     const char *path);

/** Whether it ran and ended with status 0. */
gboolean lab_step_succeeded (LabStep *self);

/** What a step that ended has to say. @return (transfer full) */
char *lab_step_explain (LabStep *self);

/**
 * Runs steps side by side.
 *
 * @param steps  (element-type LabStep): the steps
 * @param error  CancelledError; LAB_ERROR_SYSTEM
 * @return TRUE if all were run, whatever became of them
 */
ASYNCIO_SUSPENDS gboolean lab_steps_run (GPtrArray  *steps,
                                         GError    **error);

/**
 * Runs one step.
 *
 * @param step  (transfer full): the step
 * @param failure  (out) (transfer full) (nullable): if it did not succeed, what it had to say
 * @param error  CancelledError; LAB_ERROR_SYSTEM
 * @return TRUE if it was run
 */
ASYNCIO_SUSPENDS gboolean lab_step_run (LabStep  *step,
                                        char    **failure,
                                        GError  **error);

G_END_DECLS
