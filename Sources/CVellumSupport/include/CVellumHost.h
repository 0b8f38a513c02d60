#ifndef CVELLUMHOST_H
#define CVELLUMHOST_H

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

/// Changes the bytes that bring the screen back.
void vellum_terminal_on_restore(const char *restore, uint32_t length);

/// Restores the terminal now, once.
void vellum_terminal_release(void);

/// Makes a pseudo-terminal whose reads do not wait, and stores the other side's path.  Returns the descriptor or -1.
int vellum_open_pty(char *path, uint32_t length);

/// Waits for input on `fd` for at most so many nanoseconds: 1 when there is some, 0 when not or when a signal came.
int vellum_wait_input(int fd, uint64_t nanoseconds);

#endif
