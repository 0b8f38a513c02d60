#ifndef CVELLUMSIGNALS_H
#define CVELLUMSIGNALS_H

#include <stdint.h>
#include <termios.h>

/// Catches SIGINT, SIGTERM and SIGHUP from now on: the run loop asks for them and ends the run in good order.  A
/// second signal of the kind while the first still waits ends the process at once.
void vellum_trap_signals(void);

/// The signal that came, or 0.
int vellum_signal_received(void);

/// SIGWINCH came since the last call.
int vellum_window_changed(void);

/// Remembers the terminal's settings and the bytes that bring its screen back.  Whatever ends the process from now
/// on, a crash included, restores both.  Returns 0 when `fd` is no terminal.
int vellum_terminal_guard(int fd, int output, const char *restore, uint32_t length);

/// Restores the terminal now, once.
void vellum_terminal_release(void);

#endif
