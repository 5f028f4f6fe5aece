#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios found;
static volatile sig_atomic_t entered = 0;
static volatile sig_atomic_t ending_signal = 0;
// Signals may reach any thread: a byte here wakes the one that draws.
static int signal_pipe[2] = {-1, -1};
static void (*ncurses_on_resize)(int);

// A crash may not call ncurses: these bytes leave the alternate screen, show the cursor and reset colours and keypad
// mode on every terminal that a dashboard runs in.
static void on_crash(int number) {
  if (entered) {
    static const char leave[] = "\033[?1049l\033[?25h\033[0m\033[?1l\033>\r";
    ssize_t ignored = write(STDOUT_FILENO, leave, sizeof leave - 1);
    (void)ignored;
    tcsetattr(STDIN_FILENO, TCSANOW, &found);
    entered = 0;
  }
  // SA_RESETHAND has put the default action back: the same fault ends the process with its own signal.
  raise(number);
}

static void wake(void) {
  int kept = errno;
  ssize_t ignored = write(signal_pipe[1], "", 1);
  (void)ignored;
  errno = kept;
}

static void on_end(int number) {
  ending_signal = number;
  wake();
}

static void on_resize(int number) {
  if (ncurses_on_resize) ncurses_on_resize(number);
  wake();
}

static void install_handlers(void) {
  struct sigaction action = {0};
  sigemptyset(&action.sa_mask);
  action.sa_handler = on_crash;
  action.sa_flags = SA_RESETHAND | SA_NODEFER;
  const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaction(crashes[i], &action, NULL);
  action.sa_handler = on_end;
  action.sa_flags = SA_RESTART;
  const int ends[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) sigaction(ends[i], &action, NULL);
  struct sigaction earlier;
  action.sa_handler = on_resize;
  if (sigaction(SIGWINCH, &action, &earlier) == 0 && earlier.sa_handler != SIG_DFL && earlier.sa_handler != SIG_IGN)
    ncurses_on_resize = earlier.sa_handler;
}

int kk_terminal_start(void) {
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &found) != 0) return -1;
  // Names are Japanese: without a locale that can draw them, take the one every Debian has.
  const char *locale = setlocale(LC_CTYPE, "");
  if (!locale || !strcmp(locale, "C") || !strcmp(locale, "POSIX")) setlocale(LC_CTYPE, "C.UTF-8");
  const char *kind = getenv("TERM");
  if (!kind || !*kind) setenv("TERM", "xterm-256color", 1);
  // newterm reports an unknown kind of terminal; initscr would end the process.
  SCREEN *screen = newterm(NULL, stdout, stdin);
  if (!screen) return -1;
  set_term(screen);
  entered = 1;
  if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) signal_pipe[0] = signal_pipe[1] = -1;
  install_handlers();
  cbreak();
  noecho();
  nonl();
  keypad(stdscr, TRUE);
  nodelay(stdscr, TRUE);
  set_escdelay(25);
  curs_set(0);
  if (has_colors()) {
    start_color();
    use_default_colors();
  }
  return 0;
}

void kk_terminal_stop(void) {
  if (!entered) return;
  entered = 0;
  endwin();
  tcsetattr(STDIN_FILENO, TCSANOW, &found);
}

void kk_terminal_size(int *rows, int *columns) {
  *rows = getmaxy(stdscr);
  *columns = getmaxx(stdscr);
}

void kk_terminal_color(int role, int color) {
  if (has_colors()) init_pair((short)role, (short)color, -1);
}

void kk_terminal_put(int row, int column, const char *text, int role, int bold, int faint, int reversed) {
  attrset(COLOR_PAIR(role) | (bold ? A_BOLD : 0) | (faint ? A_DIM : 0) | (reversed ? A_REVERSE : 0));
  mvaddstr(row, column, text);
}

void kk_terminal_erase(void) { erase(); }

void kk_terminal_refresh(void) { refresh(); }

int32_t kk_terminal_key(void) {
  wint_t key;
  switch (get_wch(&key)) {
    case OK:
      return (int32_t)key;
    case KEY_CODE_YES:
      switch (key) {
        case KEY_UP: return KK_KEY_UP;
        case KEY_DOWN: return KK_KEY_DOWN;
        case KEY_PPAGE: return KK_KEY_PAGE_UP;
        case KEY_NPAGE: return KK_KEY_PAGE_DOWN;
        case KEY_HOME: return KK_KEY_HOME;
        case KEY_END: return KK_KEY_END;
        case KEY_RESIZE: return KK_KEY_RESIZE;
        default: return 0;
      }
    default:
      return KK_KEY_NONE;
  }
}

static void drain(int file) {
  char bytes[64];
  ssize_t ignored = read(file, bytes, sizeof bytes);
  (void)ignored;
}

int kk_terminal_wait(int wake, int milliseconds) {
  if (ending_signal) return ending_signal;
  struct pollfd files[3] = {
      {.fd = STDIN_FILENO, .events = POLLIN}, {.fd = wake, .events = POLLIN}, {.fd = signal_pipe[0], .events = POLLIN}};
  int ready = poll(files, 3, milliseconds);
  if (ready > 0 && (files[1].revents & POLLIN)) drain(wake);
  if (ready > 0 && (files[2].revents & POLLIN)) drain(signal_pipe[0]);
  if (ending_signal) return ending_signal;
  if (ready > 0 && (files[0].revents & (POLLHUP | POLLERR | POLLNVAL))) return SIGHUP;
  return 0;
}
