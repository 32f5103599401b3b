/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for functions of the C library that read and write memory which threads may share. gcc leaves calls of these as they are, and counts on
 * the sanitizer's library to look at what they touch; here it is done by these.
 */

#include "standins.h"

#include <string.h>

/* The explorer's own calls come here as well, and copies of its structs. */
static void
look_at (gconstpointer address,
         gsize         size,
         gboolean      writes,
         gconstpointer place)
{
  guintptr offset = (guintptr) address - (guintptr) explorer;

  if (explorer_self () != NULL && explorer->busy == 0 && size > 0 && offset >= sizeof (Explorer))
    explorer_access (address, size, writes, place);
}

void *__real_memcpy (void *to, const void *from, size_t size);

void *
__wrap_memcpy (void       *to,
               const void *from,
               size_t      size)
{
  look_at (from, size, FALSE, PLACE);
  look_at (to, size, TRUE, PLACE);
  return __real_memcpy (to, from, size);
}

void *__real_memmove (void *to, const void *from, size_t size);

void *
__wrap_memmove (void       *to,
                const void *from,
                size_t      size)
{
  look_at (from, size, FALSE, PLACE);
  look_at (to, size, TRUE, PLACE);
  return __real_memmove (to, from, size);
}

void *__real_memset (void *to, int byte, size_t size);

void *
__wrap_memset (void  *to,
               int    byte,
               size_t size)
{
  look_at (to, size, TRUE, PLACE);
  return __real_memset (to, byte, size);
}

int __real_memcmp (const void *a, const void *b, size_t size);

int
__wrap_memcmp (const void *a,
               const void *b,
               size_t      size)
{
  look_at (a, size, FALSE, PLACE);
  look_at (b, size, FALSE, PLACE);
  return __real_memcmp (a, b, size);
}

size_t __real_strlen (const char *text);

size_t
__wrap_strlen (const char *text)
{
  size_t length = __real_strlen (text);

  look_at (text, length + 1, FALSE, PLACE);
  return length;
}

char *__real_strcpy (char *to, const char *from);

char *
__wrap_strcpy (char       *to,
               const char *from)
{
  size_t size = __real_strlen (from) + 1;

  look_at (from, size, FALSE, PLACE);
  look_at (to, size, TRUE, PLACE);
  return __real_strcpy (to, from);
}

int __real_strcmp (const char *a, const char *b);

int
__wrap_strcmp (const char *a,
               const char *b)
{
  size_t n = 0;

  while (a[n] != '\0' && a[n] == b[n])
    n++;
  look_at (a, n + 1, FALSE, PLACE);
  look_at (b, n + 1, FALSE, PLACE);
  return __real_strcmp (a, b);
}
