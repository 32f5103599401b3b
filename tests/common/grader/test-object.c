/* SPDX-License-Identifier: MIT */

/*
 * What an object file must not contain.
 *
 * Small sources are compiled here as a student's file is, plain, with sanitizers and for the explorer, and looked into. What
 * is good must be good in all forms, and what is bad must be found and named.
 */

#include "builder.h"
#include "error.h"
#include "object.h"
#include "stage.h"
#include "workspace.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const kind_names[] = { "plain", "sanitized", "explored" };

/* A folder for the objects. */
static char *folder;

/* Compiles a source. Returns the path of its object. (transfer full) */
static char *
compile (const char    *source,
         LabObjectKind  kind)
{
  g_autofree char *file = g_build_filename (folder, "work.c", NULL);
  g_autofree char *rules = g_build_filename (folder, LAB_STAGE_RULES, NULL);
  g_autofree char *object = g_build_filename (folder, "work.o", NULL);
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;
  int wait_status;

  g_strv_builder_add (argv, COMPILER);
  g_strv_builder_addv (argv, (const char **) lab_compile_flags);
  if (kind == LAB_OBJECT_SANITIZED)
    g_strv_builder_addv (argv, (const char **) lab_sanitizer_flags);
  if (kind == LAB_OBJECT_EXPLORED)
    g_strv_builder_add (argv, "-fsanitize=thread");
  g_strv_builder_add_many (argv, "-w", "-include", rules, "-c", file, "-o", object, NULL);
  arguments = g_strv_builder_end (argv);

  g_file_set_contents (file, source, -1, &error);
  g_assert_no_error (error);
  g_spawn_sync (NULL, arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &wait_status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (wait_status, ==, 0);

  return g_steal_pointer (&object);
}

/* Looks into an object of the lab whose only function is work(), and which is about asyncio_wrap_future(), with a harness of which we know
 * trace() and seed_word(). */
static gboolean
check (const char     *path,
       LabObjectKind   kind,
       char          **refusal,
       GError        **error)
{
  static const char *const api[] = { "work", NULL };
  static const char *const forbidden[] = { "asyncio_wrap_future", NULL };
  g_autoptr (GHashTable) harness = g_hash_table_new (g_str_hash, g_str_equal);

  g_hash_table_add (harness, (gpointer) "trace");
  g_hash_table_add (harness, (gpointer) "seed_word");

  return lab_object_check (&(LabObject) { path, kind, api, forbidden, harness }, refusal, error);
}

/* What is wrong with a source, compiled in one way. (transfer full) (nullable) */
static char *
look_into (const char    *source,
           LabObjectKind  kind)
{
  g_autofree char *object = compile (source, kind);
  g_autoptr (GError) error = NULL;
  char *refusal;

  g_assert_true (check (object, kind, &refusal, &error));
  g_assert_no_error (error);

  return refusal;
}

/* What C makes of honest sources, in whatever sections: initialised and other variables, constants, strings, variables of a
 * thread, functions that are hot or cold or never return, tables of addresses, calls of everything that a solution may call. */
static void
test_clean (void)
{
  static const char *const sources[] = {
    "void work (void) { }",
    "int zero, one = 1; const int two = 2; static int three = 3; int *work (void) { return one ? &zero : &three; }",
    "static _Thread_local int n = 5; _Thread_local int m; int work (void) { return ++n + ++m; }",
    "#include <stdio.h>\n#include <stdlib.h>\n"
    "void work (char **p) { static const char *const names[] = { \"a\", \"b\" }; puts (names[p != 0]); free (p); }",
    "__attribute__ ((cold, noreturn)) static void end (void) { __builtin_trap (); }\n"
    "__attribute__ ((hot)) void work (int n) { if (n > 5) end (); }",
    "#include <string.h>\nint work (int n) { char text[100]; int array[n]; memset (text, 0, 100); array[0] = text[n]; return array[0]; }",
    "extern void *g_malloc (unsigned long), *asyncio_new_event_loop (void);\n"
    "void *work (void) { return g_malloc (10) ? asyncio_new_event_loop () : 0; }",
    "int work (int n) { switch (n) { case 0: return 7; case 1: return 9; case 2: return 11; case 3: return 2; case 4: return 1; "
    "case 5: return 33; default: return 0; } }",
    "#include <setjmp.h>\n#include <pthread.h>\nstatic pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;\n"
    "int work (void) { return pthread_mutex_lock (&m); }",
  };

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    for (LabObjectKind kind = LAB_OBJECT_PLAIN; kind <= LAB_OBJECT_EXPLORED; kind++)
      {
        g_autofree char *refusal = look_into (sources[i], kind);

        g_test_message ("source %u, %s: %s", i, kind_names[kind], refusal);
        g_assert_null (refusal);
      }
}

typedef struct
{
  const char *source;
  const char *refusal;
} Bad;

/* All objects of a bad source are looked into by the judge: that one is refused is enough, if the others are no worse. */
static void
assert_refused (const Bad *bad,
                gsize      n)
{
  for (gsize i = 0; i < n; i++)
    for (LabObjectKind kind = LAB_OBJECT_PLAIN; kind <= LAB_OBJECT_EXPLORED; kind++)
      {
        g_autofree char *refusal = look_into (bad[i].source, kind);

        g_test_message ("%s: %s, %s", bad[i].refusal, kind_names[kind], refusal);
        g_assert_nonnull (refusal);
        g_assert_cmpstr (strstr (refusal, bad[i].refusal) != NULL ? bad[i].refusal : refusal, ==, bad[i].refusal);
      }
}

/* Code that runs before or after the test does. */
static void
test_constructors (void)
{
  static const char section[] = "it has a constructor or destructor: code that runs before or after the test does";
  static const Bad bad[] = {
    { "int n; __attribute__ ((constructor)) static void early (void) { n = 1; }", section },
    { "int n; __attribute__ ((constructor (101))) static void early (void) { n = 1; }", section },
    { "int n; __attribute__ ((destructor)) static void late (void) { n = 1; }", section },
    { "__attribute__ ((section (\".init_array\"), used)) static void (*early) (void) = 0;", section },
    { "__attribute__ ((section (\".preinit_array\"), used)) static void (*early) (void) = 0;", section },
    { "__asm__ (\".pushsection .init_array.00001, \\\"aw\\\", %init_array; .quad 0; .quad 0; .popsection\");", section },
    { "__asm__ (\".pushsection .ctors, \\\"aw\\\"; .quad 0; .popsection\");", section },
    { "__asm__ (\".pushsection .init, \\\"ax\\\"; nop; .popsection\");", section },
    { "__asm__ (\".pushsection .fini, \\\"ax\\\"; nop; .popsection\");", section },
    { "static void nothing (void) { } static void (*resolve (void)) (void) { return nothing; }\n"
      "void early (void) __attribute__ ((ifunc (\"resolve\"))); void work (void) { early (); }",
      "early is an indirect function: it would run before the test does" },
  };

  assert_refused (bad, G_N_ELEMENTS (bad));
}

/* Sanitized objects have a constructor anyhow, so a second one must not hide beside it; and the preprocessor can keep it out of the
 * other objects. */
static void
assert_only_refused_as (const char    *source,
                        const char    *macro,
                        LabObjectKind  kind)
{
  g_autofree char *guarded = g_strdup_printf ("#ifdef %s\n%s\n#endif\n", macro, source);
  g_autofree char *plain = look_into (guarded, LAB_OBJECT_PLAIN);
  g_autofree char *refusal = look_into (guarded, kind);

  g_test_message ("%s", guarded);
  g_assert_null (plain);
  g_assert_nonnull (refusal);
  g_assert_nonnull (strstr (refusal, "constructor or destructor"));
}

static void
test_only_sanitized (void)
{
  static const char *const sources[] = {
    "int n; __attribute__ ((constructor)) static void early (void) { n = 1; }",
    "int n; __attribute__ ((constructor (99))) static void early (void) { n = 1; }",
    "int n; __attribute__ ((destructor (99))) static void late (void) { n = 1; }",
    "__asm__ (\".pushsection .init_array.00099, \\\"aw\\\", %init_array; .dc.a work; .popsection\"); void work (void) { }",
    "__asm__ (\".pushsection .init_array.00001, \\\"aw\\\", %init_array; .dc.a work; .popsection\"); void work (void) { }",
    "__asm__ (\".pushsection .fini_array.00001, \\\"aw\\\", %fini_array; .dc.a work; .popsection\"); void work (void) { }",
  };

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      assert_only_refused_as (sources[i], "__SANITIZE_ADDRESS__", LAB_OBJECT_SANITIZED);
      assert_only_refused_as (sources[i], "__SANITIZE_THREAD__", LAB_OBJECT_EXPLORED);
    }
}

