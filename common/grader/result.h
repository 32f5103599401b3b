/* SPDX-License-Identifier: MIT */
#pragma once

/**
 * @file
 * What judging gives: verdicts on tests, results of labs and of students.
 */

#include "builder.h"

G_BEGIN_DECLS

/** What became of a test. Only #LAB_PASSED earns its points. */
typedef enum
{
  LAB_PASSED,  /**< ran to its end, behaved as the reference does, and left nothing behind */
  LAB_FAILED,  /**< behaved otherwise */
  LAB_CRASHED, /**< was ended by a signal, a sanitizer or a limit */
  LAB_TIMEOUT, /**< took too much time */
  LAB_FORGED,  /**< only pretended to run */
  LAB_LEAKED,  /**< behaved well, but lost memory or left a process behind */
  LAB_SKIPPED, /**< was not run, because there was nothing to run */
  LAB_MISSING, /**< a file or function is not there */
} LabStatus;

/** The name of a status in results: "passed", "failed" ... Static. */
const char *lab_status_get_name (LabStatus status);

/** A verdict on one test. */
typedef struct
{
  LabTest *test; /**< (unowned) */
  LabStatus status; /**< what became of it */
  guint points;     /**< that it earned */
  char *message;    /**< what was wrong, in a sentence; empty if nothing was */
  char **expected;  /**< (nullable): the trace of the reference, if this one differs */
  char **got;       /**< (nullable): the trace that came instead */
  char *output;     /**< what the program printed besides, shortened */
  guint64 cpu_ms;   /**< processor time; not part of the result */
  guint64 wall_ms;  /**< time; not part of the result */
} LabVerdict;

/** Frees a verdict. */
void lab_verdict_free (LabVerdict *self);

/** The result of one lab. */
typedef struct
{
  LabInfo *lab; /**< (unowned) */
  LabBuildStatus build; /**< what became of the build */
  char *build_messages; /**< what the compiler said, or what is wrong */
  GPtrArray *verdicts; /**< (element-type LabVerdict): in the order of the rubric */
} LabLabResult;

/** Frees a result. */
void lab_lab_result_free (LabLabResult *self);

/** The points that a lab earned in tests of a visibility. */
guint lab_lab_result_sum (LabLabResult  *self,
                          LabVisibility  visibility);

/** The points that a lab earned on top of its own. */
guint lab_lab_result_get_bonus (LabLabResult *self);

/** The points that a lab earned, bonus and all: they may be more than lab_lab_result_get_max_score(). */
guint lab_lab_result_get_score (LabLabResult *self);

/** The points that it could earn without bonus: the lab's, or if only some of its tests were judged, all of theirs. */
guint lab_lab_result_get_max_score (LabLabResult *self);

/** The result of one student. */
typedef struct
{
  char *student;   /**< the name of the submission */
  guint64 seed;    /**< of the tests */
  char *sandbox;   /**< what kept the programs in */
  char *toolchain; /**< the compiler */
  GPtrArray *labs; /**< (element-type LabLabResult) */
} LabResult;

/** Frees a result. */
void lab_result_free (LabResult *self);

/** The points of all labs, bonus and all. */
guint lab_result_get_score (LabResult *self);

/** The points that all labs could give, without bonus. */
guint lab_result_get_max_score (LabResult *self);

/** Who a report is for. */
typedef enum
{
  LAB_FOR_STAFF,   /**< everything */
  LAB_FOR_STUDENT, /**< nothing that is hidden */
} LabAudience;

/** A result as JSON, schema asyncio-labs/result/v1. @return (transfer full) */
char *lab_result_to_json (LabResult   *self,
                          LabAudience  audience);

/** What each build and test took, as JSON. @return (transfer full) */
char *lab_result_timings_to_json (LabResult *self);

/** A result as a page in HTML that needs nothing else. @return (transfer full) */
char *lab_result_to_html (LabResult   *self,
                          LabAudience  audience);

/** How a text is printed. */
typedef struct
{
  gboolean color; /**< with escape sequences for colours */
  guint width;    /**< columns of the terminal; 0 is 100 */
  guint hints;    /**< how many hints are shown for a test that did not pass, 0 to 3 */
  guint failures; /**< how many failures are told in full */
  const char *debug_folder; /**< (nullable): where the test programs are, for the debugger's command */
} LabTextStyle;

/** A result as text. @return (transfer full) */
char *lab_result_to_text (LabResult          *self,
                          LabAudience         audience,
                          const LabTextStyle *style);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabVerdict, lab_verdict_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabLabResult, lab_lab_result_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LabResult, lab_result_free)

G_END_DECLS
