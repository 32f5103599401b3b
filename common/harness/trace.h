/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Traces: what a test or a scenario observes, one line an event.
 *
 * Two programs behave alike if they print the same trace. A graded test is judged by comparing its trace with
 * that of the reference solution, a conformance scenario with what CPython printed. So a trace must
 * hold nothing that may differ for no reason: no addresses, no real times, no paths.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/**
 * Says where the trace goes. Until then it goes to standard output.
 *
 * @param fd  a file descriptor
 * @param prefix  what each line begins with, static
 */
void trace_open (int         fd,
                 const char *prefix);

/**
 * From here on everything is recorded, see asyncio_recording_start(), and what would be a line of the trace is a mark in the recording.
 *
 * @param fd  a file descriptor for the recording
 */
void trace_record (int fd);

/**
 * From here on each line begins with its seal, without which the judge takes it for a forgery.
 *
 * A seal is made of the line, its number and a key that the judge has given to this process and will never use again. So a line that was
 * written down beforehand, that is written twice, or that another process writes, a child of this one for example, has none.
 *
 * @param key  the key; it is copied
 */
void trace_seal (const char *key);

/** Writes the first line of a test. @param path  the test's name */
void trace_begin (const char *path);

/**
 * Writes the last line of a test.
 *
 * What is told later, until the next test begins, comes from a thread that the test has left behind, and is not written: a line that comes after
 * the last one is a forgery to the judge.
 *
 * @param path  the test's name
 */
void trace_end (const char *path);

/** Writes the last line of a trace that is sealed, which says that the program came to its end by itself. */
void trace_close (void);

/** Writes one line. It is written at once, so that it survives a crash. */
void trace (const char *format,
            ...) G_GNUC_PRINTF (1, 2);

/** From here on the order of events is not part of the contract: lines are kept until trace_unordered_end(). */
void trace_unordered_begin (void);

/** Writes the lines since trace_unordered_begin(), sorted. Does nothing if it was not called. */
void trace_unordered_end (void);

/**
 * The order of events is not part of the contract until some time has passed.
 *
 * @param seconds  how long, by the clock of the running loop
 */
void trace_unordered_for (double seconds);

/** "Class: message" of an error, or "-" for NULL. @return the text, valid for ever */
const char *trace_error (const GError *error);

/**
 * What became of a future: "pending", "cancelled", "error Class: message" or "result text".
 *
 * Asking does not count as having retrieved the error.
 *
 * @param future  a future or task whose value is a string, NULL being printed as None
 * @return the text, valid for ever
 */
const char *trace_state (gpointer future);

/** "True" or "False", as Python prints them. */
const char *trace_bool (gboolean value);

/** Has a loop's exception handler write "handler: message | error" for all that it is told. */
void trace_exception_handler (AsyncioLoop *loop);

/** Has what the core logs written as "log: message"; reprs and places are cut off. */
void trace_log_messages (void);

G_END_DECLS
