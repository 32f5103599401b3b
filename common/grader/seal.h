/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * The seals of a trace: telling the lines that the test wrote from those that somebody else did.
 */

#include <glib.h>

G_BEGIN_DECLS

/** A key that nobody has had before. @return (transfer full): 32 hexadecimal digits */
char *lab_seal_new_key (void);

/** What the seals say of a trace. */
typedef enum
{
  LAB_SEAL_WHOLE,  /**< the test wrote it, up to the end of the program */
  LAB_SEAL_CUT,    /**< the test wrote it, but the program ended too early */
  LAB_SEAL_FORGED, /**< somebody else wrote some of it: lines without a seal, or with one of another line, place or key */
} LabSeal;

/**
 * Takes the seals off a trace.
 *
 * @param sealed  what was written to the trace's pipe
 * @param key  the key that the program was given
 * @param seal  (out): what they say
 * @return (transfer full): the lines without their seals; who had none stays as it is. The last one, which only says that the program
 *   ended, is not among them
 */
char *lab_seal_open (const char *sealed,
                     const char *key,
                     LabSeal    *seal);

G_END_DECLS
