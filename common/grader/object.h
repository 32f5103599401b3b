/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Looking into object files: what a student's object must not contain.
 */

#include <glib.h>

G_BEGIN_DECLS

/**
 * The names of the global symbols that an object file defines.
 *
 * @param path  an ELF object
 * @param names  (element-type utf8): a set to which they are added; it must own its keys
 * @param error  LAB_ERROR_DATA: it cannot be read
 * @return FALSE with an error
 */
gboolean lab_object_add_defined (const char  *path,
                                 GHashTable  *names,
                                 GError     **error);

/** How an object was compiled, and so what the compiler has put into it. */
typedef enum
{
  LAB_OBJECT_PLAIN,     /**< nothing */
  LAB_OBJECT_SANITIZED, /**< for AddressSanitizer and UBSan */
  LAB_OBJECT_EXPLORED,  /**< for the explorer, which sees each use of memory */
} LabObjectKind;

/** What is known of an object that is checked. */
typedef struct
{
  const char *path;   /**< an ELF object */
  LabObjectKind kind; /**< how it was compiled */
  const char *const *api; /**< (array zero-terminated=1): the functions that it may define for others */
  const char *const *forbidden; /**< (array zero-terminated=1): functions of the core that it must not use */
  GHashTable *harness;    /**< (element-type utf8): the set of the harness's symbols */
} LabObject;

/**
 * Looks for what a solution has no need of, and a cheat has: code that runs before or after the test does, definitions
 * that take the place of GLib's or the C library's, calls of the harness or of a sanitizer's switches.
 *
 * All objects of a file must be checked, the plain one and the others: the preprocessor can tell them apart.
 *
 * @param object  the object
 * @param refusal  (out) (transfer full) (nullable): what was found, in words for the report, or NULL
 * @param error  LAB_ERROR_DATA: it cannot be read
 * @return FALSE with an error
 */
gboolean lab_object_check (const LabObject  *object,
                           char            **refusal,
                           GError          **error);

G_END_DECLS
