/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Reading lab.ini (lab-info.c) and rubric.ini (lab-info-rubric.c).
 */

#include "lab-info.h"

/* No lab, part or test has more. */
#define LAB_MAX_POINTS 1000

/* Reads the rubric of a lab whose lab.ini was read, and checks the two against each other. */
gboolean lab_info_read_rubric (LabInfo  *self,
                               GError  **error);
