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

/** How many paths may be readable, and how many writable. */
#define MAX_PATHS 32

/** What lab-sandbox was asked to do. */
typedef struct
{
  Level level;    /**< what the sandbox is made of */
  Mode mode;      /**< what kind of program it is */
  uid_t uid;      /**< who the program is to be, if we are root; 0 is us */
  gid_t group;    /**< a group that it is in besides, if we are root; 0 is none */
  bool is_alone;  /**< we have become that user: all its processes that we can see belong to the program */
  int report_fd;  /**< where the report goes, or -1 */
  int control_fd; /**< a pipe from the grader: when its other end is closed all must end; or -1 */
  int keep_fd;    /**< the only descriptor above 2 that the program gets, or -1 */

  const char *readable[MAX_PATHS]; /**< files and folders that it may read, below the system's libraries */
  size_t n_readable;               /**< how many they are */
  const char *writable[MAX_PATHS]; /**< folders that it may write */
  size_t n_writable;               /**< how many they are */
  const char *directory;           /**< (nullable) where it begins */
  bool has_children;               /**< a test that is about processes: it may signal its own, and each may see itself in /proc */

  unsigned cpu_seconds;      /**< of all its processes together */
  unsigned wall_seconds;     /**< that it may take */
  unsigned idle_seconds;     /**< for which all its processes may sleep in a row; 0 is no limit */
  unsigned memory_mb;        /**< of all its processes together */
  unsigned n_processes;      /**< and threads */
  unsigned file_mb;          /**< megabytes of each file that it writes */

  const char *bwrap; /**< the path of bubblewrap */
  char **argv;       /**< the program and its arguments */
} Options;

/** Writes "lab-sandbox: ..." to standard error and ends the process with status 125: the sandbox itself failed. */
void fail (const char *format,
           ...) __attribute__ ((format (printf, 1, 2), noreturn));

/**
 * Replaces this process by bubblewrap, which runs lab-sandbox again inside, to supervise.
 *
 * @param options  what to run
 * @param self_fd  lab-sandbox itself, opened: the user that we are now may not be able to find it
 */
void enter_namespaces (const Options *options,
                       int            self_fd) __attribute__ ((noreturn));

/** Makes the calling process, and what it will start, unable to read or write anything but what the options say. */
void restrict_files (const Options *options);

/** Makes the calling process unable to make any system call that a program of this mode does not need. */
void restrict_system_calls (const Options *options);

/** Limits memory, time, processes and files of the calling process. */
void set_limits (const Options *options);

/** Gives up all capabilities, also those that running a program could give back. */
void drop_capabilities (void);

/** Whether Landlock can be had. */
bool landlock_is_available (void);

/** Whether Landlock keeps who is restricted from signalling who is not. */
bool landlock_stops_signals (void);

/** What all processes below this one use. */
typedef struct
{
  unsigned n_alive;    /**< how many there are, but for those that have ended and wait to be asked how */
  long memory_kb;      /**< memory that only they have, their page tables and what was swapped out */
  long long cpu_ticks; /**< processor time, that of their own dead children included */
  bool is_busy;        /**< one of them runs, could run, or waits for a disk: they do not all sleep */
} Usage;

/**
 * Looks at all descendants of this process.
 *
 * @param usage  (nullable) (out): what they use
 * @param memory_limit_kb  above which the memory is measured more exactly
 * @param signal_number  a signal to send to each, or 0
 * @return FALSE if it cannot be known, as /proc is not there
 */
bool look_at_descendants (Usage *usage,
                          long   memory_limit_kb,
                          int    signal_number);

/** Runs the program, watches it, makes sure that nothing of it survives, and writes the report. */
int supervise (const Options *options);
