/* SPDX-License-Identifier: MIT */

/*
 * Context variables (Lib/contextvars.py, Python/context.c; PEP 567).
 *
 *      context of task A ──> mapping: user=ann, request=7 ──┐
 *                              ^                            │ bindings: a variable with a value,
 *      context of a callback ──┘                            │ shared by all mappings that have it
 *      context of task B ────> mapping: user=bob, request=7 ┘
 *
 * A context is a pointer to a mapping, and a mapping never changes. Copying a context is taking a reference to the
 * mapping; setting a variable is making another mapping (contextvars-mapping.c) and pointing there.
 *
 * Threads. A context that is entered is entered by one thread, which alone may point it elsewhere; it does so under the
 * context's lock, for which others ask who copy the context meanwhile. The thread itself reads without.
 */

#include "contextvars-private.h"

#include "contextvars-mapping-private.h"
#include "thread-state-private.h"

#include <asyncio/exceptions.h>

struct _AsyncioContextVar
{
  gatomicrefcount ref_count;
  char *name;
  gboolean has_default;
  gpointer default_value;
  GDestroyNotify default_destroy;
};

struct _AsyncioContextVars
{
  gatomicrefcount ref_count;
  gint is_entered;         /* atomic */
  GMutex lock;
  AsyncioMapping *mapping; /* lock, but the thread that has entered may read it without; (nullable) */
};

struct _AsyncioContextToken
{
  AsyncioContextVar *var;
  AsyncioContextVars *context;
  AsyncioBinding *old; /* (nullable): Token.MISSING */
  gboolean is_used;
};

/* --- Variables -------------------------------------------------------------------- */

AsyncioContextVar *
asyncio_context_var_new (const char *name)
{
  AsyncioContextVar *self;

  g_return_val_if_fail (name != NULL, NULL);

  self = g_new0 (AsyncioContextVar, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);

  return self;
}

AsyncioContextVar *
asyncio_context_var_new_with_default (const char     *name,
                                      gpointer        value,
                                      GDestroyNotify  destroy)
{
  AsyncioContextVar *self = asyncio_context_var_new (name);

  if (self == NULL)
    {
      asyncio_context_value_free (value, destroy);
      return NULL;
    }

  self->has_default = TRUE;
  self->default_value = value;
  self->default_destroy = destroy;

  return self;
}

AsyncioContextVar *
asyncio_context_var_ref (AsyncioContextVar *var)
{
  g_return_val_if_fail (var != NULL, NULL);

  g_atomic_ref_count_inc (&var->ref_count);

  return var;
}

void
asyncio_context_var_unref (AsyncioContextVar *var)
{
  g_return_if_fail (var != NULL);

  if (!g_atomic_ref_count_dec (&var->ref_count))
    return;

  asyncio_context_value_free (var->default_value, var->default_destroy);
  g_free (var->name);
  g_free (var);
}

const char *
asyncio_context_var_get_name (AsyncioContextVar *var)
{
  g_return_val_if_fail (var != NULL, NULL);

  return var->name;
}

static char *
var_repr (AsyncioContextVar *self)
{
  if (self->has_default)
    return g_strdup_printf ("<ContextVar name='%s' default=%p at %p>", self->name, self->default_value, (gpointer) self);

  return g_strdup_printf ("<ContextVar name='%s' at %p>", self->name, (gpointer) self);
}

/* --- Contexts --------------------------------------------------------------------------- */

