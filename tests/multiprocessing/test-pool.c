/* SPDX-License-Identifier: MIT */

/*
 * Graded tests of the lab about processes, part C: pools.
 *
 * What is done first and what later is forced by channels: a worker waits until another one, or the test, tells it to go on.
 */

#include "jobs.h"

/*
 * One call after the other, by workers that were started in both ways. None is an empty tuple.
 *
 *     square: N, -     nothing: (), -     other process True
 */
static void
test_apply (void)
{
  for (MpStartMethod method = MP_FORK; method <= MP_SPAWN; method++)
    {
      g_autoptr (MpPool) pool = make_pool (&(MpPoolOptions) { .method = method, .processes = 2 });
      g_autoptr (MpResult) result = NULL;
      g_autoptr (GError) error = NULL;

      if (pool == NULL)
        return;

      trace ("%s", method_name (method));
      trace_apply (pool, "square", g_variant_new_int32 (seed_int (1, 99)));
      trace_apply (pool, "nothing", NULL);
      trace ("other process %s", trace_bool (ask_pid (pool) != 0 && ask_pid (pool) != getpid ()));

      result = hand_in (pool, "square", g_variant_new_int32 (seed_int (1, 99)));
      if (result == NULL)
        return;
      trace ("wait %s", trace_bool (mp_result_wait (result, ASYNCIO_NO_TIMEOUT)));
      trace ("ready %s", trace_bool (mp_result_ready (result)));
      trace ("successful %s", trace_bool (mp_result_successful (result, NULL)));
      trace_get ("get", result, 0);
      trace_get ("get again", result, ASYNCIO_NO_TIMEOUT);

      (void) mp_pool_apply (pool, "nobody", NULL, &error);
      trace ("nobody: %s", trace_error (error));
    }
  trace_leftovers ();
}

/*
 * Two workers: one waits until the other one, which has done the second item by then, begins with the third. The results are
 * in the order of the items all the same.
 *
 *     map relay: [<0>, <1>, <2>], -
 */
static void
test_map (void)
{
  Channels channels;
  g_autoptr (MpPool) pool = NULL;
  int first = seed_int (0, 99);

  make_channels (&channels, 1);
  pool = make_pool (&(MpPoolOptions) { .processes = 2, .connections = channels.ends });
  if (pool != NULL)
    {
      trace_map (pool, "relay", g_variant_new_parsed ("[(0, 2), (1, 2), (2, 2)]"), 1);
      trace_map (pool, "square", g_variant_new_parsed ("[%i, 2, 3, 4, 5, 6, 7]", first), 0);
      trace_map (pool, "square", g_variant_new_parsed ("[<%i>, <8>]", first), 5);
      trace_map (pool, "square", g_variant_new ("ai", NULL), 0);
    }
  clear_channels (&channels);
}

/*
 * A result is given when it is its turn: not before, and not later. Who does not want to wait any longer loses nothing.
 *
 *     A waits: next: -, TimeoutError, twice; then A, B, the end
 *     B waits: next: A; -, TimeoutError; then B, the end
 */
static void
test_imap (void)
{
  Channels channels;
  g_autoptr (MpPool) pool = NULL;

  make_channels (&channels, 1);
  pool = make_pool (&(MpPoolOptions) { .processes = 2, .connections = channels.ends });
  for (guint waits = 0; waits < 2 && pool != NULL; waits++)
    {
      const char *a = seed_word ();
      const char *b = seed_word ();
      g_autoptr (MpResult) result = mp_pool_imap (pool, "wait",
                                                  g_variant_new_parsed ("[(%i, %s), (%i, %s)]", waits == 0 ? 0 : -1, a,
                                                                        waits == 1 ? 0 : -1, b),
                                                  1, NULL);

      if (result == NULL)
        break;

      trace ("%s waits", waits == 0 ? a : b);
      if (waits == 1)
        trace_next (result, ASYNCIO_NO_TIMEOUT);
      trace_next (result, 0);
      trace_next (result, 0.01);
      tell (end_to_tell (&channels, 0), 'g');
      trace_next (result, ASYNCIO_NO_TIMEOUT);
      if (waits == 0)
        trace_next (result, ASYNCIO_NO_TIMEOUT);
      trace_next (result, ASYNCIO_NO_TIMEOUT);
      trace_next (result, 0);
    }
  clear_channels (&channels);
}

/*
 * Whoever is done first is first: B while A waits, and then A.
 *
 *     next: B    next: -, TimeoutError    next: A    the end
 */
