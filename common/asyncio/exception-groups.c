/* SPDX-License-Identifier: MIT */

/*
 * Exception groups (PEP 654), after CPython's Objects/exceptions.c.
 *
 * Several tasks can fail at once, and none of the errors may be lost. A group is one error that has the others
 * inside, and a tree if there are groups among them. Handlers take out what they can handle:
 *
 *      group "a"                   match: group "a"        rest: group "a"
 *       ├── ValueError       ──>          ├── ValueError          ├── OSError
 *       ├── OSError                       └── group "b"           └── group "b"
 *       └── group "b"                          └── ValueError          └── TypeError
 *            ├── ValueError
 *            └── TypeError
 *
 * GLib lets a domain say what its errors carry beyond a code and a message. All errors of ASYNCIO_ERROR carry
 * one pointer, which is NULL for all but groups.
 */

#include <asyncio/exception-groups.h>

/* What a group and its copies share. It never changes. */
typedef struct
{
  char *message;
  GPtrArray *exceptions;
} Group;

typedef struct
{
  Group *group; /* (nullable) an atomically counted box */
} AsyncioErrorPrivate;

static void
asyncio_error_private_init (AsyncioErrorPrivate *priv)
{
  priv->group = NULL;
}

static void
asyncio_error_private_copy (const AsyncioErrorPrivate *source,
                            AsyncioErrorPrivate       *copy)
{
  copy->group = source->group != NULL ? g_atomic_rc_box_acquire (source->group) : NULL;
}

static void
group_clear (gpointer data)
{
  Group *self = data;

  g_free (self->message);
  g_ptr_array_unref (self->exceptions);
}

static void
asyncio_error_private_clear (AsyncioErrorPrivate *priv)
{
  if (priv->group != NULL)
    g_atomic_rc_box_release_full (priv->group, group_clear);
}

G_DEFINE_EXTENDED_ERROR (AsyncioError, asyncio_error)

/* --- Making and asking ------------------------------------------------------------------ */

static void
error_free (gpointer error)
{
  g_error_free (error);
}

/* Whether all is as it should be, for a group is made of what others give. */
static gboolean
are_errors (GPtrArray *exceptions)
{
  g_return_val_if_fail (exceptions != NULL && exceptions->len > 0, FALSE);

  for (guint i = 0; i < exceptions->len; i++)
    g_return_val_if_fail (g_ptr_array_index (exceptions, i) != NULL, FALSE);

  return TRUE;
}

GError *
asyncio_exception_group_new (const char *message,
                             GPtrArray  *exceptions)
{
  Group *group;
  GError *error;
  AsyncioError code = ASYNCIO_ERROR_EXCEPTION_GROUP;

  g_return_val_if_fail (message != NULL, NULL);
  if (!are_errors (exceptions))
    return NULL;

  group = g_atomic_rc_box_new0 (Group);
  group->message = g_strdup (message);
  group->exceptions = g_ptr_array_new_full (exceptions->len, error_free);
  for (guint i = 0; i < exceptions->len; i++)
    {
      const GError *exception = g_ptr_array_index (exceptions, i);

      if (asyncio_error_is_base (exception))
        code = ASYNCIO_ERROR_BASE_EXCEPTION_GROUP;
      g_ptr_array_add (group->exceptions, g_error_copy (exception));
    }

  error = g_error_new (ASYNCIO_ERROR, code, "%s (%u sub-exception%s)", message, exceptions->len,
                       exceptions->len == 1 ? "" : "s");
  asyncio_error_get_private (error)->group = group;

  return error;
}

GError *
asyncio_exception_group_derive (const GError *group,
                                GPtrArray    *exceptions)
{
  g_return_val_if_fail (asyncio_error_is_group (group), NULL);

  return asyncio_exception_group_new (asyncio_exception_group_get_message (group), exceptions);
}

/* NULL for what is no group, as is an error that somebody gave a group's code by hand. */
static Group *
group_of (const GError *error)
{
  return error != NULL && error->domain == ASYNCIO_ERROR ? asyncio_error_get_private (error)->group : NULL;
}