/* mapping: (transfer full) (nullable) */
static AsyncioContextVars *
context_new (AsyncioMapping *mapping)
{
  AsyncioContextVars *self = g_new0 (AsyncioContextVars, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_mutex_init (&self->lock);
  self->mapping = mapping;

  return self;
}

AsyncioContextVars *
asyncio_context_new (void)
{
  return context_new (NULL);
}

AsyncioContextVars *
asyncio_context_ref (AsyncioContextVars *context)
{
  g_return_val_if_fail (context != NULL, NULL);

  g_atomic_ref_count_inc (&context->ref_count);

  return context;
}

void
asyncio_context_unref (AsyncioContextVars *context)
{
  g_return_if_fail (context != NULL);

  if (!g_atomic_ref_count_dec (&context->ref_count))
    return;

  asyncio_mapping_unref (context->mapping);
  g_mutex_clear (&context->lock);
  g_free (context);
}

/* What any thread may call. (transfer full) (nullable) */
static AsyncioMapping *
context_get_mapping (AsyncioContextVars *self)
{
  AsyncioMapping *mapping;

  g_mutex_lock (&self->lock);
  mapping = asyncio_mapping_ref (self->mapping);
  g_mutex_unlock (&self->lock);

  return mapping;
}

AsyncioContextVars *
asyncio_context_copy (AsyncioContextVars *context)
{
  g_return_val_if_fail (context != NULL, NULL);

  return context_new (context_get_mapping (context));
}

gboolean
asyncio_context_contains (AsyncioContextVars *context,
                          AsyncioContextVar  *var)
{
  AsyncioMapping *mapping;
  gboolean is_set;

  g_return_val_if_fail (context != NULL && var != NULL, FALSE);

  mapping = context_get_mapping (context);
  is_set = asyncio_mapping_find (mapping, var) != NULL;
  asyncio_mapping_unref (mapping);

  return is_set;
}

gpointer
asyncio_context_get (AsyncioContextVars *context,
                     AsyncioContextVar  *var)
{
  AsyncioMapping *mapping;
  AsyncioBinding *binding;
  gpointer value;

  g_return_val_if_fail (context != NULL && var != NULL, NULL);

  mapping = context_get_mapping (context);
  binding = asyncio_mapping_find (mapping, var);
  value = binding != NULL ? binding->value : NULL;
  asyncio_mapping_unref (mapping);

  return value;
}

guint
asyncio_context_get_length (AsyncioContextVars *context)
{
  AsyncioMapping *mapping;
  guint length;

  g_return_val_if_fail (context != NULL, 0);

  mapping = context_get_mapping (context);
  length = asyncio_mapping_length (mapping);
  asyncio_mapping_unref (mapping);

  return length;
}

/* --- The current context ------------------------------------------------------------------ */

AsyncioContextVars *
asyncio_context_vars_ensure (AsyncioContextVars **slot)
{
  if (*slot == NULL)
    {
      *slot = context_new (NULL);
      (*slot)->is_entered = asyncio_thread_state ()->context_vars == slot;
    }

  return *slot;
}

/* (transfer none) (nullable) */
static AsyncioMapping *
current_mapping (void)
{
  AsyncioContextVars *current = *asyncio_thread_state ()->context_vars;

  return current != NULL ? current->mapping : NULL;
}

AsyncioContextVars *
asyncio_context_vars_copy_current (void)
{
  AsyncioMapping *mapping = current_mapping ();

  return mapping != NULL ? context_new (asyncio_mapping_ref (mapping)) : NULL;
}

AsyncioContextVars *
asyncio_copy_context (void)
{
  return context_new (asyncio_mapping_ref (current_mapping ()));
}

gboolean
asyncio_context_vars_enter (AsyncioContextVars   **slot,
                            AsyncioContextVars  ***outer,
                            GError               **error)
{
  AsyncioThreadState *thread = asyncio_thread_state ();

  /* Two threads may try at once: one of them gets it. */
  if (*slot != NULL && !g_atomic_int_compare_and_exchange (&(*slot)->is_entered, FALSE, TRUE))
    {
      g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_RUNTIME,
                   "cannot enter context: <Context object at %p> is already entered", (gpointer) *slot);
      return FALSE;
    }

  *outer = thread->context_vars;
  thread->context_vars = slot;

  return TRUE;
}

void
asyncio_context_vars_exit (AsyncioContextVars **outer)
{
  AsyncioThreadState *thread = asyncio_thread_state ();
  AsyncioContextVars *current = *thread->context_vars;

  thread->context_vars = outer;
  if (current != NULL)
    g_atomic_int_set (&current->is_entered, FALSE);
}

gpointer
asyncio_context_run (AsyncioContextVars      *context,
                     AsyncioContextVarsFunc   func,
                     gpointer                 user_data,
                     GError                 **error)
{
  AsyncioThreadState *thread = asyncio_thread_state ();
  g_autoptr (AsyncioContextVars) slot = NULL;
  g_autoptr (GError) raised = NULL;
  AsyncioContextVars **outer;
  AsyncioCoroutine *coroutine;
  gpointer value;

  g_return_val_if_fail (context != NULL && func != NULL, NULL);

  slot = asyncio_context_ref (context);
  if (!asyncio_context_vars_enter (&slot, &outer, error))
    return NULL;

  /* The function is not inside the coroutine that calls us: were it to suspend, the loop would go on in this context. */
  coroutine = g_steal_pointer (&thread->current_coroutine);
  value = func (user_data, &raised);
  thread->current_coroutine = coroutine;

  asyncio_context_vars_exit (outer);
  if (raised != NULL)
    g_propagate_error (error, g_steal_pointer (&raised));

  return value;
}

