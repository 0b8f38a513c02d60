#define _GNU_SOURCE
#include "CVellumHost.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t received;
static volatile sig_atomic_t window_changed;

static volatile sig_atomic_t guarded;
static struct termios saved;
static int saved_input, saved_output;
static char restore_bytes[256];
static uint32_t restore_length;

/* Async-signal-safe: write and tcsetattr are (POSIX.1-2017, 2.4.3). */
void vellum_terminal_release(void) {
    if (!guarded) return;
    guarded = 0;
    ssize_t ignored = write(saved_output, restore_bytes, restore_length);
    (void)ignored;
    tcsetattr(saved_input, TCSAFLUSH, &saved);
}

static void on_end(int number) {
    if (received == number) {
        vellum_terminal_release();
        signal(number, SIG_DFL);
        raise(number);
    }
    received = number;
}

static void on_window(int number) {
    (void)number;
    window_changed = 1;
}

static void on_crash(int number) {
    vellum_terminal_release();
    signal(number, SIG_DFL);
    raise(number);
}

/* No SA_RESTART: a wait for input must end. */
static void install(int number, void (*handler)(int)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, 0);
}

void vellum_trap_signals(void) {
    install(SIGINT, on_end);
    install(SIGTERM, on_end);
    install(SIGHUP, on_end);
}

int vellum_signal_received(void) { return received; }

int vellum_window_changed(void) {
    int changed = window_changed;
    window_changed = 0;
    return changed;
}

int vellum_terminal_guard(int fd, int output, const char *restore, uint32_t length) {
    static int installed;
    if (length > sizeof restore_bytes || tcgetattr(fd, &saved) != 0) return 0;
    memcpy(restore_bytes, restore, length);
    restore_length = length;
    saved_input = fd;
    saved_output = output;
    guarded = 1;
    if (installed) return 1;
    installed = 1;
    atexit(vellum_terminal_release);
    install(SIGWINCH, on_window);
    const int crashes[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGQUIT, SIGPIPE};
    for (unsigned i = 0; i < sizeof crashes / sizeof crashes[0]; i++) install(crashes[i], on_crash);
    return 1;
}

void vellum_terminal_on_restore(const char *restore, uint32_t length) {
    if (length > sizeof restore_bytes) return;
    restore_length = 0;
    memcpy(restore_bytes, restore, length);
    restore_length = length;
}

int vellum_open_pty(char *path, uint32_t length) {
    int fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return -1;
    if (grantpt(fd) == 0 && unlockpt(fd) == 0 && ptsname_r(fd, path, length) == 0) return fd;
    close(fd);
    return -1;
}

int vellum_wait_input(int fd, uint64_t nanoseconds) {
    struct pollfd request = {.fd = fd, .events = POLLIN, .revents = 0};
    struct timespec limit = {.tv_sec = (time_t)(nanoseconds / 1000000000), .tv_nsec = (long)(nanoseconds % 1000000000)};
    return ppoll(&request, 1, &limit, 0) > 0;
}
