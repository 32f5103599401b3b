/* SPDX-License-Identifier: MIT */
#pragma once

/*
 * Ten classic mistakes in programs with threads, each as a program of a few lines and as the one that is meant. They are told in
 * docs/explorer.md, and tested in test-bugs.c.
 */

#include <glib.h>

/* bugs-waiting.c */
void lost_wake_up_wrong (gpointer user_data);
void lost_wake_up_right (gpointer user_data);
void missed_signal_wrong (gpointer user_data);
void missed_signal_right (gpointer user_data);
void signal_before_wait_wrong (gpointer user_data);
void signal_before_wait_right (gpointer user_data);
void if_for_while_wrong (gpointer user_data);
void if_for_while_right (gpointer user_data);

/* bugs-locks.c */
void philosophers_wrong (gpointer user_data);
void philosophers_right (gpointer user_data);
void lock_order_wrong (gpointer user_data);
void lock_order_right (gpointer user_data);
void starvation_wrong (gpointer user_data);
void starvation_right (gpointer user_data);

/* bugs-memory.c */
void double_check_wrong (gpointer user_data);
void double_check_right (gpointer user_data);
void aba_wrong (gpointer user_data);
void aba_right (gpointer user_data);
void hand_over_wrong (gpointer user_data);
void hand_over_right (gpointer user_data);