/* Definitions that would take the place of others'. */
static void
test_definitions (void)
{
  static const Bad bad[] = {
    { "void abort (void) { for (;;); }", "it defines abort(), which belongs to the C library" },
    { "void exit (int status) { for (;;); }", "it defines exit(), which belongs to the C library" },
    { "long write (int fd, const void *data, unsigned long n) { return n; }", "it defines write(), which belongs to the C library" },
    { "void alias (void) { } void _exit (int status) __attribute__ ((alias (\"alias\")));", "it defines _exit(), which" },
    { "__attribute__ ((weak)) void abort (void) { for (;;); }", "it defines abort(), which belongs to the C library" },
    { "void other (void) __asm__ (\"abort\"); void other (void) { }", "it defines abort(), which belongs to the C library" },
    { "void g_assertion_message (void) { }", "it defines g_assertion_message(), which belongs to GLib" },
    { "void g_assertion_message_expr (void) { }", "it defines g_assertion_message_expr(), which belongs to GLib" },
    { "int main (void) { return 0; }", "it defines main(), which belongs to the tests" },
    { "void trace (const char *format, ...) { }", "it defines trace(), which belongs to the tests" },
    { "const char *seed_word (void) { return \"a\"; }", "it defines seed_word(), which belongs to the tests" },
    { "const char *__asan_default_options (void) { return \"exitcode=0\"; }",
      "it defines __asan_default_options, a switch of the sanitizers" },
    { "int __lsan_is_turned_off (void) { return 1; }", "it defines __lsan_is_turned_off, a switch of the sanitizers" },
    { "int work;", "work is not a function in it" },
  };

  assert_refused (bad, G_N_ELEMENTS (bad));
}

