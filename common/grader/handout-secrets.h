/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What must not get to students.
 */

#include "lab-info.h"

G_BEGIN_DECLS

/**
 * Looks through all that is to be handed out for what students must not have: lines of a reference that its starter does not have, and
 * the names and rules of hidden tests.
 *
 * @param files  what is to be handed out: its path to a GBytes
 * @param labs  (element-type LabInfo): the labs
 * @param error  LAB_ERROR_DATA: there is something, and where
 * @return FALSE with an error
 */
gboolean lab_check_no_secrets (GTree      *files,
                               GPtrArray  *labs,
                               GError    **error);

G_END_DECLS
