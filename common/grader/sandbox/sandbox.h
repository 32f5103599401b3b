/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * lab-sandbox: runs one program that is not to be trusted, and reports how it ended.
 *
 * It is a program of its own, and a small one: all it links with is libc and libseccomp, because it
 * runs beside the untrusted program.
 */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/** What the sandbox is made of. */
typedef enum
{
  LEVEL_NONE = 0,       /**< limits only: for a student's own code on the student's own machine */
  LEVEL_NAMESPACES = 1, /**< bubblewrap: namespaces, a minimal read-only view of the files, no network */
  LEVEL_LANDLOCK = 2,   /**< where there are no namespaces to be had: Landlock, seccomp, another uid */
} Level;

/** What kind of program runs. */
typedef enum
{
  MODE_TEST,  /**< a test with a student's code in it: may do next to nothing */
  MODE_BUILD, /**< the compiler and its kin: may read the system, run programs and write its output */
} Mode;

#define MAX_PATHS 32

/** What lab-sandbox was asked to do. */
typedef struct
{
  Level level;
  Mode mode;
  uid_t uid; /**< who the program is to be, if we are root; 0 is us */
  int report_fd;

  const char *readable[MAX_PATHS]; /**< files and folders that it may read, below the system's libraries */
  size_t n_readable;
  const char *writable[MAX_PATHS]; /**< folders that it may write */
  size_t n_writable;
  const char *directory;           /**< (nullable) where it begins */

  unsigned cpu_seconds;
  unsigned wall_seconds;
  unsigned memory_mb;        /**< resident memory of all its processes */
  unsigned address_space_mb; /**< 0 is no limit: AddressSanitizer reserves terabytes */
  unsigned n_processes;
  unsigned file_mb;

  const char *bwrap; /**< the path of bubblewrap */
  char **argv;       /**< the program and its arguments */
} Options;

/** Writes "lab-sandbox: ..." to standard error and ends the process with status 125: the sandbox itself failed. */
void fail (const char *format,
           ...) __attribute__ ((format (printf, 1, 2), noreturn));

/** Replaces this process by bubblewrap, which runs lab-sandbox again inside, to supervise. */
void enter_namespaces (const Options *options,
                       const char    *self) __attribute__ ((noreturn));

/** Makes the calling process, and what it will start, unable to read or write anything but what the options say. */
void restrict_files (const Options *options);

/** Makes the calling process unable to make any system call that a program of this mode does not need. */
void restrict_system_calls (const Options *options);

/** Limits memory, time, processes and files of the calling process. */
void set_limits (const Options *options);

/** Whether Landlock can be had. */
bool landlock_is_available (void);

/** Runs the program, watches it, makes sure that nothing of it survives, and writes the report. */
int supervise (const Options *options);
