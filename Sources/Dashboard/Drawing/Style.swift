/// What a piece of text means; the terminal decides how that looks.
struct Style: Hashable, Sendable {
  enum Role: Int, CaseIterable, Sendable {
    case plain, faint, title, good, warning, bad, unknown, accent
  }

  var role = Role.plain
  var isBold = false
  /// The selected line, drawn reversed.
  var isSelected = false

  static let plain = Style()
  static let faint = Style(role: .faint)
  static let title = Style(role: .title, isBold: true)
  static let accent = Style(role: .accent, isBold: true)

  func selected(_ isSelected: Bool) -> Style {
    var style = self
    style.isSelected = isSelected
    return style
  }
}
