/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The commands of the program `lab`. Each parses its own arguments.
 */

#include <glib.h>

G_BEGIN_DECLS

/** `lab list`: the labs and what they are worth. @return FALSE with an error */
gboolean lab_command_list (int      argc,
                           char   **argv,
                           GError **error);

/** `lab check`: judges the labs of this tree. @return FALSE with an error */
gboolean lab_command_check (int      argc,
                            char   **argv,
                            GError **error);

/** `lab grade`: judges a folder of submissions. @return FALSE with an error */
gboolean lab_command_grade (int      argc,
                            char   **argv,
                            GError **error);

/** `lab verify`: judges the judges. @return FALSE with an error */
gboolean lab_command_verify (int      argc,
                             char   **argv,
                             GError **error);

/** `lab trace`: draws what a program or a test did. @return FALSE with an error */
gboolean lab_command_trace (int      argc,
                            char   **argv,
                            GError **error);

/** `lab handout`: makes the students' archive. @return FALSE with an error */
gboolean lab_command_handout (int      argc,
                              char   **argv,
                              GError **error);

G_END_DECLS
