#ifndef CVELLUMSUPPORT_H
#define CVELLUMSUPPORT_H

#include <stdint.h>
#include "CVellumFloat.h"
#include "CVellumHost.h"
#include "CVellumVector.h"

/// Two empty functions that differ to the compiler.  Called on the two ways of a guest branch they keep the
/// ways apart, so that the host predicts the guest's branch instead of waiting for guest data in a select.
static inline void vellum_way_taken(void) { __asm__ volatile("# taken"); }
static inline void vellum_way_not_taken(void) { __asm__ volatile("# not taken"); }

#endif
