/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What every build needs, copied to where the sandbox's users may read it.
 *
 * The source tree may be in a home folder that nobody else may enter, and the compilers run as other users.
 */

#include "tree.h"
#include "workspace.h"

G_BEGIN_DECLS

/** The name of a header that is included in each file of a student, before everything else. */
#define LAB_STAGE_RULES "rules.h"

/** The text of that file. */
extern const char lab_stage_rules[];

/** The copies. */
typedef struct
{
  char *folder;        /**< where they are */
  char *headers;       /**< the part of it that a compiler may read: no objects, and so no tests */
  GHashTable *harness; /**< (element-type utf8): the symbols that belong to the tests */
} LabStage;

/**
 * Makes the copies.
 *
 * @param tree  the trees
 * @param workspace  where the copies go
 * @param error  LAB_ERROR_SYSTEM; LAB_ERROR_DATA
 * @return (transfer full) (nullable): the stage
 */
LabStage *lab_stage_new (LabTree       *tree,
                         LabWorkspace  *workspace,
                         GError       **error);

/** Frees a stage, but not its folder. */
void lab_stage_free (LabStage *self);

/** The objects of which a test program is made, but for the student's. @return (transfer full): freed with g_strfreev() */
char **lab_stage_get_objects (LabStage   *self,
                              LabTree    *tree,
                              LabInfo    *lab,
                              const char *program);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabStage, lab_stage_free)

G_END_DECLS