/* Calls of what no solution needs. An address that is taken is as good as a call. */
static void
test_uses (void)
{
  static const Bad bad[] = {
    { "void trace (const char *, ...); void work (void) { trace (\"x\"); }", "it uses trace(), which belongs to the tests" },
    { "extern void trace (void); void *work (void) { return trace; }", "it uses trace(), which belongs to the tests" },
    { "void asyncio_wrap_future (void); void work (void) { asyncio_wrap_future (); }",
      "it uses asyncio_wrap_future(), and to do that by yourself is what this lab is about" },
    { "void __tsan_acquire (void *); void work (void) { __tsan_acquire (0); }", "it uses __tsan_acquire, a switch of the sanitizers" },
    { "void __lsan_disable (void); void work (void) { __lsan_disable (); }", "it uses __lsan_disable, a switch of the sanitizers" },
    { "void __lsan_ignore_object (void *); void work (void *p) { __lsan_ignore_object (p); }", "it uses __lsan_ignore_object, a" },
    { "void __asan_set_death_callback (void *); void work (void) { __asan_set_death_callback (0); }",
      "it uses __asan_set_death_callback, a switch of the sanitizers" },
    { "void __asan_unpoison_memory_region (void *, long); void work (void) { __asan_unpoison_memory_region (0, 1); }",
      "it uses __asan_unpoison_memory_region, a switch of the sanitizers" },
    { "void __sanitizer_set_report_fd (void *); void work (void) { __sanitizer_set_report_fd (0); }",
      "it uses __sanitizer_set_report_fd, a switch of the sanitizers" },
    { "#include <dlfcn.h>\nvoid *work (void) { return dlsym (RTLD_DEFAULT, \"trace\"); }", "it uses dlsym(), which no solution needs" },
    { "#include <link.h>\nint work (void) { return dl_iterate_phdr (0, 0); }", "it uses dl_iterate_phdr(), which no solution needs" },
    { "#include <sys/mman.h>\nint work (void) { return mprotect (0, 1, 7); }", "it uses mprotect(), which no solution needs" },
    { "#include <sys/ptrace.h>\nlong work (void) { return ptrace (PTRACE_TRACEME); }", "it uses ptrace(), which no solution needs" },
    { "#include <unistd.h>\nlong work (void) { return syscall (1); }", "it uses syscall(), which no solution needs" },
    { "#include <stdlib.h>\nint work (void (*f) (int, void *)) { return on_exit (f, 0); }", "it uses on_exit(), which no solution needs" },
    { "void g_log_set_handler (void); void work (void) { g_log_set_handler (); }", "it uses g_log_set_handler(), which no" },
    { "void g_set_print_handler (void); void work (void) { g_set_print_handler (); }", "it uses g_set_print_handler(), which no" },
    { "void g_test_skip (void); void work (void) { g_test_skip (); }", "it uses g_test_skip(), which no solution needs" },
    { "extern int other () __asm__ (\"main\"); int work (void) { return other (); }", "it uses main(), which no solution needs" },
    { "__asm__ (\".symver old, abort@GLIBC_2.2.5\"); void dlopen (); void *work (void) { return dlopen; }",
      "it uses dlopen(), which no solution needs" },
  };

  assert_refused (bad, G_N_ELEMENTS (bad));
}

