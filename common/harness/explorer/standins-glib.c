/* SPDX-License-Identifier: MIT */

/*
 * Stand-ins for the rest of what a program calls: assertions, the freeing of memory, and the end of the process.
 */

#include "standins.h"

#include <malloc.h>
#include <stdlib.h>

/* --- Memory ---------------------------------------------------------------------------------- */

/* The explorer's own calls come here as well. */
static gboolean
is_program (void)
{
  return explorer_self () != NULL && explorer->busy == 0;
}

static void
note_free (gpointer      memory,
           gconstpointer place)
{
  if (memory != NULL)
    explorer_memory_freed (memory, malloc_usable_size (memory), place);
}

void __real_free (void *memory);

void
__wrap_free (void *memory)
{
  if (!is_program ())
    __real_free (memory);
  else
    note_free (memory, PLACE);
}

void __real_g_free (gpointer memory);

void
__wrap_g_free (gpointer memory)
{
  if (!is_program ())
    __real_g_free (memory);
  else
    note_free (memory, PLACE);
}

void __real_g_slice_free1 (gsize size, gpointer memory);

/* With G_SLICE=always-malloc, which explorer_explore() insists on, this is malloc()'s memory. */
void
__wrap_g_slice_free1 (gsize    size,
                      gpointer memory)
{
  if (!is_program ())
    __real_g_slice_free1 (size, memory);
  else
    note_free (memory, PLACE);
}

/* --- Assertions -------------------------------------------------------------------------------- */

static void G_GNUC_NORETURN
fail_assertion (const char *file,
                int         line,
                const char *what)
{
  g_autofree char *name = g_path_get_basename (file);

  explorer_fail_with (EXPLORER_ASSERTION, "%s: assertion failed at %s:%d: %s", explorer->current->name, name, line, what);
}

void __real_g_assertion_message (const char *domain, const char *file, int line, const char *func, const char *message) G_GNUC_NORETURN;

void
__wrap_g_assertion_message (const char *domain,
                            const char *file,
                            int         line,
                            const char *func,
                            const char *message)
{
  if (explorer_self () == NULL)
    __real_g_assertion_message (domain, file, line, func, message);

  fail_assertion (file, line, message);
}

void __real_g_assertion_message_expr (const char *domain, const char *file, int line, const char *func, const char *expr) G_GNUC_NORETURN;

void
__wrap_g_assertion_message_expr (const char *domain,
                                 const char *file,
                                 int         line,
                                 const char *func,
                                 const char *expr)
{
  if (explorer_self () == NULL)
    __real_g_assertion_message_expr (domain, file, line, func, expr);

  fail_assertion (file, line, expr != NULL ? expr : "code should not be reached");
}

void __real_g_assertion_message_cmpnum (const char *domain, const char *file, int line, const char *func, const char *expr,
                                        long double left, const char *comparison, long double right, char type);

void
__wrap_g_assertion_message_cmpnum (const char *domain,
                                   const char *file,
                                   int         line,
                                   const char *func,
                                   const char *expr,
                                   long double left,
                                   const char *comparison,
                                   long double right,
                                   char        type)
{
  g_autofree char *text = NULL;

  if (explorer_self () == NULL)
    {
      __real_g_assertion_message_cmpnum (domain, file, line, func, expr, left, comparison, right, type);
      return;
    }

  if (type == 'f')
    text = g_strdup_printf ("%s: %.9Lg %s %.9Lg", expr, left, comparison, right);
  else if (type == 'x')
    text = g_strdup_printf ("%s: 0x%08" G_GINT64_MODIFIER "x %s 0x%08" G_GINT64_MODIFIER "x", expr, (guint64) left, comparison, (guint64) right);
  else
    text = g_strdup_printf ("%s: %" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT, expr, (gint64) left, comparison, (gint64) right);
  fail_assertion (file, line, text);
}

void __real_g_assertion_message_cmpstr (const char *domain, const char *file, int line, const char *func, const char *expr,
                                        const char *left, const char *comparison, const char *right) G_GNUC_NORETURN;

