// What the dashboard needs of ncurses: macros and globals that Swift cannot see, and a terminal left as it was found.
#ifndef CNCURSES_H
#define CNCURSES_H

#include <stdint.h>

enum {
  KK_KEY_NONE = -1,
  KK_KEY_UP = -2,
  KK_KEY_DOWN = -3,
  KK_KEY_PAGE_UP = -4,
  KK_KEY_PAGE_DOWN = -5,
  KK_KEY_HOME = -6,
  KK_KEY_END = -7,
  KK_KEY_RESIZE = -8,
};

/// Enters the alternate screen. Returns 0, or -1 when standard input or output is no terminal, or its kind is unknown.
int kk_terminal_start(void);
/// Leaves it again; harmless when it was not entered or called twice.
void kk_terminal_stop(void);

/// Size in character cells.
void kk_terminal_size(int *rows, int *columns);
/// Draws UTF-8 text; role is a colour pair (0: the terminal's own), then bold, faint and reversed.
void kk_terminal_put(int row, int column, const char *text, int role, int bold, int faint, int reversed);
void kk_terminal_erase(void);
void kk_terminal_refresh(void);
/// Defines the colour of a role by one of ncurses' eight colours; nothing on a terminal without colours.
void kk_terminal_color(int role, int color);

/// A code point, or one of the KK_KEY values; does not wait.
int32_t kk_terminal_key(void);

/// Waits until a key, a byte on `wake`, a signal that ends the program, or `milliseconds` have come.
/// Returns 0, or the number of the signal (SIGHUP also when the terminal is gone).
int kk_terminal_wait(int wake, int milliseconds);

#endif
