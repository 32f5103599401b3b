/* SPDX-License-Identifier: MIT */

/*
 * Data races, by vector clocks (FastTrack's idea, with sets of bytes as ThreadSanitizer has them).
 *
 * The life of a thread is cut into stretches, which end where it hands something over: at an unlock, a store to an atomic variable, its
 * end. Each thread knows for each other one up to which stretch that one's past has become its own: by a lock that it took over, by an
 * atomic variable that it read, by join. Memory remembers who used it last, in which stretch. Two uses of the same byte, one of which
 * writes, are a race if the later thread does not know of the earlier one's stretch: nothing has ordered them, and under
 * another schedule they could have met.
 *
 *        main     writes n (in 1)   unlocks m (ends 1)
 *        worker                                         locks m: knows main up to 1     reads n: 1 <= 1, in order
 *        third                                                                          reads n: knows main up to 0: a race
 *
 * Memory that is freed stays as it is until the schedule is over, so that whoever uses it still is found, and no address means two things.
 */

#include "explorer-private.h"

#include <errno.h>
#include <string.h>

/* A use of up to eight bytes that lie together. */
typedef struct _Use Use;
struct _Use
{
  Use *next;
  gconstpointer place;
  guint32 stretch;
  guint8 thread;
  guint8 bytes; /* as bits */
  guint8 writes;
  guint8 frees;
  guint8 atomic;
};

typedef struct
{
  guintptr word; /* the address, without its lowest three bits */
  Use *uses;
  guint schedule;
} Word;

#define USES_PER_BLOCK 512

struct _ExplorerShadow
{
  Word *words;
  guint n_words; /* a power of two */
  guint n_used;
  guint schedule;

  GPtrArray *blocks; /* (owned) of uses */
  guint n_uses;
  GPtrArray *freed; /* what the program has freed */
};

ExplorerShadow *
explorer_shadow_new (void)
{
  ExplorerShadow *self = g_new0 (ExplorerShadow, 1);

  self->n_words = 1024;
  self->words = g_new0 (Word, self->n_words);
  self->schedule = 1;
  self->blocks = g_ptr_array_new_with_free_func (g_free);
  self->freed = g_ptr_array_new ();

  return self;
}

void
explorer_shadow_free (ExplorerShadow *self)
{
  explorer_shadow_reset (self);
  g_ptr_array_unref (self->freed);
  g_ptr_array_unref (self->blocks);
  g_free (self->words);
  g_free (self);
}

void
explorer_shadow_reset (ExplorerShadow *self)
{
  self->schedule++;
  self->n_used = 0;
  self->n_uses = 0;

  for (guint i = 0; i < self->freed->len; i++)
    explorer_really_free (g_ptr_array_index (self->freed, i));
  g_ptr_array_set_size (self->freed, 0);
}

static Word *
find_word (ExplorerShadow *self,
           guintptr        word)
{
  guint i = (guint) explorer_mix (word, 0);

  while (TRUE)
    {
      Word *found = &self->words[i++ & (self->n_words - 1)];

      if (found->schedule != self->schedule || found->word == word)
        return found;
    }
}

static void
grow (ExplorerShadow *self)
{
  g_autofree Word *old = self->words;
  guint n_old = self->n_words;

  self->n_words *= 2;
  self->words = g_new0 (Word, self->n_words);
  for (guint i = 0; i < n_old; i++)
    if (old[i].schedule == self->schedule)
      *find_word (self, old[i].word) = old[i];
}

static Word *
get_word (ExplorerShadow *self,
          guintptr        word)
{
  Word *found = find_word (self, word);

  if (found->schedule == self->schedule)
    return found;

  if (2 * self->n_used >= self->n_words)
    {
      grow (self);
      found = find_word (self, word);
    }

  self->n_used++;
  *found = (Word) { word, NULL, self->schedule };

  return found;
}

static Use *
use_new (ExplorerShadow *self)
{
  if (self->n_uses == self->blocks->len * USES_PER_BLOCK)
    g_ptr_array_add (self->blocks, g_new (Use, USES_PER_BLOCK));

  self->n_uses++;

  return (Use *) g_ptr_array_index (self->blocks, (self->n_uses - 1) / USES_PER_BLOCK) + (self->n_uses - 1) % USES_PER_BLOCK;
}

/* --- Clocks ---------------------------------------------------------------------------------- */

void
explorer_clock_release (ExplorerClock *clock)
{
  ExplorerThread *thread = explorer->current;

  for (guint i = 0; i < explorer->n_threads; i++)
    clock->of[i] = MAX (clock->of[i], thread->clock.of[i]);

  /* What it does from here on is not part of that. */
  thread->clock.of[thread->id]++;
}

void
explorer_clock_acquire (const ExplorerClock *clock)
{
  ExplorerThread *thread = explorer->current;

  for (guint i = 0; i < explorer->n_threads; i++)
    thread->clock.of[i] = MAX (thread->clock.of[i], clock->of[i]);
}