/* Sections that no compiler makes, among them one with a script that gdb runs for who opens the program. */
static void
test_sections (void)
{
  static const Bad bad[] = {
    { "__attribute__ ((section (\"odd\"))) int n = 1; int *work (void) { return &n; }", "it has a section odd, which no C compiler makes" },
    { "__asm__ (\".pushsection .debug_gdb_scripts, \\\"MS\\\", %progbits, 1; .byte 4; .popsection\");",
      "it has a section .debug_gdb_scripts, which no C compiler makes" },
    { "__asm__ (\".pushsection .interp, \\\"a\\\"; .asciz \\\"/tmp/ld\\\"; .popsection\");", "it has a section .interp, which no" },
    { "__asm__ (\".pushsection .gnu.warning.abort, \\\"a\\\"; .asciz \\\"hello\\\"; .popsection\");", "it has a section .gnu.warning" },
  };

  assert_refused (bad, G_N_ELEMENTS (bad));
}

static void
assert_unreadable (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *refusal = NULL;

  g_assert_false (check (path, LAB_OBJECT_PLAIN, &refusal, &error));
  g_assert_error (error, LAB_ERROR, LAB_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, path));
  g_assert_null (refusal);
}

/* What is no object, what only is called like one, and what would have us wait, or read somebody else's file. */
static void
test_unreadable (void)
{
  g_autofree char *object = compile ("void work (void) { }", LAB_OBJECT_PLAIN);
  g_autofree char *missing = g_build_filename (folder, "missing.o", NULL);
  g_autofree char *link = g_build_filename (folder, "link.o", NULL);
  g_autofree char *fifo = g_build_filename (folder, "fifo.o", NULL);
  g_autofree char *text = g_build_filename (folder, "text.o", NULL);

  g_assert_cmpint (symlink (object, link), ==, 0);
  g_assert_cmpint (mkfifo (fifo, 0666), ==, 0);
  g_assert_true (g_file_set_contents (text, "no object", -1, NULL));

  assert_unreadable (missing);
  assert_unreadable (link);
  assert_unreadable (fifo);
  assert_unreadable (text);
  assert_unreadable (folder);
  assert_unreadable ("/dev/zero");
  assert_unreadable ("/proc/self/exe"); /* a link, and a program */
}

/* Cut off at any place, an object is refused or cannot be read, but never good, as the table of sections comes last. */
static void
test_truncated (void)
{
  g_autofree char *object = compile ("int one = 1; int work (void) { return one; }", LAB_OBJECT_PLAIN);
  g_autofree char *content = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (object, &content, &length, NULL));

  for (gsize cut = 0; cut < length; cut += length - cut > 200 ? 7 : 1)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *refusal = NULL;

      /* GLib writes over a file without making it shorter. */
      g_assert_cmpint (g_unlink (object), ==, 0);
      g_assert_true (g_file_set_contents_full (object, content, (gssize) cut, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
      if (check (object, LAB_OBJECT_PLAIN, &refusal, &error))
        {
          g_test_message ("cut at %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ": %s", cut, length, refusal);
          g_assert_nonnull (refusal);
        }
    }
}

/* Each byte of the headers changed in turn: whatever comes of it, the check comes to an end and reads nothing that is not there. */
static void
test_damaged (void)
{
  g_autofree char *object = compile ("int one = 1; int work (void) { return one; }", LAB_OBJECT_PLAIN);
  g_autofree char *content = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (object, &content, &length, NULL));

  for (gsize i = 0; i < length; i += i < 64 ? 1 : 5)
    for (guint j = 0; j < 2; j++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *refusal = NULL;
        char before = content[i];

        content[i] = (char) (j == 0 ? 0xff : content[i] ^ 1);
        g_assert_true (g_file_set_contents_full (object, content, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
        check (object, LAB_OBJECT_PLAIN, &refusal, &error);
        content[i] = before;
      }
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_autofree char *rules = NULL;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("lab-object-XXXXXX", NULL);
  rules = g_build_filename (folder, LAB_STAGE_RULES, NULL);
  g_assert_true (g_file_set_contents (rules, lab_stage_rules, -1, NULL));

  g_test_add_func ("/object/clean", test_clean);
  g_test_add_func ("/object/constructors", test_constructors);
  g_test_add_func ("/object/only-sanitized", test_only_sanitized);
  g_test_add_func ("/object/definitions", test_definitions);
  g_test_add_func ("/object/uses", test_uses);
  g_test_add_func ("/object/sections", test_sections);
  g_test_add_func ("/object/unreadable", test_unreadable);
  g_test_add_func ("/object/truncated", test_truncated);
  g_test_add_func ("/object/damaged", test_damaged);

  status = g_test_run ();
  lab_remove_recursively (folder);
  g_free (folder);

  return status;
}