static void
test_unordered (void)
{
  Channels channels;
  g_autoptr (MpPool) pool = NULL;
  g_autoptr (MpResult) result = NULL;
  const char *a = seed_word ();
  const char *b = seed_word ();

  make_channels (&channels, 1);
  pool = make_pool (&(MpPoolOptions) { .processes = 2, .connections = channels.ends });
  if (pool != NULL)
    result = mp_pool_imap_unordered (pool, "wait", g_variant_new_parsed ("[(0, %s), (-1, %s)]", a, b), 1, NULL);
  if (result != NULL)
    {
      trace_next (result, ASYNCIO_NO_TIMEOUT);
      trace_next (result, 0);
      tell (end_to_tell (&channels, 0), 'g');
      trace_next (result, ASYNCIO_NO_TIMEOUT);
      trace_next (result, ASYNCIO_NO_TIMEOUT);
    }
  clear_channels (&channels);
}

/*
 * An error comes back as it was, where the result is asked for. The worker goes on. map() gives the first one, and of a piece
 * nothing is done after it; imap() gives each at its turn, and goes on.
 *
 *     fail: -, g-file-error-quark: no N      the same worker True
 *     map tell: -, ValueError: no 2          done 1 2 4
 *     next: 1, next: -, error, next: 3, the end
 */
static void
test_errors (void)
{
  Channels channels;
  g_autoptr (MpPool) pool = NULL;
  g_autoptr (MpResult) failed = NULL;
  g_autoptr (MpResult) each = NULL;
  g_autoptr (MpResult) pieces = NULL;
  g_autoptr (GError) error = NULL;
  int n = seed_int (1, 99);
  int pid;

  make_channels (&channels, 1);
  pool = make_pool (&(MpPoolOptions) { .processes = 1, .connections = channels.ends });
  if (pool == NULL)
    {
      clear_channels (&channels);
      return;
    }

  pid = ask_pid (pool);
  (void) mp_pool_apply (pool, "fail", g_variant_new_int32 (-n), &error);
  trace ("fail: %s, code %s", trace_error (error), trace_bool (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)));
  trace ("the same worker %s", trace_bool (ask_pid (pool) == pid));

  failed = hand_in (pool, "fail", g_variant_new_int32 (-n));
  if (failed != NULL)
    {
      trace ("wait %s", trace_bool (mp_result_wait (failed, ASYNCIO_NO_TIMEOUT)));
      trace ("successful %s", trace_bool (mp_result_successful (failed, NULL)));
      trace_get ("get", failed, 0);
      trace_get ("get again", failed, 0);
    }

  trace_map (pool, "tell", g_variant_new_parsed ("[1, -2, 3, 4, -5, 6]"), 3);
  tell (end_to_tell (&channels, 0), 99);
  for (int byte = hear (end_to_hear (&channels, 0)); byte >= 0 && byte != 99; byte = hear (end_to_hear (&channels, 0)))
    trace ("done %d", byte);

  each = mp_pool_imap (pool, "fail", g_variant_new_parsed ("[%i, -2, 3]", n), 1, NULL);
  while (each != NULL && trace_next (each, ASYNCIO_NO_TIMEOUT))
    ;
  pieces = mp_pool_imap (pool, "fail", g_variant_new_parsed ("[1, -2, 3, %i, 5]", n), 2, NULL);
  while (pieces != NULL && trace_next (pieces, ASYNCIO_NO_TIMEOUT))
    ;
  clear_channels (&channels);
}

static int
compare_lengths (gconstpointer a,
                 gconstpointer b)
{
  return *(const int *) b - *(const int *) a;
}

/*
 * How many items are handed out at a time: a worker does one piece here, and is replaced, so who did an item tells in which
 * piece it was. The longest are first: in which order pieces come is the business of another test.
 *
 *     17 items: 3 3 3 3 3 2
 */
static void
trace_chunks (MpPool *pool,
              int     n_items,
              guint   chunksize)
{
  g_autoptr (GVariant) pids = NULL;
  g_autoptr (GArray) lengths = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GString) text = g_string_new (NULL);
  GVariantBuilder items;
  int last = 0;

  g_variant_builder_init (&items, G_VARIANT_TYPE ("ai"));
  for (int i = 0; i < n_items; i++)
    g_variant_builder_add (&items, "i", i);
  pids = mp_pool_map (pool, "pid", g_variant_builder_end (&items), chunksize, NULL);

  for (gsize i = 0; pids != NULL && i < g_variant_n_children (pids); i++)
    {
      g_autoptr (GVariant) pid = NULL;
      const int one = 1;

      g_variant_get_child (pids, i, "v", &pid);
      if (lengths->len > 0 && g_variant_get_int32 (pid) == last)
        g_array_index (lengths, int, lengths->len - 1)++;
      else
        g_array_append_val (lengths, one);
      last = g_variant_get_int32 (pid);
    }

  g_array_sort (lengths, compare_lengths);
  for (guint i = 0; i < lengths->len; i++)
    g_string_append_printf (text, " %d", g_array_index (lengths, int, i));
  trace ("%d items:%s", n_items, text->str);
}