/* --- Uses ------------------------------------------------------------------------------------- */

static const char *
name_of_use (const Use *use)
{
  return use->frees ? "frees" : use->writes ? "writes" : "reads";
}

static void G_GNUC_NORETURN
fail_with_race (const Use *earlier,
                const Use *later)
{
  const char *name = explorer->threads[later->thread].name;
  const char *earlier_name = explorer->threads[earlier->thread].name;
  g_autofree char *place = explorer_mark_place (later->place);
  g_autofree char *earlier_place = explorer_mark_place (earlier->place);

  explorer->failed_at = later->place;
  if (earlier->frees)
    explorer_fail_with (EXPLORER_USE_AFTER_FREE, "%s %s memory at %s that %s has freed at %s", name, name_of_use (later), place,
                        earlier_name, earlier_place);

  explorer_fail_with (EXPLORER_RACE, "%s %s memory at %s that %s %s at %s, and nothing orders the two", name, name_of_use (later), place,
                      earlier_name, name_of_use (earlier), earlier_place);
}

/* Whether an earlier use can be forgotten: whoever is in order with the later one is in order with it. */
static gboolean
stands_for (const Use *later,
            const Use *earlier)
{
  if (later->writes && !later->atomic)
    return TRUE;

  return earlier->thread == later->thread && earlier->atomic == later->atomic && (later->writes || !earlier->writes);
}

/* Looks whether a use of a word is in order, and notes it. */
static void
use_word (ExplorerShadow *shadow,
          guintptr        address,
          const Use      *use)
{
  const ExplorerThread *self = explorer->current;
  Word *word = get_word (shadow, address);
  Use **link = &word->uses;
  Use *noted;

  while (*link != NULL)
    {
      Use *earlier = *link;

      if ((earlier->bytes & use->bytes) == 0)
        {
          link = &earlier->next;
          continue;
        }

      if (earlier->frees)
        fail_with_race (earlier, use);
      if (earlier->thread != use->thread && (earlier->writes || use->writes) && !(earlier->atomic && use->atomic)
          && earlier->stretch > self->clock.of[earlier->thread])
        fail_with_race (earlier, use);

      /* The same again, as in a loop. */
      if (earlier->thread == use->thread && earlier->stretch == use->stretch && earlier->writes == use->writes
          && earlier->atomic == use->atomic && earlier->bytes == use->bytes && !use->frees)
        return;

      if ((earlier->bytes & ~use->bytes) == 0 && stands_for (use, earlier))
        *link = earlier->next;
      else
        link = &earlier->next;
    }

  noted = use_new (shadow);
  *noted = *use;
  noted->next = word->uses;
  word->uses = noted;
}

static void
use_memory (gconstpointer address,
            gsize         size,
            Use          *use)
{
  guintptr begin = (guintptr) address;
  guintptr end = begin + size;

  explorer->busy++;
  use->thread = (guint8) explorer->current->id;
  use->stretch = explorer->current->clock.of[use->thread];

  for (guintptr word = begin & ~(guintptr) 7; word < end; word += 8)
    {
      guint first = begin > word ? (guint) (begin - word) : 0;
      guint last = end < word + 8 ? (guint) (end - word) : 8;

      use->bytes = (guint8) ((0xffu << first) & (0xffu >> (8 - last)));
      use_word (explorer->shadow, word, use);
    }
  explorer->busy--;
}

void
explorer_access (gconstpointer address,
                 gsize         size,
                 gboolean      writes,
                 gconstpointer place)
{
  Use use = { .place = place, .writes = (guint8) writes };

  /* errno is each thread's own; it is put aside when threads are switched. */
  if (explorer_self () == NULL || address == &errno)
    return;

  use_memory (address, size, &use);
}

void
explorer_access_atomic (gconstpointer address,
                        gsize         size,
                        gboolean      writes,
                        gconstpointer place)
{
  Use use = { .place = place, .writes = (guint8) writes, .atomic = 1 };

  use_memory (address, size, &use);
}

void
explorer_check_not_freed (gconstpointer address,
                          gconstpointer place)
{
  const Word *word = find_word (explorer->shadow, (guintptr) address & ~(guintptr) 7);
  Use use = { .place = place, .thread = (guint8) explorer->current->id };

  if (word->schedule != explorer->shadow->schedule)
    return;

  for (const Use *earlier = word->uses; earlier != NULL; earlier = earlier->next)
    if (earlier->frees)
      fail_with_race (earlier, &use);
}

void
explorer_memory_freed (gpointer      memory,
                       gsize         size,
                       gconstpointer place)
{
  Use use = { .place = place, .writes = 1, .frees = 1 };

  use_memory (memory, size, &use);
  explorer->busy++;
  g_ptr_array_add (explorer->shadow->freed, memory);
  explorer->busy--;
}
