/// Figures as people read them: at most three digits, with their unit.
enum FigureText {
  /// What stands where nothing is known.
  static let unmeasured = "–"

  static func percent(_ value: Double?) -> String {
    guard let value else { return unmeasured }
    return "\(threeDigits(value)) %"
  }

  /// To a hundredth of a per cent, rounded down: all is only what is all. `whole` is not 0.
  static func share(_ part: Int, of whole: Int) -> String {
    let hundredths = Int((min(max(Double(part) / Double(whole), 0), 1) * 10_000).rounded(.down))
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }

  static func milliseconds(_ value: Double?) -> String {
    guard let value else { return unmeasured }
    return "\(threeDigits(value)) ms"
  }

  /// For a column whose header has the unit.
  static func withoutUnit(_ value: Double?) -> String {
    value.map(threeDigits) ?? unmeasured
  }

  /// Bits per second.
  static func bitrate(_ value: Double) -> String {
    switch value {
    case ..<1000: "\(threeDigits(value)) b/s"
    case ..<1e6: "\(threeDigits(value / 1e3)) kb/s"
    case ..<1e9: "\(threeDigits(value / 1e6)) Mb/s"
    default: "\(threeDigits(value / 1e9)) Gb/s"
    }
  }

  /// 0, 0.04, 1.25, 12.3, 204. A value that is not zero is never shown as zero.
  static func threeDigits(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "–" }
    if value == 0 { return "0" }
    if abs(value) < 0.01 { return value < 0 ? "-<0.01" : "<0.01" }
    let places = abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0
    let scale = [1, 10, 100][places]
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let sign = value < 0 ? "-" : ""
    guard places > 0 else { return sign + "\(scaled)" }
    let fraction = "\(scaled % scale)"
    return sign + "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