static void
test_chunks (void)
{
  g_autoptr (MpPool) pool = make_pool (&(MpPoolOptions) { .processes = 2, .maxtasksperchild = 1 });
  g_autoptr (MpPool) alone = NULL;
  int few = seed_int (2, 7);
  int many = seed_int (17, 40);

  if (pool == NULL)
    return;

  trace_chunks (pool, 1, 0);
  trace_chunks (pool, few, 0);
  trace_chunks (pool, 9, 0);
  trace_chunks (pool, 9, 4);
  trace_chunks (pool, many, 0);

  /* Here no other worker could have done the next piece. */
  alone = make_pool (&(MpPoolOptions) { .processes = 1, .maxtasksperchild = 1 });
  if (alone != NULL)
    trace_chunks (alone, seed_int (5, 12), 0);
}

/*
 * After three pieces a worker is replaced. The one that was replaced is no zombie.
 *
 *     1 1 1 2 2 2 3 3
 */
static void
test_maxtasks (void)
{
  guint maxtasks = (guint) seed_int (2, 4);
  g_autoptr (MpPool) pool = make_pool (&(MpPoolOptions) {
    .processes = 1,
    .maxtasksperchild = maxtasks,
  });
  int last = 0, n_workers = 0;

  for (guint i = 0; i < 8 && pool != NULL; i++)
    {
      int pid = ask_pid (pool);

      if (pid != last)
        n_workers++;
      last = pid;
      trace ("worker %d", n_workers);
    }
  g_clear_pointer (&pool, mp_pool_free);
  trace_leftovers ();
}

/*
 * Each worker calls the initializer once, before anything else; one that replaces another does so, too.
 *
 *     told i i, initialized: WORD, WORD
 */
static void
test_initializer (void)
{
  Channels channels;
  g_autoptr (MpPool) pool = NULL;
  g_autoptr (GError) error = NULL;

  make_channels (&channels, 1);
  pool = make_pool (&(MpPoolOptions) {
    .processes = 2,
    .initializer = "initialize",
    .initargs = g_variant_new_string (seed_word ()),
    .maxtasksperchild = 2,
    .connections = channels.ends,
  });
  if (pool != NULL)
    {
      trace ("told %c", hear (end_to_hear (&channels, 0)));
      trace ("told %c", hear (end_to_hear (&channels, 0)));
      for (guint i = 0; i < 6; i++)
        trace_apply (pool, "initialized", NULL);
      trace ("told %c", hear (end_to_hear (&channels, 0)));
    }
  trace ("unknown: %s", trace_bool (mp_pool_new (&(MpPoolOptions) { .initializer = "nobody" }, &error) != NULL));
  trace ("unknown: %s", trace_error (error));
  clear_channels (&channels);
}

/*
 * A pool that is closed takes nothing more, and does what it has; join() waits for that. The worker waits until it is told, and
 * two pieces wait for it.
 *
 *     join: ValueError: Pool is still running
 *     late: ValueError: Pool not running
 *     A, B, C, and left: 0 zombies
 */
static void
test_close (void)
{
  Channels channels;
  MpResult *results[3] = { NULL };
  MpPool *pool;
  g_autoptr (GError) error = NULL;

  make_channels (&channels, 1);
  pool = make_pool (&(MpPoolOptions) { .processes = 1, .connections = channels.ends });
  if (pool != NULL)
    {
      for (guint i = 0; i < 3; i++)
        results[i] = hand_in (pool, "wait", g_variant_new ("(is)", i == 0 ? 0 : -1, seed_word ()));
      trace ("join %s", trace_bool (mp_pool_join (pool, &error)));
      trace ("join: %s", show_error (&error));
      mp_pool_close (pool);
      g_assert_null (hand_in (pool, "square", g_variant_new_int32 (1)));
      trace ("map: %s", trace_bool (mp_pool_imap (pool, "square", g_variant_new ("ai", NULL), 1, NULL) != NULL));
      trace ("ready %s", trace_bool (results[0] != NULL && mp_result_ready (results[0])));

      tell (end_to_tell (&channels, 0), 'g');
      trace ("join %s", trace_bool (mp_pool_join (pool, &error)));
      trace_leftovers ();
      for (guint i = 0; i < 3; i++)
        trace_get ("get", results[i], 0);
      trace ("join again %s", trace_bool (mp_pool_join (pool, &error)));
      mp_pool_free (pool);
      trace_get ("get without the pool", results[0], 0);
    }
  for (guint i = 0; i < 3; i++)
    g_clear_pointer (&results[i], mp_result_free);
  clear_channels (&channels);
}