/* --- ContextVar.get, set and reset ----------------------------------------------------------- */

gpointer
asyncio_context_var_get (AsyncioContextVar  *var,
                         GError            **error)
{
  AsyncioBinding *binding;
  g_autofree char *repr = NULL;

  g_return_val_if_fail (var != NULL, NULL);

  binding = asyncio_mapping_find (current_mapping (), var);
  if (binding != NULL)
    return binding->value;
  if (var->has_default)
    return var->default_value;

  repr = var_repr (var);
  g_set_error_literal (error, ASYNCIO_ERROR, ASYNCIO_ERROR_LOOKUP, repr);

  return NULL;
}

gpointer
asyncio_context_var_get_or (AsyncioContextVar *var,
                            gpointer           value)
{
  AsyncioBinding *binding;

  g_return_val_if_fail (var != NULL, NULL);

  binding = asyncio_mapping_find (current_mapping (), var);

  return binding != NULL ? binding->value : value;
}

/* Binds a variable in the current context, which is self. binding: (transfer full) (nullable) NULL for nothing */
static void
context_bind (AsyncioContextVars *self,
              AsyncioContextVar  *var,
              AsyncioBinding            *binding)
{
  AsyncioMapping *previous = self->mapping;
  AsyncioMapping *made = asyncio_mapping_with (previous, var, binding);

  g_mutex_lock (&self->lock);
  self->mapping = made;
  g_mutex_unlock (&self->lock);

  /* This may free a value, and that may do anything, also set variables. */
  asyncio_mapping_unref (previous);
}

void
asyncio_context_var_set (AsyncioContextVar    *var,
                         gpointer              value,
                         GDestroyNotify        destroy,
                         AsyncioContextToken **token)
{
  AsyncioContextVars *current;

  g_return_if_fail (var != NULL);

  current = asyncio_context_vars_ensure (asyncio_thread_state ()->context_vars);

  if (token != NULL)
    {
      *token = g_new0 (AsyncioContextToken, 1);
      (*token)->var = asyncio_context_var_ref (var);
      (*token)->context = asyncio_context_ref (current);
      (*token)->old = asyncio_binding_ref (asyncio_mapping_find (current->mapping, var));
    }

  context_bind (current, var, asyncio_binding_new (var, value, destroy));
}

static char *
token_repr (AsyncioContextToken *self)
{
  g_autofree char *var = var_repr (self->var);

  return g_strdup_printf ("<Token%s var=%s at %p>", self->is_used ? " used" : "", var, (gpointer) self);
}

/* What is wrong with resetting the variable by the token, NULL if nothing is. */
static const char *
why_not_reset (AsyncioContextVar   *var,
               AsyncioContextToken *token,
               AsyncioError        *code)
{
  *code = ASYNCIO_ERROR_RUNTIME;
  if (token->is_used)
    return "has already been used once";

  *code = ASYNCIO_ERROR_VALUE;
  if (token->var != var)
    return "was created by a different ContextVar";
  if (token->context != *asyncio_thread_state ()->context_vars)
    return "was created in a different Context";

  return NULL;
}

gboolean
asyncio_context_var_reset (AsyncioContextVar    *var,
                           AsyncioContextToken  *token,
                           GError              **error)
{
  AsyncioError code;
  const char *why_not;

  g_return_val_if_fail (var != NULL && token != NULL, FALSE);

  why_not = why_not_reset (var, token, &code);
  if (why_not != NULL)
    {
      g_autofree char *repr = token_repr (token);

      g_set_error (error, ASYNCIO_ERROR, (int) code, "%s %s", repr, why_not);
      return FALSE;
    }

  token->is_used = TRUE;
  context_bind (token->context, var, asyncio_binding_ref (token->old));

  return TRUE;
}

AsyncioContextVar *
asyncio_context_token_get_var (AsyncioContextToken *token)
{
  g_return_val_if_fail (token != NULL, NULL);

  return token->var;
}

gboolean
asyncio_context_token_get_old_value (AsyncioContextToken *token,
                                     gpointer            *value)
{
  g_return_val_if_fail (token != NULL, FALSE);

  if (value != NULL)
    *value = token->old != NULL ? token->old->value : NULL;

  return token->old != NULL;
}

void
asyncio_context_token_free (AsyncioContextToken *token)
{
  g_return_if_fail (token != NULL);

  asyncio_binding_unref (token->old);
  asyncio_context_unref (token->context);
  asyncio_context_var_unref (token->var);
  g_free (token);
}
