/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Running our own tools on our own files: unifdef, patch and the like.
 */

#include "lab-info.h"

G_BEGIN_DECLS

/**
 * Runs a program that is trusted and waits for it.
 *
 * @param argv  program and arguments
 * @param folder  (nullable): where it runs
 * @param max_status  the highest exit status that is no failure; usually 0
 * @param out  (out) (optional) (transfer full): what it printed
 * @param error  LAB_ERROR_SYSTEM: it cannot be run; LAB_ERROR_DATA: it failed, and what it said
 * @return FALSE with an error
 */
gboolean lab_run_tool (const char *const  *argv,
                       const char         *folder,
                       int                 max_status,
                       char              **out,
                       GError            **error);

/**
 * What a student begins with: a lab's file without what is between `#ifdef SOLUTION` and `#else`.
 *
 * @param lab  the lab
 * @param file  the name of the file
 * @param error  LAB_ERROR_SYSTEM, LAB_ERROR_DATA
 * @return (transfer full) (nullable): its text
 */
char *lab_make_starter (LabInfo     *lab,
                        const char  *file,
                        GError     **error);

G_END_DECLS