/* Takes turns of the pool until N workers have told that they have begun: before, there may be nothing to terminate. */
static void
wait_until_begun (MpResult     *result,
                  MpConnection *channel,
                  guint         n)
{
  while (result != NULL && n > 0)
    {
      mp_result_wait (result, 0.01);
      while (n > 0 && can_hear (channel) && hear (channel) == 'b')
        n--;
    }
}

/*
 * Workers are ended in the middle of their work; what is not done is never ready. They are gone when join() returns.
 *
 *     late: ValueError: Pool not running
 *     ready False, get: -, TimeoutError, successful: ValueError: the result is not ready
 */
static void
test_terminate (void)
{
  Channels channels;
  MpResult *results[4] = { NULL };
  MpPool *pool;
  g_autoptr (GError) error = NULL;
  guint n_before = count_descriptors ();

  make_channels (&channels, 2);
  pool = make_pool (&(MpPoolOptions) {
    .method = seed_bool () ? MP_FORK : MP_SPAWN,
    .processes = 2,
    .connections = channels.ends,
  });
  if (pool != NULL)
    {
      for (guint i = 0; i < 4; i++)
        results[i] = i < 2 ? hand_in (pool, "stay", NULL) : hand_in (pool, "square", g_variant_new_int32 (1));
      wait_until_begun (results[0], end_to_hear (&channels, 0), 2);
      mp_pool_terminate (pool);
      g_assert_null (hand_in (pool, "square", g_variant_new_int32 (1)));
      trace ("join %s", trace_bool (mp_pool_join (pool, &error)));
      trace_leftovers ();
      for (guint i = 0; i < 4 && results[i] != NULL; i++)
        {
          trace ("ready %s", trace_bool (mp_result_ready (results[i])));
          trace_get ("get", results[i], 0.01);
          trace ("successful %s", trace_bool (mp_result_successful (results[i], &error)));
          trace ("successful: %s", show_error (&error));
        }
      mp_pool_free (pool);
    }
  for (guint i = 0; i < 4; i++)
    g_clear_pointer (&results[i], mp_result_free);
  clear_channels (&channels);
  trace ("descriptors the same %s", trace_bool (count_descriptors () == n_before));
}

/*
 * The only worker dies with a piece of work, and another waits. The worker is replaced, the one piece is lost, the other one is
 * done.
 *
 *     B: N, -     A: -, TimeoutError     join True
 */
static void
test_lost (void)
{
  MpPool *pool = make_pool (&(MpPoolOptions) { .processes = 1 });
  g_autoptr (MpResult) last = NULL;

  for (guint i = 0; i < 3 && pool != NULL; i++)
    {
      g_autoptr (MpResult) lost = hand_in (pool, "die", g_variant_new_int32 (i == 0 ? -SIGKILL : (int) i - 1));
      g_autoptr (MpResult) other = hand_in (pool, "square", g_variant_new_int32 (seed_int (1, 99)));

      trace_get ("other", other, ASYNCIO_NO_TIMEOUT);
      trace_get ("lost", lost, 0);
    }
  if (pool == NULL)
    return;

  trace_apply (pool, "square", g_variant_new_int32 (seed_int (1, 99)));
  last = hand_in (pool, "die", g_variant_new_int32 (-SIGKILL));
  mp_pool_close (pool);
  trace ("join %s", trace_bool (mp_pool_join (pool, NULL)));
  trace_get ("lost", last, 0);
  trace_leftovers ();
  mp_pool_free (pool);
}

int
main (int    argc,
      char **argv)
{
  register_jobs ();
  begin_tests (&argc, &argv);

  graded_test_add ("/mp/pool/apply", test_apply);
  graded_test_add ("/mp/pool/map", test_map);
  graded_test_add ("/mp/pool/imap", test_imap);
  graded_test_add ("/mp/pool/unordered", test_unordered);
  graded_test_add ("/mp/pool/errors", test_errors);
  graded_test_add ("/mp/pool/chunks", test_chunks);
  graded_test_add ("/mp/pool/maxtasks", test_maxtasks);
  graded_test_add ("/mp/pool/initializer", test_initializer);
  graded_test_add ("/mp/pool/close", test_close);
  graded_test_add ("/mp/pool/terminate", test_terminate);
  graded_test_add ("/mp/pool/lost", test_lost);

  return g_test_run ();
}
