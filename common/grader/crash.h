/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Reading the reports of the sanitizers.
 */

#include "sandbox.h"

G_BEGIN_DECLS

/** Whether a program's error output is the report of a sanitizer. */
gboolean lab_crash_is_report (const char *err);

/** Whether such a report is about nothing worse than lost memory. */
gboolean lab_crash_is_leak (const char *err);

/**
 * Says what a report is about, and where in the student's own files.
 *
 * @param sandbox  where addr2line runs: it reads a program that is not trusted
 * @param addr2line  its path
 * @param program  the path of the program that wrote the report
 * @param files  (array zero-terminated=1): the names of the student's files
 * @param err  the report
 * @param error  CancelledError; LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable): what and where, in a sentence
 */
ASYNCIO_SUSPENDS char *lab_crash_explain (LabSandbox         *sandbox,
                                          const char         *addr2line,
                                          const char         *program,
                                          const char *const  *files,
                                          const char         *err,
                                          GError            **error);

G_END_DECLS
