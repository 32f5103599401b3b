/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Solutions of which it is known what they must earn.
 */

#include "workspace.h"
#include "lab-info.h"

G_BEGIN_DECLS

/** A solution. */
typedef struct
{
  char *name;        /**< "wrong/no-cleanup" */
  char *what;        /**< what it does, in a sentence */
  GHashTable *files; /**< (element-type utf8 GBytes) */
  GHashTable *loses; /**< (element-type utf8) (nullable): the tests that it must lose; NULL is all of them */
  char *named;       /**< (nullable): what a report must say of it */
} LabVariant;

/** Frees a variant. */
void lab_variant_free (LabVariant *self);

/**
 * Collects the variants of a lab.
 *
 * @param lab  the lab
 * @param workspace  where patches are applied
 * @param with_wrong  whether the wrong solutions are among them
 * @param error  LAB_ERROR_DATA, with file and line; LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable) (element-type LabVariant): the reference first, then the starter
 */
GPtrArray *lab_variants_collect (LabInfo       *lab,
                                 LabWorkspace  *workspace,
                                 gboolean       with_wrong,
                                 GError       **error);

/** Whether a variant must pass a test. */
gboolean lab_variant_must_pass (LabVariant *self,
                                const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabVariant, lab_variant_free)

G_END_DECLS
