/* SPDX-License-Identifier: MIT */

/*
 * GIL lab, given: from the text of a program to its instructions.
 */

#include "ceval.h"

#include <string.h>

/* What is written after an instruction. */
typedef enum
{
  NOTHING,
  NUMBER,
  CONSTANT,
  LOCAL,
  GLOBAL,
  LABEL,
  TEXT,
} Operand;

static const struct
{
  const char *name;
  Operand operand;
} opcodes[PY_N_OPCODES] = {
  [PY_LOAD_CONST] = { "LOAD_CONST", CONSTANT },
  [PY_LOAD_FAST] = { "LOAD_FAST", LOCAL },
  [PY_STORE_FAST] = { "STORE_FAST", LOCAL },
  [PY_LOAD_GLOBAL] = { "LOAD_GLOBAL", GLOBAL },
  [PY_STORE_GLOBAL] = { "STORE_GLOBAL", GLOBAL },
  [PY_POP_TOP] = { "POP_TOP", NOTHING },
  [PY_BINARY_ADD] = { "BINARY_ADD", NOTHING },
  [PY_COMPARE_LT] = { "COMPARE_LT", NOTHING },
  [PY_POP_JUMP_IF_FALSE] = { "POP_JUMP_IF_FALSE", LABEL },
  [PY_JUMP_FORWARD] = { "JUMP_FORWARD", LABEL },
  [PY_JUMP_BACKWARD] = { "JUMP_BACKWARD", LABEL },
  [PY_CALL] = { "CALL", NUMBER },
  [PY_RETURN_VALUE] = { "RETURN_VALUE", NOTHING },
  [PY_WITH_ENTER] = { "WITH_ENTER", GLOBAL },
  [PY_WITH_EXIT] = { "WITH_EXIT", GLOBAL },
  [PY_BLOCKING_IO] = { "BLOCKING_IO", NUMBER },
  [PY_COMPUTE] = { "COMPUTE", NUMBER },
  [PY_PRINT] = { "PRINT", TEXT },
};

typedef struct
{
  PyModule *module;
  PyCode *code;       /* (nullable): the function that is being read */
  GPtrArray *locals;  /* (element-type utf8): its variables */
  GHashTable *labels; /* utf8 -> index of an instruction */
  guint line;
} Assembler;

/* --- Errors and names ---------------------------------------------------------------------- */

static gboolean G_GNUC_PRINTF (3, 4)
fail (Assembler   *self,
      GError     **error,
      const char  *format,
      ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, ASYNCIO_ERROR, ASYNCIO_ERROR_VALUE, "line %u: %s", self->line, what);

  return FALSE;
}

/* The index of a name, which is added if it is new. */
static guint
index_of (Assembler  *self,
          GPtrArray  *names,
          const char *name)
{
  guint i;

  if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, &i))
    {
      i = names->len;
      g_ptr_array_add (names, g_string_chunk_insert (self->module->texts, name));
    }

  return i;
}

/* --- Functions -------------------------------------------------------------------------------- */

static void
code_free (gpointer data)
{
  PyCode *self = data;

  g_array_unref (self->instructions);
  g_free (self);
}

/* The function is read to its end: now it is known where its labels are. */
static gboolean
end_function (Assembler  *self,
              GError    **error)
{
  GArray *instructions = self->code != NULL ? self->code->instructions : NULL;

  if (instructions == NULL)
    return TRUE;
  if (instructions->len == 0 || g_array_index (instructions, PyInstruction, instructions->len - 1).opcode != PY_RETURN_VALUE)
    return fail (self, error, "%s does not end with RETURN_VALUE", self->code->name);

  for (guint i = 0; i < instructions->len; i++)
    {
      PyInstruction *instruction = &g_array_index (instructions, PyInstruction, i);
      gpointer target;

      if (opcodes[instruction->opcode].operand != LABEL)
        continue;
      if (!g_hash_table_lookup_extended (self->labels, instruction->text, NULL, &target))
        return fail (self, error, "%s has no label %s", self->code->name, instruction->text);
      instruction->operand = GPOINTER_TO_INT (target);
      if ((instruction->operand <= (gint64) i) != (instruction->opcode == PY_JUMP_BACKWARD))
        return fail (self, error, "%s jumps the wrong way to %s", self->code->name, instruction->text);
    }

  return TRUE;
}

static gboolean
begin_function (Assembler   *self,
                char       **words,
                guint        n_words,
                GError     **error)
{
  guint name;

  if (n_words < 2 || n_words > 3)
    return fail (self, error, "def NAME, or def NAME PARAMETER");
  if (!end_function (self, error))
    return FALSE;

  name = index_of (self, self->module->names, words[1]);
  g_hash_table_remove_all (self->labels);
  g_ptr_array_set_size (self->locals, 0);

  self->code = g_new0 (PyCode, 1);
  self->code->name = g_ptr_array_index (self->module->names, name);
  self->code->instructions = g_array_new (FALSE, TRUE, sizeof (PyInstruction));
  self->code->n_parameters = n_words - 2;
  if (n_words == 3)
    index_of (self, self->locals, words[2]);
  g_ptr_array_add (self->module->functions, self->code);

  return TRUE;
}

