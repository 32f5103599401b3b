/* SPDX-License-Identifier: MIT */

/*
 * Looking into object files.
 *
 * A test program contains the student's code, so that code could try to be the test instead of passing it. Most ways
 * to do that leave marks in the object file, before anything has run:
 *
 *   - a constructor runs before main(), an indirect function even before that;
 *   - a definition of abort() or of g_assertion_message() takes the place of the real one;
 *   - whoever calls trace() or __lsan_disable() has them as undefined symbols;
 *   - what the assembler made has sections that no C compiler makes.
 *
 * This gives cheats their names, it is not what stops them: only the functions of the lab stay global in the object, and a test is judged
 * by its trace, outside. A name can be looked up without leaving a mark, if one takes enough trouble.
 */

#include "object.h"

#include "error.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Walking through ELF files -------------------------------------------------------------- */

/* An ELF object that is open. */
typedef struct
{
  int fd;
  Elf *elf;
  size_t names; /* the section with the names of sections */
  guint64 size;
} Object;

static gboolean
object_open (Object      *self,
             const char  *path,
             GError     **error)
{
  GElf_Ehdr header;
  struct stat info;

  elf_version (EV_CURRENT);

  /* Whoever was able to leave a pipe here would have us wait for ever. */
  self->fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  self->elf = self->fd >= 0 && fstat (self->fd, &info) == 0 && S_ISREG (info.st_mode)
                ? elf_begin (self->fd, ELF_C_READ, NULL)
                : NULL;

  if (self->elf != NULL && elf_kind (self->elf) == ELF_K_ELF && gelf_getehdr (self->elf, &header) != NULL &&
      header.e_type == ET_REL && elf_getshdrstrndx (self->elf, &self->names) == 0)
    {
      self->size = (guint64) info.st_size;
      return TRUE;
    }

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

/* Is told of a symbol that is visible to other objects; or with NULL that there are some that cannot be read. Returns FALSE to
 * stop. */
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
      if (table == NULL && !func (NULL, NULL, data))
        return FALSE;

      for (gsize i = 0; i < n; i++)
        {
          GElf_Sym symbol;
          const char *name;

          if (gelf_getsym (table, (int) i, &symbol) == NULL)
            return func (NULL, NULL, data);
          if (GELF_ST_BIND (symbol.st_info) == STB_LOCAL)
            continue;

          name = elf_strptr (elf, header.sh_link, symbol.st_name);
          if ((name == NULL || name[0] != '\0') && !func (name, &symbol, data))
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
  if (name != NULL && symbol->st_shndx != SHN_UNDEF)
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

/* --- Symbols that are refused -------------------------------------------------------------------- */

typedef struct
{
  const LabObject *object;
  char *refusal;
} Check;

static const char damaged[] = "its object file is damaged";

/* Functions of the C library that decide how a process ends or what it seems to say, and the tests' main(). */
static const char *const vital_functions[] = {
  "abort", "exit", "_exit", "_Exit", "quick_exit", "atexit", "raise", "kill", "signal", "sigaction", "longjmp",
  "siglongjmp", "read", "write", "writev", "fwrite", "fputs", "fgets", "puts", "printf", "fflush", "close", "dup2", "malloc",
  "calloc", "realloc", "free", "strcmp", "__assert_fail", "__libc_start_main", "_start", NULL,
};

/* What no lab needs. With some one finds functions that must not be called, others run code when the test is over, or get to see
 * and to change what the test and the core say. */
static const char *const useless_functions[] = {
  "dlopen", "dlmopen", "dlsym", "dlvsym", "dl_iterate_phdr", "_dl_find_object", "dladdr", "dladdr1", "dlinfo", "_r_debug",
  "atexit", "on_exit", "at_quick_exit", "__cxa_atexit", "syscall", "mprotect", "pkey_mprotect", "ptrace", "process_vm_readv",
  "process_vm_writev", "personality", "main", "_start", "__libc_start_main", "_DYNAMIC",
  "g_set_print_handler", "g_set_printerr_handler", "g_log_set_handler", "g_log_set_handler_full", "g_log_set_default_handler",
  "g_log_set_writer_func", "g_log_remove_handler", "g_log_set_fatal_mask", "g_log_set_always_fatal", "g_module_open",
  "g_module_symbol", NULL,
};

static const char *const sanitizer_prefixes[] = {
  "__asan_", "__lsan_", "__ubsan_", "__tsan_", "__msan_", "__hwasan_", "__sanitizer_", NULL,
};

/* What compilers make calls of themselves, as opposed to what sanitizer/asan_interface.h declares. */
static const char *const sanitizing[] = {
  "__ubsan_handle_", "__asan_init", "__asan_version_mismatch_check_", "__asan_report_", "__asan_load", "__asan_store",
  "__asan_exp_", "__asan_register_", "__asan_unregister_", "__asan_stack_malloc_", "__asan_stack_free_", "__asan_set_shadow_",
  "__asan_handle_no_return", "__asan_option_detect_stack_use_after_return", "__asan_alloca_poison",
  "__asan_allocas_unpoison", "__asan_poison_stack_memory", "__asan_unpoison_stack_memory", "__asan_mem",
  "__asan_shadow_memory_dynamic_address", NULL,
};
static const char *const exploring[] = {
  "__tsan_init", "__tsan_func_", "__tsan_read", "__tsan_write", "__tsan_unaligned_", "__tsan_volatile_", "__tsan_atomic", "__tsan_mem",
  NULL,
};
static const char *const nothing[] = { NULL };

/* By LabObjectKind. */
static const char *const *const instrumentation[] = { nothing, sanitizing, exploring };

static gboolean
has_prefix (const char        *name,
            const char *const *prefixes)
{
  for (guint i = 0; prefixes[i] != NULL; i++)
    if (g_str_has_prefix (name, prefixes[i]))
      return TRUE;

  return FALSE;
}

/* What is wrong with a symbol that the object defines. (nullable) */
static char *
refuse_definition (Check      *self,
                   const char *name,
                   GElf_Sym   *symbol)
{
  int type = GELF_ST_TYPE (symbol->st_info);

  if (type == STT_GNU_IFUNC)
    return g_strdup_printf ("%s is an indirect function: it would run before the test does", name);
  if (has_prefix (name, sanitizer_prefixes))
    return g_strdup_printf ("it defines %s, a switch of the sanitizers", name);
  if (g_str_equal (name, "main") || g_hash_table_contains (self->object->harness, name))
    return g_strdup_printf ("it defines %s(), which belongs to the tests", name);
  if (g_strv_contains (vital_functions, name))
    return g_strdup_printf ("it defines %s(), which belongs to the C library", name);
  if (g_str_has_prefix (name, "g_") && dlsym (RTLD_DEFAULT, name) != NULL)
    return g_strdup_printf ("it defines %s(), which belongs to GLib", name);
  if (g_strv_contains (self->object->api, name) && type != STT_FUNC)
    return g_strdup_printf ("%s is not a function in it", name);

  /* A binding that only C++ uses, and that objcopy does not take for global. */
  if (GELF_ST_BIND (symbol->st_info) == STB_GNU_UNIQUE)
    return g_strdup_printf ("%s is a symbol that no C compiler makes", name);

  return NULL;
}

/* What is wrong with a symbol that the object uses. (nullable) */
static char *
refuse_use (Check      *self,
            const char *name)
{
  if (has_prefix (name, instrumentation[self->object->kind]))
    return NULL;
  if (has_prefix (name, sanitizer_prefixes))
    return g_strdup_printf ("it uses %s, a switch of the sanitizers", name);
  if (g_strv_contains (self->object->forbidden, name))
    return g_strdup_printf ("it uses %s(), and to do that by yourself is what this lab is about", name);
  if (g_hash_table_contains (self->object->harness, name))
    return g_strdup_printf ("it uses %s(), which belongs to the tests", name);
  if (g_strv_contains (useless_functions, name) || g_str_has_prefix (name, "g_test_"))
    return g_strdup_printf ("it uses %s(), which no solution needs", name);

  return NULL;
}

static gboolean
check_symbol (const char *name,
              GElf_Sym   *symbol,
              gpointer    data)
{
  Check *self = data;
  g_autofree char *plain_name = NULL;

  if (name == NULL)
    {
      self->refusal = g_strdup (damaged);
      return FALSE;
    }

  plain_name = g_strndup (name, strcspn (name, "@")); /* without a version: abort@GLIBC_2.2.5 */
  self->refusal = symbol->st_shndx != SHN_UNDEF ? refuse_definition (self, plain_name, symbol)
                                                : refuse_use (self, plain_name);

  return self->refusal == NULL;
}

/* --- Sections that are refused -------------------------------------------------------------------- */

/* What a C compiler makes, with the names of debugging information spelt out: a section that is called like it may have scripts for the
 * debugger of who looks into the program. */
static const char *const usual_sections[] = {
  ".text", ".data", ".bss", ".rodata", ".tdata", ".tbss", ".comment", ".eh_frame", ".symtab", ".strtab", ".shstrtab",
  ".symtab_shndx", ".note.GNU-stack", ".note.gnu.property", ".llvm_addrsig", ".gcc_except_table", ".sframe", ".ARM.exidx",
  ".ARM.attributes", ".debug_info", ".debug_abbrev", ".debug_aranges", ".debug_loc", ".debug_loclists", ".debug_ranges",
  ".debug_rnglists", ".debug_line", ".debug_line_str", ".debug_str", ".debug_str_offsets", ".debug_addr", ".debug_types",
  ".debug_macro", ".debug_macinfo", ".debug_frame", ".debug_names", NULL,
};

/* Those have kinds: .text.unlikely, .rodata.str1.1, .data.rel.ro */
static const char *const families[] = { ".text.", ".data.", ".bss.", ".rodata.", ".tdata.", ".tbss.", NULL };

/* Sections whose content the dynamic linker or the start-up code calls. */
static const char *const called_sections[] = {
  ".init", ".fini", ".ctors", ".dtors", ".preinit_array", ".init_array", ".fini_array", NULL,
};

static gboolean
is_called (const GElf_Shdr *header,
           const char      *name)
{
  return header->sh_type == SHT_INIT_ARRAY || header->sh_type == SHT_FINI_ARRAY || header->sh_type == SHT_PREINIT_ARRAY ||
         has_prefix (name, called_sections);
}

/* AddressSanitizer has one constructor and one destructor in each object, to tell it of the global variables; the explorer's compiler has only
 * a constructor. */
static gboolean
is_of_sanitizer (Object          *object,
                 LabObjectKind    kind,
                 const GElf_Shdr *header,
                 const char      *name,
                 guint            n_before)
{
  gboolean has_the_name = (kind != LAB_OBJECT_PLAIN && g_str_has_prefix (name, ".init_array.")) ||
                          (kind == LAB_OBJECT_SANITIZED && g_str_has_prefix (name, ".fini_array."));

  return has_the_name && n_before == 0 && header->sh_size <= gelf_fsize (object->elf, ELF_T_ADDR, 1, EV_CURRENT);
}

static gboolean
check_sections (Object *object,
                Check  *self)
{
  static const char constructor[] = "it has a constructor or destructor: code that runs before or after the test does";
  size_t n_sections = 1; /* the first is none, and is not among those that are gone through */
  gboolean has_symbols = FALSE;
  guint n_init = 0, n_fini = 0;
  GElf_Ehdr file_header;
  Elf_Scn *section = NULL;

  while ((section = elf_nextscn (object->elf, section)) != NULL)
    {
      GElf_Shdr header;
      const char *name;
      guint *n;

      if (gelf_getshdr (section, &header) == NULL || (name = elf_strptr (object->elf, object->names, header.sh_name)) == NULL)
        {
          self->refusal = g_strdup (damaged);
          return FALSE;
        }
      n_sections++;
      has_symbols |= header.sh_type == SHT_SYMTAB;

      /* What relocations are for is looked at itself. */
      if (header.sh_type == SHT_RELA || header.sh_type == SHT_REL)
        continue;

      n = g_str_has_prefix (name, ".init") ? &n_init : &n_fini;
      if (is_called (&header, name))
        {
          if (!is_of_sanitizer (object, self->object->kind, &header, name, (*n)++))
            {
              self->refusal = g_strdup (constructor);
              return FALSE;
            }
        }
      else if (!(g_strv_contains (usual_sections, name) || has_prefix (name, families) ||
                 (self->object->kind != LAB_OBJECT_PLAIN && (header.sh_type == SHT_GROUP || g_str_equal (name, "asan_globals")))))
        {
          self->refusal = g_strdup_printf ("it has a section %s, which no C compiler makes", name);
          return FALSE;
        }
    }

  /* What we did not see we cannot vouch for, and the linker might. (libelf's own number is that of the sections that it found.) */
  if (!has_symbols || gelf_getehdr (object->elf, &file_header) == NULL || file_header.e_shnum != n_sections ||
      file_header.e_shoff > object->size || object->size - file_header.e_shoff < n_sections * file_header.e_shentsize)
    {
      self->refusal = g_strdup (damaged);
      return FALSE;
    }

  return TRUE;
}

gboolean
lab_object_check (const LabObject  *object,
                  char            **refusal,
                  GError          **error)
{
  Check check = { object, NULL };
  Object opened;
  gboolean is_open = object_open (&opened, object->path, error);

  if (is_open && check_sections (&opened, &check))
    for_each_global_symbol (opened.elf, check_symbol, &check);
  object_close (&opened);

  *refusal = check.refusal;

  return is_open;
}
