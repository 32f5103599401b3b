/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * Taking down what a child process writes.
 */

#include <asyncio/asyncio.h>

G_BEGIN_DECLS

/** What came out of one pipe. */
typedef struct _LabCapture LabCapture;

/** Captures a stream that belongs to somebody else. */
LabCapture *lab_capture_new (AsyncioStreamReader *reader);

/**
 * Makes a pipe to a child and captures what comes out of it.
 *
 * @param error  LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable): the capture, which owns the pipe
 */
LabCapture *lab_capture_new_pipe (GError **error);

/** Frees a capture. */
void lab_capture_free (LabCapture *self);

/** The writing end of lab_capture_new_pipe(), to be passed on to the child. */
int lab_capture_get_writing_end (LabCapture *self);

/**
 * What came, with anything replaced that is not UTF-8, or a control character other than newline and tab: it must not do anything to
 * a terminal or a document in which it is shown.
 *
 * @return (transfer full)
 */
char *lab_capture_get_text (LabCapture *self);

/** A pipe to a child on which nothing is sent: the child ends, with all that is its, when the other end is closed. */
typedef struct _LabLifeline LabLifeline;

/**
 * Makes a lifeline.
 *
 * @param error  LAB_ERROR_SYSTEM
 * @return (transfer full) (nullable): the lifeline
 */
LabLifeline *lab_lifeline_new (GError **error);

/** Closes a lifeline, and frees it. */
void lab_lifeline_free (LabLifeline *self);

/** The end that is to be passed on to the child. */
int lab_lifeline_get_reading_end (LabLifeline *self);

/**
 * Captures all until the process has ended and its pipes are closed.
 *
 * @param process  a child
 * @param lifeline  by which it is ended if it writes too much, or when this is cancelled
 * @param captures  (array length=n_captures): what to capture
 * @param n_captures  how many
 * @param limit  how many bytes one of them may get
 * @param overflow  (out): whether one got more
 * @param error  CancelledError; OSError
 * @return TRUE, or FALSE with an error; the process has ended in any case
 */
ASYNCIO_SUSPENDS gboolean lab_capture_all (AsyncioProcess     *process,
                                           LabLifeline        *lifeline,
                                           LabCapture *const  *captures,
                                           gsize               n_captures,
                                           gsize               limit,
                                           gboolean           *overflow,
                                           GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabCapture, lab_capture_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabLifeline, lab_lifeline_free)

G_END_DECLS
