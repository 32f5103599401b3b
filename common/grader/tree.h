/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Where things are: the source tree, the build tree, the compiler, and a place for temporary files.
 */

#include "lab-info.h"

G_BEGIN_DECLS

/** The compiler with which students' files are compiled, and how it is called. */
typedef struct
{
  char *cc;         /**< an absolute path */
  char *version;    /**< its first line of --version */
  char *ld;         /**< the linker, for joining objects */
  char *objcopy;    /**< from binutils */
  char *addr2line;  /**< from binutils */
  char **flags;     /**< for compiling: GLib's */
  char **libraries; /**< for linking: GLib's */
  char **explored_flags;     /**< for compiling what the explorer runs */
  char **explored_wrapped;   /**< for linking it: whose place the explorer takes */
  char **explored_libraries; /**< for linking it: what the explorer needs */
} LabToolchain;

/** The trees. */
typedef struct
{
  char *source_root;   /**< the source tree */
  char *build_root;    /**< the build tree */
  gboolean is_handout; /**< a student's tree: there are recorded traces instead of reference solutions */
  GPtrArray *labs;     /**< (element-type LabInfo) */
  LabToolchain toolchain; /**< how things are compiled */
} LabTree;

/**
 * Reads what there is.
 *
 * @param source_root  (nullable): the source tree, NULL for the one that this program was built from
 * @param build_root  (nullable): the build tree, NULL for the one that this program was built in
 * @param error  LAB_ERROR_DATA with file and line; LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable): the trees
 */
LabTree *lab_tree_load (const char  *source_root,
                        const char  *build_root,
                        GError     **error);

/** Frees it. */
void lab_tree_free (LabTree *self);

/** A test program with the reference in it, in the build tree of the repository. @return (transfer full) */
char *lab_tree_get_program (LabTree    *self,
                            LabInfo    *lab,
                            const char *program);

/** The object of a test program, in the build tree. @return (transfer full) */
char *lab_tree_get_program_object (LabTree    *self,
                                   LabInfo    *lab,
                                   const char *program);

/**
 * The objects of the harness, the core and its rules, and of what is given, with which a lab's tests are linked.
 *
 * @param self  the trees
 * @param lab  the lab
 * @param is_explored  for programs that the explorer runs
 * @return (transfer full): freed with g_strfreev()
 */
char **lab_tree_get_objects (LabTree  *self,
                             LabInfo  *lab,
                             gboolean  is_explored);

/** The objects whose functions belong to the tests: nobody else may call them. @return (transfer full): freed with g_strfreev() */
char **lab_tree_get_harness (LabTree *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabTree, lab_tree_free)

G_END_DECLS
