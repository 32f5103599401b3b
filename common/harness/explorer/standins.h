/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * What the stand-ins for locks, threads and the rest have in common.
 *
 * Each function whose name begins with __wrap_ takes the place of a library's, in the program that is explored (link-args.txt
 * has their names, for the linker). Outside of an exploration it calls the real one.
 */

#include "explorer-private.h"

/* Where the program called. */
#define PLACE __builtin_return_address (0)

/* The kinds of locks, by address; GLib's and pthread's are the same to the explorer. */
void explorer_lock (gconstpointer address, const char *kind, gconstpointer place);
gboolean explorer_trylock (gconstpointer address, const char *kind, gconstpointer place);
void explorer_unlock (gconstpointer address, const char *kind, gconstpointer place);
void explorer_rec_lock (gconstpointer address, gconstpointer place);
/* Returns FALSE after a timeout. */
gboolean explorer_lock_until (gconstpointer address, gboolean is_rec, gint64 deadline, gconstpointer place);
gboolean explorer_rec_trylock (gconstpointer address, gconstpointer place);
void explorer_rec_unlock (gconstpointer address, gconstpointer place);
void explorer_reader_lock (gconstpointer address, gconstpointer place);
gboolean explorer_reader_trylock (gconstpointer address, gconstpointer place);
void explorer_reader_unlock (gconstpointer address, gconstpointer place);
void explorer_writer_lock (gconstpointer address, gconstpointer place);
gboolean explorer_writer_trylock (gconstpointer address, gconstpointer place);
void explorer_writer_unlock (gconstpointer address, gconstpointer place);

/* What the stand-ins for mutexes and for conditions have in common. */
gboolean explorer_object_is_free (ExplorerThread *thread);
void explorer_take_over (ExplorerObject *mutex);
/* Fails if the thread that runs has not locked it. */
void explorer_check_owner (const ExplorerObject *mutex, const char *what, gconstpointer place);

/* A lock or condition that nobody may use any more. */
void explorer_destroy (gconstpointer address, gconstpointer place);

/* Waits for a condition. deadline: (nullable) microseconds. Returns FALSE after a timeout. */
gboolean explorer_wait (gconstpointer cond, gconstpointer mutex, const gint64 *deadline, gconstpointer place);
void explorer_signal (gconstpointer cond, gboolean all, gconstpointer place);

/* Waits until a time, in microseconds. */
void explorer_sleep_until (gint64 deadline, gconstpointer place);
/* Microseconds. */
gint64 explorer_look_at_clock (void);

/* What a thread keeps for itself, by any address. */
gpointer explorer_private_get (gconstpointer key);
void explorer_private_set (gconstpointer key, gpointer value, GDestroyNotify destroy);

/* Returns TRUE if the caller is to do what is done once, and then to call explorer_once_leave(). */
gboolean explorer_once_enter (gconstpointer address, gboolean is_done, gconstpointer place);
void explorer_once_leave (gconstpointer address, gconstpointer place);

void explorer_yield (gconstpointer place);
/* Waits for a thread to end; its value. */
gpointer explorer_join (ExplorerThread *thread, gconstpointer place);
