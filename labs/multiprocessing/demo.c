/* SPDX-License-Identifier: MIT */
#include "multiprocessing.h"
int
main (int argc, char **argv)
{
  mp_freeze_support (&argc, &argv);
  return 0;
}
