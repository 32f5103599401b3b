/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What the commands have in common: options, the judge and what it needs, running a coroutine.
 */

#include "judge.h"

G_BEGIN_DECLS

/** The commands' common options. */
typedef struct
{
  int jobs;            /**< how many programs run at a time; 0 is one for each processor */
  char *seed;          /**< (nullable): the seed, or NULL for a fresh one */
  int level;           /**< the sandbox level that is wanted, -1 for the best */
  gboolean no_sandbox; /**< none is wanted */
} LabOptions;

/** The options as GLib parses them; ended by an empty one. */
#define LAB_COMMON_OPTION_ENTRIES(options) \
  { "jobs", 'j', 0, G_OPTION_ARG_INT, &(options).jobs, "Run N programs at a time (default: one for each processor)", "N" }, \
  { "seed", 0, 0, G_OPTION_ARG_STRING, &(options).seed, "Use this seed instead of a fresh one", "N" }, \
  { "level", 0, 0, G_OPTION_ARG_INT, &(options).level, "Use this level of the sandbox, 1 or 2, or fail", "N" }, \
  { "no-sandbox", 0, 0, G_OPTION_ARG_NONE, &(options).no_sandbox, "Run without a sandbox. Never for what others wrote", NULL }

/** What judging needs, made by lab_session_open(). */
typedef struct
{
  LabTree *tree;           /**< labs and toolchain */
  LabSandbox *sandbox;     /**< where everything runs that is not ours */
  LabWorkspace *workspace; /**< where temporary files go */
  LabBuilder *builder;     /**< makes test programs */
  LabJudge judge;          /**< runs them */
  guint64 seed;            /**< of the tests */
} LabSession;

/**
 * Prepares judging.
 *
 * @param options  the common options
 * @param may_go_without  whether to go on without a sandbox, with a warning, where none can be had
 * @param error  LAB_ERROR_USAGE, LAB_ERROR_DATA, LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable): the session
 */
LabSession *lab_session_open (const LabOptions  *options,
                              gboolean           may_go_without,
                              GError           **error);

/** Frees it and removes temporary files. */
void lab_session_close (LabSession *self);

/** A result of a student without labs so far. @return (transfer full) */
LabResult *lab_session_new_result (LabSession *self,
                                   const char *student);

/** The options of a command are parsed by GLib, and what is left must be @p n_min to @p n_max arguments. @return FALSE with LAB_ERROR_USAGE */
gboolean lab_parse_options (int                 *argc,
                            char              ***argv,
                            const GOptionEntry  *entries,
                            const char          *parameters,
                            const char          *description,
                            int                  n_min,
                            int                  n_max,
                            GError             **error);

/**
 * Runs a coroutine in a loop of its own. SIGINT and SIGTERM cancel it.
 *
 * @param body  its body
 * @param user_data  what it gets
 * @param error  its error; CancelledError when it was interrupted
 * @return FALSE with an error
 */
gboolean lab_run (AsyncioCoroutineFunc  body,
                  gpointer              user_data,
                  GError              **error);

/** Whether a text for this file descriptor should have colours. */
gboolean lab_has_color (int fd);

/** The columns of the terminal, or 0 if standard output is none. */
guint lab_get_terminal_width (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabSession, lab_session_close)

G_END_DECLS
