/* SPDX-License-Identifier: MIT */

/* The twin of core-p16-context-token.py: a token makes a variable what it was, once, and only where it was set. */

#include "kit.h"

#include <string.h>

static AsyncioContextVar *bare;
static AsyncioContextVar *user;

static void
set (AsyncioContextVar    *var,
     const char           *value,
     AsyncioContextToken **token)
{
  asyncio_context_var_set (var, (gpointer) value, NULL, token);
}

/* An error's words, without the object that they begin with. */
static char *
words (const GError *error)
{
  return g_strdup_printf ("%s: %s", asyncio_error_get_name (error), strrchr (error->message, '>') + strlen ("> "));
}

static void
reset (const char          *who,
       AsyncioContextVar   *var,
       AsyncioContextToken *token)
{
  g_autoptr (GError) e = NULL;

  if (asyncio_context_var_reset (var, token, &e))
    {
      trace ("%s reset: %s", who, (char *) asyncio_context_var_get (user, NULL));
    }
  else
    {
      g_autofree char *text = words (e);

      trace ("%s refused: %s", who, text);
    }
}

static const char *
old (AsyncioContextToken *token)
{
  gpointer value;

  return asyncio_context_token_get_old_value (token, &value) ? value : "missing";
}

static gpointer
child (gpointer   user_data,
       GError   **error)
{
  AsyncioContextToken *token = user_data;
  g_autoptr (AsyncioContextToken) own = NULL;

  (void) error;

  trace ("child sees %s", (char *) asyncio_context_var_get (user, NULL));
  reset ("child", user, token);
  set (user, "child", &own);
  trace ("child's token has %s", old (own));
  reset ("child", user, own);

  return NULL;
}

static gpointer
async_main (gpointer   user_data,
            GError   **error)
{
  g_autoptr (AsyncioContextToken) first = NULL;
  g_autoptr (AsyncioContextToken) second = NULL;
  g_autoptr (GError) e = NULL;

  (void) user_data;

  if (asyncio_context_var_get (bare, &e) == NULL && e != NULL)
    trace ("bare: %s", asyncio_error_get_name (e));
  trace ("bare: %s user: %s %s", (char *) asyncio_context_var_get_or (bare, (gpointer) "given"),
         (char *) asyncio_context_var_get (user, NULL), (char *) asyncio_context_var_get_or (user, (gpointer) "given"));

  set (user, "ann", &first);
  set (user, "bob", &second);
  trace ("tokens have %s %s %s", old (first), old (second),
         asyncio_context_token_get_var (first) == user ? "True" : "False");
  reset ("main", bare, second);
  if (!kit_pause (1, error))
    return NULL;
  asyncio_unref (kit_spawn (asyncio_coroutine_new (child, second, NULL)));
  if (!kit_pause (2, error))
    return NULL;
  trace ("main sees %s", (char *) asyncio_context_var_get (user, NULL));
  reset ("main", user, second);
  reset ("main", user, second);
  reset ("main", user, first);
  trace ("unset again: %s", (char *) asyncio_context_var_get_or (user, (gpointer) "given"));

  g_clear_pointer (&first, asyncio_context_token_free);
  g_clear_pointer (&second, asyncio_context_token_free);
  set (user, "ann", &first);
  set (user, "bob", &second);
  reset ("out of order", user, first);
  reset ("out of order", user, second);

  return NULL;
}

int
main (void)
{
  kit_init ();
  bare = asyncio_context_var_new ("bare");
  user = asyncio_context_var_new_with_default ("user", (gpointer) "nobody", NULL);
  kit_run (asyncio_coroutine_new (async_main, NULL, NULL));
  asyncio_context_var_unref (user);
  asyncio_context_var_unref (bare);

  return 0;
}
