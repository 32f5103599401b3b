/* SPDX-License-Identifier: MIT */

/*
 * The seals of a trace.
 *
 * The code under test runs in the same process as the test, and can write to the trace's pipe. So a trace that is right does not say
 * that the test wrote it. Each line of the test therefore begins with a seal:
 *
 *     4be1f0c29a6d7e35 main: begins
 *     `-- the first digits of HMAC-SHA256 (key, "3 main: begins"), 3 lines having come before
 *
 * The key is new for each run and reaches the test before any student's code is called. The last line, "exit", is written when the program ends
 * and has no leaks. Who wrote a trace down beforehand, sends a line
 * once more, or lets a child go on with the test, has no seal. What is left is to look for the key in one's own memory.
 */

#include "seal.h"

#include "trace-diff.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

/* Digits of a seal, as the harness (trace.c) writes it. */
#define SEAL_LENGTH 16

char *
lab_seal_new_key (void)
{
  guchar bytes[16];
  GString *key = g_string_new (NULL);

  /* From the kernel: what GLib's generator will give next can be told from what it has given so far. */
  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    g_error ("the kernel has no random numbers: %s", g_strerror (errno));

  for (guint i = 0; i < sizeof bytes; i++)
    g_string_append_printf (key, "%02x", bytes[i]);

  return g_string_free (key, FALSE);
}

/* Whether a line has the seal of its place. */
static gboolean
is_sealed (const char *line,
           const char *key,
           guint       index)
{
  g_autofree char *numbered = NULL;
  g_autofree char *digest = NULL;

  if (strlen (line) <= SEAL_LENGTH || line[SEAL_LENGTH] != ' ')
    return FALSE;

  numbered = g_strdup_printf ("%u %s", index, line + SEAL_LENGTH + 1);
  digest = g_compute_hmac_for_string (G_CHECKSUM_SHA256, (const guchar *) key, strlen (key), numbered, -1);

  return strncmp (line, digest, SEAL_LENGTH) == 0;
}

char *
lab_seal_open (const char *sealed,
               const char *key,
               LabSeal    *seal)
{
  g_auto (GStrv) lines = lab_trace_split (sealed);
  GString *text = g_string_new (NULL);
  guint n_good = 0;

  *seal = LAB_SEAL_CUT;
  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean good = is_sealed (lines[i], key, n_good);

      n_good += good ? 1 : 0;
      if (!good || *seal == LAB_SEAL_FORGED)
        *seal = LAB_SEAL_FORGED;
      else if (lines[i + 1] == NULL && g_str_equal (lines[i] + SEAL_LENGTH + 1, "exit"))
        *seal = LAB_SEAL_WHOLE;

      if (*seal != LAB_SEAL_WHOLE)
        g_string_append_printf (text, "%s\n", good ? lines[i] + SEAL_LENGTH + 1 : lines[i]);
    }

  return g_string_free (text, FALSE);
}
