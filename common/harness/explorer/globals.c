/* SPDX-License-Identifier: MIT */

/*
 * Global variables, which each schedule must find as the first one did.
 *
 * They are saved as they lie in memory: from the first byte of the program's data to the last. The explorer's own lie there too, which is why it has
 * none that change while a program runs.
 */

#include "explorer-private.h"

extern guint64 __data_start[];
extern guint64 _end[];

struct _ExplorerGlobals
{
  gsize n_words;
  guint64 words[];
};

/* Not memcpy(): AddressSanitizer has forbidden zones between variables, which are of no matter here. */
static __attribute__ ((no_sanitize_address)) void
copy_words (guint64       *to,
            const guint64 *from,
            gsize          n)
{
  for (gsize i = 0; i < n; i++)
    to[i] = from[i];
}

ExplorerGlobals *
explorer_globals_save (void)
{
  gsize n_words = (gsize) (_end - __data_start);
  ExplorerGlobals *self = g_malloc (sizeof (ExplorerGlobals) + n_words * sizeof (guint64));

  self->n_words = n_words;
  copy_words (self->words, __data_start, n_words);

  return self;
}

void
explorer_globals_restore (ExplorerGlobals *self)
{
  copy_words (__data_start, self->words, self->n_words);
}

void
explorer_globals_free (ExplorerGlobals *self)
{
  g_free (self);
}
