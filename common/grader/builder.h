/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Making test programs from a student's files.
 */

#include "sandbox.h"
#include "tree.h"
#include "workspace.h"

G_BEGIN_DECLS

/** What can be built for, and where. */
typedef struct _LabBuilder LabBuilder;

/** What became of a build. */
typedef enum
{
  LAB_BUILD_OK,         /**< there are test programs */
  LAB_BUILD_UNREADABLE, /**< the submission cannot be read */
  LAB_BUILD_MISSING,    /**< a file that is to be handed in is not there */
  LAB_BUILD_FAILED,     /**< it does not compile */
  LAB_BUILD_REFUSED,    /**< it contains what a solution has no need of, and a cheat has */
} LabBuildStatus;

/** A student's files, built for a lab. */
typedef struct
{
  LabBuildStatus status; /**< whether there is something to judge */
  char *messages;       /**< the compiler's warnings and errors; or what is missing; or why it was refused */
  char *folder;         /**< (nullable): where the test programs are */
  GHashTable *programs; /**< name of a test program -> why it is not there (an empty text if it is) */
} LabBuild;

/** The flags with which each file of a student is compiled. (array zero-terminated=1) */
extern const char *const lab_compile_flags[];

/** Those that it is compiled with besides if it is to be run, and linked with. (array zero-terminated=1) */
extern const char *const lab_sanitizer_flags[];

/** The name of a status in results: "ok", "unreadable", "missing", "failed", "refused". */
const char *lab_build_status_get_name (LabBuildStatus status);

/** Frees a build, but not its folder. */
void lab_build_free (LabBuild *self);

/**
 * Prepares building: copies what every build needs to where the sandbox can see it.
 *
 * @param tree  the trees, which must stay
 * @param sandbox  where compilers run, which must stay
 * @param workspace  where temporary files go, which must stay
 * @param error  LAB_ERROR_SYSTEM; LAB_ERROR_DATA
 * @return (transfer full) (nullable): the builder
 */
LabBuilder *lab_builder_new (LabTree       *tree,
                             LabSandbox    *sandbox,
                             LabWorkspace  *workspace,
                             GError       **error);

/** Frees it. */
void lab_builder_free (LabBuilder *self);

/**
 * Builds the test programs of a lab with a student's files.
 *
 * @param self  the builder
 * @param lab  the lab
 * @param files  (element-type utf8 GBytes): name -> content of what was handed in
 * @param origin  where the files come from, for debuggers
 * @param folder  where to put the test programs: an existing folder that everybody may read
 * @param error  CancelledError; LAB_ERROR_SYSTEM. That something does not compile is none
 * @return (transfer full) (nullable): what became of it
 */
ASYNCIO_SUSPENDS LabBuild *lab_builder_build (LabBuilder  *self,
                                              LabInfo     *lab,
                                              GHashTable  *files,
                                              const char  *origin,
                                              const char  *folder,
                                              GError     **error);

/**
 * Compiles a solution of which many variants are to be built: files that are the same there, to the byte, are not compiled again.
 *
 * Only for files that are trusted: what a compiler makes of a student's file may depend on what lies beside it.
 *
 * @param self  the builder
 * @param lab  the lab
 * @param files  (element-type utf8 GBytes): name -> content
 * @param origin  the same as for lab_builder_build()
 * @param error  CancelledError; LAB_ERROR_SYSTEM. That something does not compile is none, and nothing is kept then
 * @return FALSE with an error
 */
ASYNCIO_SUSPENDS gboolean lab_builder_keep_compiled (LabBuilder  *self,
                                                     LabInfo     *lab,
                                                     GHashTable  *files,
                                                     const char  *origin,
                                                     GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabBuilder, lab_builder_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabBuild, lab_build_free)

G_END_DECLS
