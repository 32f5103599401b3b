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
 * mapping; setting a variable is making another mapping and pointing there.
 *
 * CPython's mapping is a tree (a HAMT), of which set() copies one path. Ours is an array sorted by address, of which set()
 * copies everything: context variables are globals of modules, a program has a handful, and copying a handful of
 * pointers is cheaper than walking any tree. Reading, which is what is done all the time, is a binary search.
 *
 * Threads. A context that is entered is entered by one thread, which alone may point it elsewhere; it does so under the
 * context's lock, for which others ask who copy the context meanwhile. The thread itself reads without.
 */

#include "contextvars-private.h"

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

/* A variable with a value. */
typedef struct
{
  gatomicrefcount ref_count;
  AsyncioContextVar *var; /* (owned): its address, the key, must not be given away again */
  gpointer value;
  GDestroyNotify destroy;
} Binding;

/* NULL is the empty one. */
typedef struct
{
  gatomicrefcount ref_count;
  guint n_bindings;
  Binding *bindings[]; /* (owned) sorted by the address of var */
} Mapping;

struct _AsyncioContextVars
{
  gatomicrefcount ref_count;
  gint is_entered;  /* atomic */
  GMutex lock;
  Mapping *mapping; /* lock, but the thread that has entered may read it without; (nullable) */
};

struct _AsyncioContextToken
{
  AsyncioContextVar *var;
  AsyncioContextVars *context;
  Binding *old; /* (nullable): Token.MISSING */
  gboolean is_used;
};

/* NULL is Python's None: there is nothing to free. */
static void
free_value (gpointer       value,
            GDestroyNotify destroy)
{
  if (value != NULL && destroy != NULL)
    destroy (value);
}

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
      free_value (value, destroy);
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

  free_value (var->default_value, var->default_destroy);
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

/* --- Bindings and mappings ------------------------------------------------------------ */

/* value: (transfer full) */
static Binding *
binding_new (AsyncioContextVar *var,
             gpointer           value,
             GDestroyNotify     destroy)
{
  Binding *self = g_new (Binding, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->var = asyncio_context_var_ref (var);
  self->value = value;
  self->destroy = destroy;

  return self;
}

static Binding *
binding_ref (Binding *self)
{
  if (self != NULL)
    g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
binding_unref (Binding *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  free_value (self->value, self->destroy);
  asyncio_context_var_unref (self->var);
  g_free (self);
}

static Mapping *
mapping_ref (Mapping *self)
{
  if (self != NULL)
    g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

static void
mapping_unref (Mapping *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < self->n_bindings; i++)
    binding_unref (self->bindings[i]);
  g_free (self);
}

static guint
mapping_length (const Mapping *self)
{
  return self != NULL ? self->n_bindings : 0;
}

/* Where a variable is in the array, or where it would have to be put. */
static guint
mapping_search (const Mapping           *self,
                const AsyncioContextVar *var)
{
  guint low = 0;
  guint high = mapping_length (self);

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (GPOINTER_TO_SIZE (self->bindings[middle]->var) < GPOINTER_TO_SIZE (var))
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

/* (transfer none) (nullable) */
static Binding *
mapping_find (const Mapping           *self,
              const AsyncioContextVar *var)
{
  guint i = mapping_search (self, var);

  return i < mapping_length (self) && self->bindings[i]->var == var ? self->bindings[i] : NULL;
}

/* A mapping that differs in one variable. binding: (transfer full) (nullable) what it is bound to, NULL for nothing */
static Mapping *
mapping_with (const Mapping           *self,
              const AsyncioContextVar *var,
              Binding                 *binding)
{
  guint length = mapping_length (self);
  guint at = mapping_search (self, var);
  guint rest = at + (mapping_find (self, var) != NULL ? 1 : 0);
  Mapping *made = g_malloc (sizeof *made + (length + 1) * sizeof (Binding *));

  g_atomic_ref_count_init (&made->ref_count);
  made->n_bindings = 0;

  for (guint i = 0; i < at; i++)
    made->bindings[made->n_bindings++] = binding_ref (self->bindings[i]);
  if (binding != NULL)
    made->bindings[made->n_bindings++] = binding;
  for (guint i = rest; i < length; i++)
    made->bindings[made->n_bindings++] = binding_ref (self->bindings[i]);

  if (made->n_bindings > 0)
    return made;

  g_free (made);
  return NULL;
}

/* --- Contexts --------------------------------------------------------------------------- */

/* mapping: (transfer full) (nullable) */
static AsyncioContextVars *
context_new (Mapping *mapping)
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

  mapping_unref (context->mapping);
  g_mutex_clear (&context->lock);
  g_free (context);
}

/* What any thread may call. (transfer full) (nullable) */
static Mapping *
context_get_mapping (AsyncioContextVars *self)
{
  Mapping *mapping;

  g_mutex_lock (&self->lock);
  mapping = mapping_ref (self->mapping);
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
  Mapping *mapping;
  gboolean is_set;

  g_return_val_if_fail (context != NULL && var != NULL, FALSE);

  mapping = context_get_mapping (context);
  is_set = mapping_find (mapping, var) != NULL;
  mapping_unref (mapping);

  return is_set;
}

gpointer
asyncio_context_get (AsyncioContextVars *context,
                     AsyncioContextVar  *var)
{
  Mapping *mapping;
  Binding *binding;
  gpointer value;

  g_return_val_if_fail (context != NULL && var != NULL, NULL);

  mapping = context_get_mapping (context);
  binding = mapping_find (mapping, var);
  value = binding != NULL ? binding->value : NULL;
  mapping_unref (mapping);

  return value;
}

guint
asyncio_context_get_length (AsyncioContextVars *context)
{
  Mapping *mapping;
  guint length;

  g_return_val_if_fail (context != NULL, 0);

  mapping = context_get_mapping (context);
  length = mapping_length (mapping);
  mapping_unref (mapping);

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
static Mapping *
current_mapping (void)
{
  AsyncioContextVars *current = *asyncio_thread_state ()->context_vars;

  return current != NULL ? current->mapping : NULL;
}

AsyncioContextVars *
asyncio_context_vars_copy_current (void)
{
  Mapping *mapping = current_mapping ();

  return mapping != NULL ? context_new (mapping_ref (mapping)) : NULL;
}

AsyncioContextVars *
asyncio_copy_context (void)
{
  return context_new (mapping_ref (current_mapping ()));
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
  Binding *binding;
  g_autofree char *repr = NULL;

  g_return_val_if_fail (var != NULL, NULL);

  binding = mapping_find (current_mapping (), var);
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
  Binding *binding;

  g_return_val_if_fail (var != NULL, NULL);

  binding = mapping_find (current_mapping (), var);

  return binding != NULL ? binding->value : value;
}

/* Binds a variable in the current context, which is self. binding: (transfer full) (nullable) NULL for nothing */
static void
context_bind (AsyncioContextVars *self,
              AsyncioContextVar  *var,
              Binding            *binding)
{
  Mapping *previous = self->mapping;
  Mapping *made = mapping_with (previous, var, binding);

  g_mutex_lock (&self->lock);
  self->mapping = made;
  g_mutex_unlock (&self->lock);

  /* This may free a value, and that may do anything, also set variables. */
  mapping_unref (previous);
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
      (*token)->old = binding_ref (mapping_find (current->mapping, var));
    }

  context_bind (current, var, binding_new (var, value, destroy));
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
  context_bind (token->context, var, binding_ref (token->old));

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

  binding_unref (token->old);
  asyncio_context_unref (token->context);
  asyncio_context_var_unref (token->var);
  g_free (token);
}