gboolean
asyncio_error_is_group (const GError *error)
{
  return group_of (error) != NULL;
}

const char *
asyncio_exception_group_get_message (const GError *group)
{
  g_return_val_if_fail (asyncio_error_is_group (group), NULL);

  return group_of (group)->message;
}

GPtrArray *
asyncio_exception_group_get_exceptions (const GError *group)
{
  g_return_val_if_fail (asyncio_error_is_group (group), NULL);

  return group_of (group)->exceptions;
}

/* --- Dividing ----------------------------------------------------------------------------- */

/* A part of a group, NULL if it is empty. */
static GError *
derive_part (const GError *group,
             GPtrArray    *exceptions)
{
  return exceptions->len > 0 ? asyncio_exception_group_derive (group, exceptions) : NULL;
}

static void
add_part (GPtrArray *exceptions,
          GError    *part)
{
  if (part != NULL)
    g_ptr_array_add (exceptions, part);
}

/* match and rest: (out) (nullable) (transfer full) */
static void
split (const GError           *error,
       AsyncioErrorPredicate   predicate,
       gpointer                user_data,
       GError                **match,
       GError                **rest)
{
  g_autoptr (GPtrArray) matching = NULL;
  g_autoptr (GPtrArray) others = NULL;
  Group *group = group_of (error);

  *match = NULL;
  *rest = NULL;

  if (predicate (error, user_data))
    {
      *match = g_error_copy (error);
      return;
    }
  if (group == NULL)
    {
      *rest = g_error_copy (error);
      return;
    }

  matching = g_ptr_array_new_with_free_func (error_free);
  others = g_ptr_array_new_with_free_func (error_free);
  for (guint i = 0; i < group->exceptions->len; i++)
    {
      GError *inner_match;
      GError *inner_rest;

      split (g_ptr_array_index (group->exceptions, i), predicate, user_data, &inner_match, &inner_rest);
      add_part (matching, inner_match);
      add_part (others, inner_rest);
    }

  *match = derive_part (error, matching);
  *rest = derive_part (error, others);
}

void
asyncio_exception_group_split_if (const GError           *error,
                                  AsyncioErrorPredicate   predicate,
                                  gpointer                user_data,
                                  GError                **match,
                                  GError                **rest)
{
  g_autoptr (GError) wanted = NULL;
  g_autoptr (GError) unwanted = NULL;

  g_return_if_fail (error != NULL);
  g_return_if_fail (predicate != NULL);

  split (error, predicate, user_data, &wanted, &unwanted);
  if (match != NULL)
    *match = g_steal_pointer (&wanted);
  if (rest != NULL)
    *rest = g_steal_pointer (&unwanted);
}

typedef struct
{
  GQuark domain;
  int code;
} Kind;

static gboolean
is_of_kind (const GError *error,
            gpointer      user_data)
{
  const Kind *kind = user_data;

  return g_error_matches (error, kind->domain, kind->code);
}

void
asyncio_exception_group_split (const GError  *error,
                               GQuark         domain,
                               int            code,
                               GError       **match,
                               GError       **rest)
{
  asyncio_exception_group_split_if (error, is_of_kind, &(Kind) { domain, code }, match, rest);
}

/* `except*` gives a group in any case: a single exception gets one around it, without a message. */
static GError *
wrap (GError *exception)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new_with_free_func (error_free);

  g_ptr_array_add (one, exception);

  return asyncio_exception_group_new ("", one);
}

GError *
asyncio_error_except_star (GError **error,
                           GQuark   domain,
                           int      code)
{
  GError *match = NULL;
  GError *rest = NULL;

  g_return_val_if_fail (error != NULL, NULL);

  if (*error == NULL)
    return NULL;

  asyncio_exception_group_split (*error, domain, code, &match, &rest);
  g_error_free (*error);
  *error = rest;

  return match == NULL || asyncio_error_is_group (match) ? match : wrap (match);
}
