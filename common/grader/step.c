/* SPDX-License-Identifier: MIT */

/*
 * The steps of a build.
 */

#include "step.h"

#include "together.h"

LabStep *
lab_step_new (LabSandbox *sandbox,
              const char *work,
              const char *label)
{
  LabStep *self = g_new0 (LabStep, 1);

  self->sandbox = sandbox;
  self->work = g_strdup (work);
  self->label = g_strdup (label);
  self->argv = g_ptr_array_new_with_free_func (g_free);
  self->readable = g_ptr_array_new_with_free_func (g_free);

  return self;
}

void
lab_step_free (gpointer step)
{
  LabStep *self = step;

  lab_run_result_clear (&self->result);
  g_ptr_array_unref (self->argv);
  g_ptr_array_unref (self->readable);
  g_free (self->label);
  g_free (self->work);
  g_free (self);
}

void
lab_step_add (LabStep    *self,
              const char *argument)
{
  g_ptr_array_add (self->argv, g_strdup (argument));
}

void
lab_step_add_many (LabStep           *self,
                   const char *const *arguments)
{
  for (guint i = 0; arguments[i] != NULL; i++)
    lab_step_add (self, arguments[i]);
}

void
lab_step_allow (LabStep    *self,
                const char *path)
{
  g_ptr_array_add (self->readable, g_strdup (path));
}

gboolean
lab_step_succeeded (LabStep *self)
{
  return self->result.end == LAB_RUN_EXITED && self->result.value == 0;
}

char *
lab_step_explain (LabStep *self)
{
  const LabRunResult *result = &self->result;

  switch (result->end)
    {
    case LAB_RUN_CPU:
    case LAB_RUN_WALL:
    case LAB_RUN_IDLE:
      return g_strdup_printf ("%s: the compiler took too long\n", self->label);
    case LAB_RUN_MEMORY:
      return g_strdup_printf ("%s: the compiler took too much memory\n", self->label);
    case LAB_RUN_OUTPUT:
      return g_strdup_printf ("%s: the compiler's messages are too long:\n%.2000s\n...\n", self->label, result->err);
    case LAB_RUN_SIGNALLED:
      return g_strdup_printf ("%s%s: the compiler was ended by signal %d (%s)\n", result->err, self->label, result->value,
                              g_strsignal (result->value));
    default:
      return g_strdup (result->err);
    }
}

static gpointer
step_body (gpointer   user_data,
           GError   **error)
{
  LabStep *self = user_data;

  (void) lab_sandbox_run (self->sandbox,
                          &(LabRun) {
                            .argv = (const char *const *) self->argv->pdata,
                            .readable = (const char *const *) self->readable->pdata,
                            .writable = self->work,
                            .directory = self->work,
                            .is_build = TRUE,
                          },
                          &self->result, error);

  return NULL;
}

gboolean
lab_steps_run (GPtrArray  *steps,
               GError    **error)
{
  g_autoptr (GPtrArray) coroutines = g_ptr_array_new ();

  for (guint i = 0; i < steps->len; i++)
    {
      LabStep *step = g_ptr_array_index (steps, i);

      g_ptr_array_add (step->argv, NULL);
      g_ptr_array_add (step->readable, NULL);
      g_ptr_array_add (coroutines, asyncio_coroutine_new (step_body, step, NULL));
    }

  return lab_run_together (coroutines, error);
}

gboolean
lab_step_run (LabStep  *step,
              char    **failure,
              GError  **error)
{
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func (lab_step_free);

  g_ptr_array_add (steps, step);
  *failure = NULL;
  if (!lab_steps_run (steps, error))
    return FALSE;

  if (!lab_step_succeeded (step))
    *failure = lab_step_explain (step);

  return TRUE;
}
