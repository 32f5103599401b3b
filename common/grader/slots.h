/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Places for sandboxed programs: each has a user of its own, if the grader is root.
 */

#include <glib.h>

G_BEGIN_DECLS

/** The group, of no other user, that all sandboxed programs are in: a folder can be opened to them and to nobody else. */
#define LAB_SANDBOX_GROUP 60099

/** A place. */
typedef struct
{
  guint uid;   /**< a user that no other program of this machine runs as; 0 is the grader's own */
  int lock_fd; /**< keeps other graders on this machine from using the uid; or -1 */
} LabSlot;

/** Whether this process may become other users: it is root, and not only in a user namespace that has no others. */
gboolean lab_slots_have_uids (void);

/**
 * Takes places.
 *
 * @param n  how many
 * @param helper  lab-sandbox, which kills what an earlier grader may have left of a user
 * @param error  LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable) (element-type LabSlot): the places, which are given back when it is freed
 */
GArray *lab_slots_take (guint        n,
                        const char  *helper,
                        GError     **error);

G_END_DECLS
