/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Programs of a few lines that the tests of the explorer explore. What each does, and what is wrong with it, is said in programs.c.
 */

#include <glib.h>

void race (gpointer user_data);
void race_of_new_threads (gpointer user_data);
void no_race (gpointer user_data);
void lost_update (gpointer user_data);
void no_lost_update (gpointer user_data);
void deadlock (gpointer user_data);
void lost_wake_up (gpointer user_data);
void if_for_while (gpointer user_data);
void while_not_set (gpointer user_data);
void wait_a_second (gpointer user_data);
void spin (gpointer user_data);
void spin_for_ever (gpointer user_data);
void unlock_of_others (gpointer user_data);
void clear_of_held (gpointer user_data);
void thread_left (gpointer user_data);
void free_too_early (gpointer user_data);
void free_lock_too_early (gpointer user_data);
void half_atomic (gpointer user_data);
void atomic_while_shared (gpointer user_data);
void own_signal (gpointer user_data);
void exit_handlers (gpointer user_data);
void leave_descriptors (gpointer user_data);
void not_repeatable (gpointer user_data);
void choices (gpointer user_data);
