/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What can go wrong in the grader itself, as opposed to in what it grades.
 */

#include <glib.h>

G_BEGIN_DECLS

/** The GError domain of the grader. */
#define LAB_ERROR (lab_error_quark ())

/** Codes of the domain #LAB_ERROR. */
typedef enum
{
  LAB_ERROR_USAGE,  /**< the command line makes no sense; exit status 2 */
  LAB_ERROR_DATA,   /**< a file of the course is wrong: rubric, lab.ini, patch; exit status 1 */
  LAB_ERROR_INPUT,  /**< a submission cannot be read; exit status 1 */
  LAB_ERROR_SYSTEM, /**< the machine cannot do what is needed; exit status 1 */
} LabError;

/** The domain #LAB_ERROR as a number. */
GQuark lab_error_quark (void);

G_END_DECLS
