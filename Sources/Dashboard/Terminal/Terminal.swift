import CNcurses

/// The terminal while the dashboard has it. `init` takes it, `deinit` gives it back as it was found; so do signals and
/// crashes (in the C part).
struct Terminal: ~Copyable {
  /// Fails when standard input or output is no terminal, or TERM names none that is known.
  init?() {
    guard kk_terminal_start() == 0 else { return nil }
    // ncurses' eight colours, by number.
    let colors: [(Style.Role, Int32)] = [
      (.good, 2), (.warning, 3), (.bad, 1), (.unknown, 5), (.accent, 6), (.title, 4),
    ]
    for (role, color) in colors { kk_terminal_color(Int32(role.rawValue), color) }
  }

  deinit {
    kk_terminal_stop()
  }

  var size: (rows: Int, columns: Int) {
    var rows: Int32 = 0
    var columns: Int32 = 0
    kk_terminal_size(&rows, &columns)
    return (Int(rows), Int(columns))
  }

  /// ncurses sends only what changed since the last picture.
  func show(_ canvas: Canvas) {
    kk_terminal_erase()
    for row in 0..<canvas.rows {
      for run in canvas.runs(row: row) where run.text.contains(where: { $0 != " " }) || run.style.isSelected {
        let style = run.style
        kk_terminal_put(
          Int32(row), Int32(run.column), run.text, Int32(style.role.rawValue), style.isBold ? 1 : 0,
          style.role == .faint ? 1 : 0, style.isSelected ? 1 : 0)
      }
    }
    kk_terminal_refresh()
  }

  enum Input: Equatable {
    case none
    case resize
    case key(DashboardState.Key)
  }

  /// The next key typed; does not wait.
  func read() -> Input {
    switch Int(kk_terminal_key()) {
    case KK_KEY_NONE: .none
    case KK_KEY_UP: .key(.up)
    case KK_KEY_DOWN: .key(.down)
    case KK_KEY_PAGE_UP: .key(.pageUp)
    case KK_KEY_PAGE_DOWN: .key(.pageDown)
    case KK_KEY_HOME: .key(.home)
    case KK_KEY_END: .key(.end)
    case let code:
      UInt32(exactly: code).flatMap(Unicode.Scalar.init).map { .key(.character(Character($0))) } ?? .resize
    }
  }

  /// Waits for a key, a byte on `wake` or a second. Returns the signal that ends the program, if one came.
  func wait(wake: Int32) -> Int32? {
    let signal = kk_terminal_wait(wake, 1000)
    return signal == 0 ? nil : signal
  }
}
