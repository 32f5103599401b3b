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

/**
 * Looks for what a solution has no need of, and a cheat has: code that runs before or after the test does, definitions
 * that take the place of GLib's or the C library's, calls of the harness or of a sanitizer's switches.
 *
 * @param path  an uninstrumented ELF object
 * @param harness  (element-type utf8): the set of the harness's symbols
 * @param refusal  (out) (transfer full) (nullable): what was found, in words for the report, or NULL
 * @param error  LAB_ERROR_DATA: it cannot be read
 * @return FALSE with an error
 */
gboolean lab_object_check (const char  *path,
                           GHashTable  *harness,
                           char       **refusal,
                           GError     **error);

G_END_DECLS
