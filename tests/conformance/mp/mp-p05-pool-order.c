/* SPDX-License-Identifier: MIT */

/* The twin of mp-p05-pool-order.py: who is done first, and in which order the results come. Where Python's workers sleep for a
 * while, these wait for each other: C for B, and A for C. */

#include "kit.h"
#include "multiprocessing.h"

/* Waits for somebody, and then tells somebody else; 0 is nobody. */
static GVariant *
work (GVariant             *args,
      MpConnection *const  *connections,
      GError              **error)
{
  const char *name;
  int waits_for, tells;
  g_autoptr (GVariant) told = NULL;

  g_variant_get (args, "(&sii)", &name, &waits_for, &tells);
  if (waits_for > 0)
    told = mp_connection_recv (connections[2 * (waits_for - 1)], error);
  if (tells > 0)
    mp_connection_send (connections[2 * (tells - 1) + 1], g_variant_new ("()"), error);

  return g_variant_new_string (name);
}

static const char *
name_of (GVariant *value)
{
  g_autoptr (GVariant) boxed = value;
  g_autoptr (GVariant) inside = g_str_equal (g_variant_get_type_string (boxed), "v") ? g_variant_get_variant (boxed) : NULL;

  return g_intern_string (g_variant_get_string (inside != NULL ? inside : boxed, NULL));
}

static const char *
row_of_array (GVariant *values)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (gsize i = 0; i < g_variant_n_children (values); i++)
    g_ptr_array_add (names, (gpointer) name_of (g_variant_get_child_value (values, i)));

  return kit_row (names);
}

static const char *
row_of_iterator (MpResult *result)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GVariant *value;

  while ((value = mp_result_next (result, ASYNCIO_NO_TIMEOUT, NULL)) != NULL)
    g_ptr_array_add (names, (gpointer) name_of (value));

  return kit_row (names);
}

int
main (int    argc,
      char **argv)
{
  static const char jobs[] = "[('A', 2, 0), ('B', 0, 1), ('C', 1, 2)]";
  MpConnection *connections[5] = { NULL };
  g_autoptr (MpPool) pool = NULL;
  g_autoptr (GVariant) map = NULL;
  g_autoptr (MpResult) imap = NULL;
  g_autoptr (MpResult) imap_unordered = NULL;
  g_autoptr (MpResult) r = NULL;

  mp_register ("work", work);
  mp_freeze_support (&argc, &argv);
  kit_init ();

  for (guint i = 0; i < 2; i++)
    mp_pipe (TRUE, &connections[2 * i], &connections[2 * i + 1], NULL);
  pool = mp_pool_new (&(MpPoolOptions) { .processes = 3, .connections = connections }, NULL);
  map = mp_pool_map (pool, "work", g_variant_new_parsed (jobs), 1, NULL);
  trace ("map %s", row_of_array (map));
  imap = mp_pool_imap (pool, "work", g_variant_new_parsed (jobs), 1, NULL);
  trace ("imap %s", row_of_iterator (imap));

  /* That C and A are told in this order does not mean that their answers come in it, if all are read at once. */
  imap_unordered = mp_pool_imap_unordered (pool, "work",
                                           g_variant_new_parsed ("[('A', 2, 0), ('B', 0, 0), ('C', 1, 0)]"), 1, NULL);
  {
    g_autoptr (GPtrArray) names = g_ptr_array_new ();

    for (guint i = 0; i < 3; i++)
      {
        g_ptr_array_add (names, (gpointer) name_of (mp_result_next (imap_unordered, ASYNCIO_NO_TIMEOUT, NULL)));
        if (i < 2)
          mp_connection_send (connections[2 * i + 1], g_variant_new ("()"), NULL);
      }
    trace ("imap_unordered %s", kit_row (names));
  }

  r = mp_pool_apply_async (pool, "work", g_variant_new_parsed ("('D', 1, 0)"), NULL);
  trace ("ready %s", trace_bool (mp_result_ready (r)));
  mp_connection_send (connections[1], g_variant_new ("()"), NULL);
  {
    const char *got = name_of (mp_result_get (r, 10, NULL));

    trace ("get %s ready %s successful %s", got, trace_bool (mp_result_ready (r)), trace_bool (mp_result_successful (r, NULL)));
  }
  trace ("apply %s", name_of (mp_pool_apply (pool, "work", g_variant_new_parsed ("('E', 0, 0)"), NULL)));

  g_clear_pointer (&pool, mp_pool_free);
  for (guint i = 0; i < 4; i++)
    mp_connection_free (connections[i]);

  return 0;
}