/* --- Instructions -------------------------------------------------------------------------------- */

static gboolean
read_operand (Assembler      *self,
              Operand         kind,
              PyInstruction  *instruction,
              GError        **error)
{
  const char *text = instruction->text;

  if ((kind == NOTHING) != (text == NULL))
    return fail (self, error, "%s %s an operand", opcodes[instruction->opcode].name,
                 kind == NOTHING ? "has no use for" : "needs");

  if (kind == LOCAL)
    instruction->operand = index_of (self, self->locals, text);
  else if (kind == GLOBAL)
    instruction->operand = index_of (self, self->module->names, text);
  else if (kind == CONSTANT && g_str_equal (text, "None"))
    instruction->operand = PY_CONST_NONE;
  else if ((kind == NUMBER || kind == CONSTANT)
           && !g_ascii_string_to_signed (text, 10, kind == NUMBER ? 0 : -G_MAXINT, G_MAXINT, &instruction->operand, NULL))
    return fail (self, error, "%s is not a number that can be here", text);

  if (instruction->opcode == PY_CALL && instruction->operand > 1)
    return fail (self, error, "a function has one argument at most");
  if (self->locals->len > PY_MAX_LOCALS)
    return fail (self, error, "%s has too many variables", self->code->name);

  return TRUE;
}

static gboolean
read_instruction (Assembler   *self,
                  char       **words,
                  GError     **error)
{
  PyInstruction instruction = { 0 };

  if (self->code == NULL)
    return fail (self, error, "an instruction outside of a function");

  for (guint i = 0; i < PY_N_OPCODES; i++)
    if (g_str_equal (words[0], opcodes[i].name))
      {
        g_autofree char *rest = words[1] != NULL ? g_strjoinv (" ", words + 1) : NULL;

        instruction.opcode = i;
        instruction.text = rest != NULL ? g_string_chunk_insert (self->module->texts, rest) : NULL;
        if (!read_operand (self, opcodes[i].operand, &instruction, error))
          return FALSE;
        g_array_append_val (self->code->instructions, instruction);
        return TRUE;
      }

  return fail (self, error, "there is no instruction %s", words[0]);
}

static gboolean
read_line (Assembler   *self,
           const char  *line,
           GError     **error)
{
  g_autofree char *text = g_strndup (line, strcspn (line, "#"));
  g_auto (GStrv) all = g_strsplit_set (text, " \t", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;
  guint n_words;

  for (guint i = 0; all[i] != NULL; i++)
    if (all[i][0] != '\0')
      g_strv_builder_add (builder, all[i]);
  words = g_strv_builder_end (builder);
  n_words = g_strv_length (words);

  if (n_words == 0)
    return TRUE;
  if (g_str_equal (words[0], "def"))
    return begin_function (self, words, n_words, error);
  if (n_words == 1 && self->code != NULL && g_str_has_suffix (words[0], ":"))
    {
      words[0][strlen (words[0]) - 1] = '\0';
      g_hash_table_insert (self->labels, g_strdup (words[0]), GUINT_TO_POINTER (self->code->instructions->len));
      return TRUE;
    }

  return read_instruction (self, words, error);
}

/* --- Programs --------------------------------------------------------------------------------------- */

PyModule *
py_assemble (const char  *text,
             GError     **error)
{
  g_autoptr (PyModule) module = g_new0 (PyModule, 1);
  g_autoptr (GPtrArray) locals = g_ptr_array_new ();
  g_autoptr (GHashTable) labels = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Assembler self = { .module = module, .locals = locals, .labels = labels };

  module->texts = g_string_chunk_new (256);
  module->names = g_ptr_array_new ();
  module->functions = g_ptr_array_new_with_free_func (code_free);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      self.line = i + 1;
      if (!read_line (&self, lines[i], error))
        return NULL;
    }

  return end_function (&self, error) ? g_steal_pointer (&module) : NULL;
}

void
py_module_free (PyModule *self)
{
  g_clear_pointer (&self->functions, g_ptr_array_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->texts, g_string_chunk_free);
  g_free (self);
}

PyShared *
py_module_new_globals (const PyModule *self)
{
  PyShared *globals = g_new0 (PyShared, self->names->len + 1);

  for (guint i = 0; i < self->functions->len; i++)
    {
      const PyCode *code = g_ptr_array_index (self->functions, i);

      for (guint j = 0; j < self->names->len; j++)
        if (g_ptr_array_index (self->names, j) == code->name)
          globals[j].object = py_function_new (code);
    }

  return globals;
}
