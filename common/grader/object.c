/* SPDX-License-Identifier: MIT */

/*
 * Looking into object files.
 *
 * A test program contains the student's code, so that code could try to be the test instead of passing it. Most ways
 * to do that leave marks in the object file, before anything has run:
 *
 *   - a constructor runs before main(), an indirect function even before that;
 *   - a definition of abort() or of g_assertion_message() takes the place of the real one;
 *   - whoever calls trace() or __lsan_disable() has them as undefined symbols.
 *
 * What is not refused here is made harmless: only the functions of the lab stay global in the object.
 */

#include "object.h"

#include "error.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

/* --- Walking through ELF files -------------------------------------------------------------- */

/* An ELF object that is open. */
typedef struct
{
  int fd;
  Elf *elf;
} Object;

static gboolean
object_open (Object      *self,
             const char  *path,
             GError     **error)
{
  elf_version (EV_CURRENT);

  self->fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  self->elf = self->fd >= 0 ? elf_begin (self->fd, ELF_C_READ, NULL) : NULL;

  if (self->elf != NULL && elf_kind (self->elf) == ELF_K_ELF)
    return TRUE;

  g_set_error (error, LAB_ERROR, LAB_ERROR_DATA, "%s is no object file that can be read", path);
  return FALSE;
}

static void
object_close (Object *self)
{
  if (self->elf != NULL)
    elf_end (self->elf);
  if (self->fd >= 0)
    close (self->fd);
}

/* Is told of a symbol that is visible to other objects. Returns FALSE to stop. */
typedef gboolean (*SymbolFunc) (const char *name,
                                GElf_Sym   *symbol,
                                gpointer    data);

static gboolean
for_each_global_symbol (Elf        *elf,
                        SymbolFunc  func,
                        gpointer    data)
{
  Elf_Scn *section = NULL;

  while ((section = elf_nextscn (elf, section)) != NULL)
    {
      GElf_Shdr header;
      Elf_Data *table;
      gsize n;

      if (gelf_getshdr (section, &header) == NULL || header.sh_type != SHT_SYMTAB || header.sh_entsize == 0)
        continue;

      table = elf_getdata (section, NULL);
      n = table != NULL ? header.sh_size / header.sh_entsize : 0;

      for (gsize i = 0; i < n; i++)
        {
          GElf_Sym symbol;
          const char *name;

          if (gelf_getsym (table, (int) i, &symbol) == NULL || GELF_ST_BIND (symbol.st_info) == STB_LOCAL)
            continue;

          name = elf_strptr (elf, header.sh_link, symbol.st_name);
          if (name != NULL && name[0] != '\0' && !func (name, &symbol, data))
            return FALSE;
        }
    }

  return TRUE;
}

/* --- Defined symbols ---------------------------------------------------------------------------- */

static gboolean
add_if_defined (const char *name,
                GElf_Sym   *symbol,
                gpointer    names)
{
  if (symbol->st_shndx != SHN_UNDEF)
    g_hash_table_add (names, g_strdup (name));

  return TRUE;
}

gboolean
lab_object_add_defined (const char  *path,
                        GHashTable  *names,
                        GError     **error)
{
  Object object;
  gboolean opened = object_open (&object, path, error);

  if (opened)
    for_each_global_symbol (object.elf, add_if_defined, names);
  object_close (&object);

  return opened;
}

/* --- What is refused ---------------------------------------------------------------------------- */

typedef struct
{
  GHashTable *harness;
  char *refusal;
} Check;

/* Functions of the C library that decide how a process ends or what it seems to say. */
static const char *const vital_functions[] = {
  "abort", "exit", "_exit", "_Exit", "quick_exit", "atexit", "raise", "kill", "signal", "sigaction", "longjmp",
  "siglongjmp", "write", "writev", "fwrite", "fputs", "puts", "printf", "fflush", "malloc", "calloc", "realloc", "free",
  NULL,
};

static const char *const sanitizer_prefixes[] = {
  "__asan_", "__lsan_", "__ubsan_", "__tsan_", "__msan_", "__hwasan_", "__sanitizer_", NULL,
};

static gboolean
has_prefix (const char        *name,
            const char *const *prefixes)
{
  for (guint i = 0; prefixes[i] != NULL; i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;

  return FALSE;
}

static gboolean
check_symbol (const char *name,
              GElf_Sym   *symbol,
              gpointer    data)
{
  Check *self = data;
  gboolean is_defined = symbol->st_shndx != SHN_UNDEF;

  if (GELF_ST_TYPE (symbol->st_info) == STT_GNU_IFUNC)
    self->refusal = g_strdup_printf ("%s is an indirect function: it would run before the test does", name);
  else if (has_prefix (name, sanitizer_prefixes))
    self->refusal = g_strdup_printf ("it %s %s, a switch of the sanitizers", is_defined ? "defines" : "uses", name);
  else if (!is_defined && g_hash_table_contains (self->harness, name))
    self->refusal = g_strdup_printf ("it uses %s(), which belongs to the tests", name);
  else if (is_defined && g_strv_contains (vital_functions, name))
    self->refusal = g_strdup_printf ("it defines %s(), which belongs to the C library", name);
  else if (is_defined && g_str_has_prefix (name, "g_") && dlsym (RTLD_DEFAULT, name) != NULL)
    self->refusal = g_strdup_printf ("it defines %s(), which belongs to GLib", name);

  return self->refusal == NULL;
}

/* Sections whose content the dynamic linker or the start-up code calls. */
static gboolean
check_sections (Elf   *elf,
                Check *self)
{
  static const char *const called[] = { ".init", ".fini", ".ctors", ".dtors", ".preinit_array", ".init_array",
                                        ".fini_array", NULL };
  Elf_Scn *section = NULL;
  size_t names;

  if (elf_getshdrstrndx (elf, &names) != 0)
    return TRUE;

  while ((section = elf_nextscn (elf, section)) != NULL)
    {
      GElf_Shdr header;
      const char *name;

      if (gelf_getshdr (section, &header) == NULL)
        continue;

      name = elf_strptr (elf, names, header.sh_name);
      if (header.sh_type == SHT_INIT_ARRAY || header.sh_type == SHT_FINI_ARRAY ||
          header.sh_type == SHT_PREINIT_ARRAY || (name != NULL && has_prefix (name, called)))
        {
          self->refusal = g_strdup ("it has a constructor or destructor: code that runs before or after the test does");
          return FALSE;
        }
    }

  return TRUE;
}

gboolean
lab_object_check (const char  *path,
                  GHashTable  *harness,
                  char       **refusal,
                  GError     **error)
{
  Check check = { harness, NULL };
  Object object;
  gboolean opened = object_open (&object, path, error);

  if (opened && check_sections (object.elf, &check))
    for_each_global_symbol (object.elf, check_symbol, &check);
  object_close (&object);

  *refusal = check.refusal;

  return opened;
}
