/* SPDX-License-Identifier: MIT */

/*
 * What the compiler calls with -fsanitize=thread: a function before each use of memory, and one in place of each atomic operation. These
 * take the place of the sanitizer's library.
 *
 * A plain use of memory is only looked at: if two threads' uses are not ordered, that is an error by itself. An atomic operation is what
 * threads use to notice each other, and so it is a step.
 *
 * The functions come in sizes; the macros below make them. GLib's g_atomic_int_add() and the like are compiled to them too.
 */

#include "explorer-private.h"

#include <string.h>

#define PLACE __builtin_return_address (0)

void __tsan_init (void);
void __tsan_func_entry (void *caller);
void __tsan_func_exit (void);

void
__tsan_init (void)
{
}

void
__tsan_func_entry (void *caller G_GNUC_UNUSED)
{
}

void
__tsan_func_exit (void)
{
}

/* --- Plain uses ----------------------------------------------------------------------------- */

#define DEFINE_ACCESS(name, size, writes) \
  void name (void *address);              \
  void name (void *address)               \
  {                                       \
    explorer_access (address, size, writes, PLACE); \
  }

#define DEFINE_ACCESSES(size)                                \
  DEFINE_ACCESS (__tsan_read##size, size, FALSE)             \
  DEFINE_ACCESS (__tsan_write##size, size, TRUE)             \
  DEFINE_ACCESS (__tsan_unaligned_read##size, size, FALSE)   \
  DEFINE_ACCESS (__tsan_unaligned_write##size, size, TRUE)   \
  DEFINE_ACCESS (__tsan_read_write##size, size, TRUE)        \
  DEFINE_ACCESS (__tsan_volatile_read##size, size, FALSE)    \
  DEFINE_ACCESS (__tsan_volatile_write##size, size, TRUE)    \
  DEFINE_ACCESS (__tsan_unaligned_volatile_read##size, size, FALSE) \
  DEFINE_ACCESS (__tsan_unaligned_volatile_write##size, size, TRUE)

DEFINE_ACCESSES (1)
DEFINE_ACCESSES (2)
DEFINE_ACCESSES (4)
DEFINE_ACCESSES (8)
DEFINE_ACCESSES (16)

void __tsan_read_range (void *address, unsigned long size);
void __tsan_write_range (void *address, unsigned long size);
void *__tsan_memcpy (void *to, const void *from, size_t size);
void *__tsan_memmove (void *to, const void *from, size_t size);
void *__tsan_memset (void *to, int byte, size_t size);

void
__tsan_read_range (void         *address,
                   unsigned long size)
{
  explorer_access (address, size, FALSE, PLACE);
}

void
__tsan_write_range (void         *address,
                    unsigned long size)
{
  explorer_access (address, size, TRUE, PLACE);
}

void *
__tsan_memcpy (void       *to,
               const void *from,
               size_t      size)
{
  explorer_access (from, size, FALSE, PLACE);
  explorer_access (to, size, TRUE, PLACE);
  return memcpy (to, from, size);
}

void *
__tsan_memmove (void       *to,
                const void *from,
                size_t      size)
{
  explorer_access (from, size, FALSE, PLACE);
  explorer_access (to, size, TRUE, PLACE);
  return memmove (to, from, size);
}

void *
__tsan_memset (void  *to,
               int    byte,
               size_t size)
{
  explorer_access (to, size, TRUE, PLACE);
  return memset (to, byte, size);
}

/* --- Atomic operations ------------------------------------------------------------------------ */

/* Announces an atomic operation. What it does is done when this returns, with nobody in between. */
static void
announce (gconstpointer address,
          const char   *verb,
          gboolean      reads_only,
          gconstpointer place)
{
  explorer_look_begins (address, place);
  (void) explorer_step (&(ExplorerOp) {
      .verb = verb,
      .object = explorer_object (address, "atomic"),
      .reads_only = reads_only,
      .place = place,
  });
}

static void
order_after (gconstpointer address,
             int           order)
{
  if (order == __ATOMIC_ACQUIRE || order == __ATOMIC_CONSUME || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST)
    explorer_clock_acquire (&explorer_object (address, "atomic")->clock);
}

static void
order_before (gconstpointer address,
              int           order)
{
  if (order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST)
    explorer_clock_release (&explorer_object (address, "atomic")->clock);
}

#define DEFINE_LOAD_STORE(bits, type)                                                              \
  type __tsan_atomic##bits##_load (const volatile type *address, int order);                       \
  type __tsan_atomic##bits##_load (const volatile type *address, int order)                        \
  {                                                                                                \
    type value;                                                                                    \
                                                                                                   \
    if (explorer_self () == NULL)                                                                  \
      return __atomic_load_n (address, __ATOMIC_SEQ_CST);                                          \
                                                                                                   \
    announce ((gconstpointer) address, "reads", TRUE, PLACE);                                      \
    explorer_access_atomic ((gconstpointer) address, bits / 8, FALSE, PLACE);                      \
    value = *address;                                                                              \
    order_after ((gconstpointer) address, order);                                                  \
    explorer_look_ends ((gconstpointer) address, (guint64) value, PLACE);                                   \
    return value;                                                                                  \
  }                                                                                                \
                                                                                                   \
  void __tsan_atomic##bits##_store (volatile type *address, type value, int order);                \
  void __tsan_atomic##bits##_store (volatile type *address, type value, int order)                 \
  {                                                                                                \
    if (explorer_self () == NULL)                                                                  \
      {                                                                                            \
        __atomic_store_n (address, value, __ATOMIC_SEQ_CST);                                       \
        return;                                                                                    \
      }                                                                                            \
                                                                                                   \
    announce ((gconstpointer) address, "writes", FALSE, PLACE);                                    \
    explorer_access_atomic ((gconstpointer) address, bits / 8, TRUE, PLACE);                       \
    order_before ((gconstpointer) address, order);                                                 \
    *address = value;                                                                              \
  }

#define DEFINE_CHANGE(bits, type, name, verb, builtin, expression)                                 \
  type __tsan_atomic##bits##_##name (volatile type *address, type value, int order);               \
  type __tsan_atomic##bits##_##name (volatile type *address, type value, int order)                \
  {                                                                                                \
    type old;                                                                                      \
                                                                                                   \
    if (explorer_self () == NULL)                                                                  \
      return builtin (address, value, __ATOMIC_SEQ_CST);                                           \
                                                                                                   \
    announce ((gconstpointer) address, verb, FALSE, PLACE);                                        \
    explorer_access_atomic ((gconstpointer) address, bits / 8, TRUE, PLACE);                       \
    order_after ((gconstpointer) address, order);                                                  \
    order_before ((gconstpointer) address, order);                                                 \
    old = *address;                                                                                \
    *address = (type) (expression);                                                                \
    return old;                                                                                    \
  }

#define DEFINE_CHANGES(bits, type)                                                                 \
  DEFINE_CHANGE (bits, type, exchange, "exchanges", __atomic_exchange_n, value)                    \
  DEFINE_CHANGE (bits, type, fetch_add, "adds to", __atomic_fetch_add, old + value)                \
  DEFINE_CHANGE (bits, type, fetch_sub, "subtracts from", __atomic_fetch_sub, old - value)         \
  DEFINE_CHANGE (bits, type, fetch_and, "ands", __atomic_fetch_and, old & value)                   \
  DEFINE_CHANGE (bits, type, fetch_or, "ors", __atomic_fetch_or, old | value)                      \
  DEFINE_CHANGE (bits, type, fetch_xor, "xors", __atomic_fetch_xor, old ^ value)                   \
  DEFINE_CHANGE (bits, type, fetch_nand, "nands", __atomic_fetch_nand, ~(old & value))

#define DEFINE_COMPARE_EXCHANGE(bits, type)                                                        \
  static gboolean compare_exchange##bits (volatile type *address, type *expected, type value,      \
                                          int order, gconstpointer place)                          \
  {                                                                                                \
    if (explorer_self () == NULL)                                                                  \
      return __atomic_compare_exchange_n (address, expected, value, FALSE, __ATOMIC_SEQ_CST,       \
                                          __ATOMIC_SEQ_CST);                                       \
                                                                                                   \
    announce ((gconstpointer) address, "compares and exchanges", FALSE, place);                    \
    explorer_access_atomic ((gconstpointer) address, bits / 8, *address == *expected, place);      \
    order_after ((gconstpointer) address, order);                                                  \
    if (*address != *expected)                                                                     \
      {                                                                                            \
        *expected = *address;                                                                      \
        explorer_look_ends ((gconstpointer) address, (guint64) *expected, place);                           \
        return FALSE;                                                                              \
      }                                                                                            \
    order_before ((gconstpointer) address, order);                                                 \
    *address = value;                                                                              \
    return TRUE;                                                                                   \
  }                                                                                                \
                                                                                                   \
  int __tsan_atomic##bits##_compare_exchange_strong (volatile type *address, type *expected,       \
                                                     type value, int order, int failure_order);    \
  int __tsan_atomic##bits##_compare_exchange_strong (volatile type *address, type *expected,       \
                                                     type value, int order,                        \
                                                     int failure_order G_GNUC_UNUSED)              \
  {                                                                                                \
    return compare_exchange##bits (address, expected, value, order, PLACE);                        \
  }                                                                                                \
                                                                                                   \
  int __tsan_atomic##bits##_compare_exchange_weak (volatile type *address, type *expected,         \
                                                   type value, int order, int failure_order);      \
  int __tsan_atomic##bits##_compare_exchange_weak (volatile type *address, type *expected,         \
                                                   type value, int order,                          \
                                                   int failure_order G_GNUC_UNUSED)                \
  {                                                                                                \
    return compare_exchange##bits (address, expected, value, order, PLACE);                        \
  }                                                                                                \
                                                                                                   \
  type __tsan_atomic##bits##_compare_exchange_val (volatile type *address, type expected,          \
                                                   type value, int order, int failure_order);      \
  type __tsan_atomic##bits##_compare_exchange_val (volatile type *address, type expected,          \
                                                   type value, int order,                          \
                                                   int failure_order G_GNUC_UNUSED)                \
  {                                                                                                \
    (void) compare_exchange##bits (address, &expected, value, order, PLACE);                       \
    return expected;                                                                               \
  }

#define DEFINE_ATOMICS(bits, type) \
  DEFINE_LOAD_STORE (bits, type)   \
  DEFINE_CHANGES (bits, type)      \
  DEFINE_COMPARE_EXCHANGE (bits, type)

DEFINE_ATOMICS (8, guint8)
DEFINE_ATOMICS (16, guint16)
DEFINE_ATOMICS (32, guint32)
DEFINE_ATOMICS (64, guint64)

int
explorer_atomic_add (int          *address,
                     int           value,
                     gconstpointer place)
{
  int old;

  announce (address, value >= 0 ? "adds to" : "subtracts from", FALSE, place);
  explorer_access_atomic (address, sizeof *address, TRUE, place);
  order_after (address, __ATOMIC_SEQ_CST);
  order_before (address, __ATOMIC_SEQ_CST);
  old = *address;
  *address = old + value;

  return old;
}

void __tsan_atomic_thread_fence (int order);
void __tsan_atomic_signal_fence (int order);

/* Under sequential consistency a fence orders nothing that is not in order already; for the clocks it is as strong as the strongest. */
void
__tsan_atomic_thread_fence (int order)
{
  if (explorer_self () == NULL)
    {
      __atomic_thread_fence (__ATOMIC_SEQ_CST);
      return;
    }

  announce (&explorer->state, "fences", FALSE, PLACE);
  order_after (&explorer->state, order);
  order_before (&explorer->state, order);
}

void
__tsan_atomic_signal_fence (int order G_GNUC_UNUSED)
{
}
