/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What is known of a lab: its lab.ini and its rubric.
 */

#include <gio/gio.h>

G_BEGIN_DECLS

/** A part of a lab. */
typedef struct
{
  char *name;  /**< "A" */
  char *title; /**< "The explicit way" */
  guint points; /**< what it is worth */
  gboolean bonus; /**< whether its points come on top of the lab's. All its tests are public */
  guint lines;  /**< of C that the student writes, about */
  char *hours; /**< as a text: "1", "2-3" */
} LabPart;

/** Who may see a test. */
typedef enum
{
  LAB_PUBLIC, /**< the student */
  LAB_HIDDEN, /**< the staff; the student learns only what all hidden tests together gave */
} LabVisibility;

/** What the rubric says of a graded test. */
typedef struct
{
  char *path;    /**< "/3.7/run/value" */
  char *program; /**< the test program that has it: "test-run" */
  char *part;    /**< the name of its part */
  guint points;             /**< what it is worth */
  gboolean bonus;           /**< whether they come on top of the lab's points, as its part is a bonus */
  LabVisibility visibility; /**< who may see it */
  char *rule;     /**< the rule that it judges, in a sentence */
  char *source;   /**< where in Python the rule comes from */
  char *hints[3]; /**< from a nudge to the answer */
} LabTest;

/** A lab. */
typedef struct
{
  char *id;       /**< "3.7" */
  char *title;    /**< "asyncio.run" */
  char *python;   /**< the Python version that it is about: "3.7" */
  char *folder;   /**< the name of its folder in labs/ and tests/: "3.7-run" */
  char *lab_dir;  /**< the path of labs/FOLDER */
  char *test_dir; /**< the path of tests/FOLDER */
  char **files;   /**< what the student hands in */
  char *header;   /**< the contract */
  char **api;     /**< the functions of the contract */
  char **given;     /**< sources beside the student's that are linked with them */
  char **staff;     /**< files of the folder that are in no handout */
  char **forbidden; /**< functions of the core that a solution must not use: they are what the lab is about */
  gboolean children; /**< whether its tests start processes, and send them signals */
  guint points;     /**< what it is worth, without bonus */
  GPtrArray *parts; /**< (element-type LabPart) */
  GPtrArray *tests; /**< (element-type LabTest): in the order of the rubric */
} LabInfo;

/**
 * Reads a lab's lab.ini and rubric.ini, and checks them against each other.
 *
 * @param source_root  the tree
 * @param folder  the name of the lab's folder
 * @param error  LAB_ERROR_DATA, with file and line
 * @return (transfer full) (nullable): the lab
 */
LabInfo *lab_info_load (const char  *source_root,
                        const char  *folder,
                        GError     **error);

/** Frees a lab. */
void lab_info_free (LabInfo *self);

/** The test of a path. @return (transfer none) (nullable) */
LabTest *lab_info_find_test (LabInfo    *self,
                             const char *path);

/** Where the function of a test is: "tests/3.7-run/test-run.c:38 (test_value)". @return (transfer full) (nullable): NULL if it cannot be found */
char *lab_info_find_source (LabInfo *self,
                            LabTest *test);

/** Sets an error about a place in the lab's rubric, with file and line; see lab_key_file_complain(). */
void lab_info_complain (LabInfo     *self,
                        const char  *path,
                        const char  *key,
                        GError     **error,
                        const char  *format,
                        ...) G_GNUC_PRINTF (5, 6);

/** The names of the test programs, each once, in the order of the rubric. @return (transfer full): freed with g_strfreev() */
char **lab_info_get_programs (LabInfo *self);

/** Whether a test program is one that the explorer runs: its name begins with "explore-". */
gboolean lab_program_is_explored (const char *program);

/** Whether a lab has one of those. */
gboolean lab_info_has_explored (LabInfo *self);

/** The points of all tests of a visibility, without bonus. */
guint lab_info_sum_points (LabInfo       *self,
                           LabVisibility  visibility);

/** The points that come on top of the lab's. */
guint lab_info_sum_bonus (LabInfo *self);

/** How many tests have a visibility. */
guint lab_info_count_tests (LabInfo       *self,
                            LabVisibility  visibility);

/**
 * Reads all labs of a tree, in the order of the course.
 *
 * @return (transfer full) (nullable) (element-type LabInfo): the labs
 */
GPtrArray *lab_info_load_all (const char  *source_root,
                              GError     **error);

/**
 * Finds a lab by its id ("3.7") or its folder ("3.7-run").
 *
 * @param labs  all labs
 * @param name  id or folder
 * @param error  LAB_ERROR_USAGE, naming the labs that there are
 * @return (transfer none) (nullable): the lab
 */
LabInfo *lab_info_find (GPtrArray   *labs,
                        const char  *name,
                        GError     **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabInfo, lab_info_free)

G_END_DECLS