void
__wrap_g_assertion_message_cmpstr (const char *domain,
                                   const char *file,
                                   int         line,
                                   const char *func,
                                   const char *expr,
                                   const char *left,
                                   const char *comparison,
                                   const char *right)
{
  g_autofree char *text = NULL;

  if (explorer_self () == NULL)
    __real_g_assertion_message_cmpstr (domain, file, line, func, expr, left, comparison, right);

  text = g_strdup_printf ("%s: \"%s\" %s \"%s\"", expr, left, comparison, right);
  fail_assertion (file, line, text);
}

void __real_g_assertion_message_cmpstrv (const char *domain, const char *file, int line, const char *func, const char *expr,
                                         const char *const *left, const char *const *right, gsize first) G_GNUC_NORETURN;

void
__wrap_g_assertion_message_cmpstrv (const char        *domain,
                                    const char        *file,
                                    int                line,
                                    const char        *func,
                                    const char        *expr,
                                    const char *const *left,
                                    const char *const *right,
                                    gsize              first)
{
  g_autofree char *text = NULL;

  if (explorer_self () == NULL)
    __real_g_assertion_message_cmpstrv (domain, file, line, func, expr, left, right, first);

  text = g_strdup_printf ("%s: \"%s\" == \"%s\" at %" G_GSIZE_FORMAT, expr, left[first], right[first], first);
  fail_assertion (file, line, text);
}

void __real_g_assertion_message_error (const char *domain, const char *file, int line, const char *func, const char *expr,
                                       const GError *error, GQuark error_domain, int error_code) G_GNUC_NORETURN;

void
__wrap_g_assertion_message_error (const char   *domain,
                                  const char   *file,
                                  int           line,
                                  const char   *func,
                                  const char   *expr,
                                  const GError *error,
                                  GQuark        error_domain,
                                  int           error_code)
{
  g_autofree char *text = NULL;

  if (explorer_self () == NULL)
    __real_g_assertion_message_error (domain, file, line, func, expr, error, error_domain, error_code);

  text = g_strdup_printf ("%s: %s", expr, error != NULL ? error->message : "no error");
  fail_assertion (file, line, text);
}

void __real___assert_fail (const char *expr, const char *file, unsigned int line, const char *func) G_GNUC_NORETURN;

void
__wrap___assert_fail (const char  *expr,
                      const char  *file,
                      unsigned int line,
                      const char  *func)
{
  if (explorer_self () == NULL)
    __real___assert_fail (expr, file, line, func);

  fail_assertion (file, (int) line, expr);
}

void __real_abort (void) G_GNUC_NORETURN;

void
__wrap_abort (void)
{
  if (explorer_self () == NULL)
    __real_abort ();

  explorer_fail_with (EXPLORER_ASSERTION, "%s: abort()", explorer->current->name);
}

/* --- The end of the process ---------------------------------------------------------------------- */

typedef struct
{
  void (*func) (void);
} ExitHandler;

int __real_atexit (void (*func) (void));

/* The process does not end with the program: see explorer_run_exit_handlers(). */
int
__wrap_atexit (void (*func) (void))
{
  ExitHandler *handler;

  if (explorer_self () == NULL)
    return __real_atexit (func);

  explorer->busy++;
  handler = g_new (ExitHandler, 1);
  handler->func = func;
  explorer->exit_handlers = g_slist_prepend (explorer->exit_handlers, handler);
  explorer->busy--;

  return 0;
}

void
explorer_run_exit_handlers (void)
{
  while (explorer_self () != NULL && explorer->exit_handlers != NULL)
    {
      ExitHandler *handler = explorer->exit_handlers->data;
      void (*func) (void) = handler->func;

      explorer->busy++;
      explorer->exit_handlers = g_slist_delete_link (explorer->exit_handlers, explorer->exit_handlers);
      g_free (handler);
      explorer->busy--;

      func ();
    }
}

void
explorer_forget_exit_handlers (void)
{
  g_slist_free_full (g_steal_pointer (&explorer->exit_handlers), g_free);
}
