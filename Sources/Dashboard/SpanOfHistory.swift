import API

/// Which part of whose history is looked at.
struct SpanOfHistory: Sendable, Equatable {
  enum Length: Sendable, Equatable, CaseIterable {
    case day, week, month

    var seconds: Double {
      switch self {
      case .day: 86_400
      case .week: 7 * 86_400
      case .month: 31 * 86_400
      }
    }
  }

  var site: String
  var length: Length

  func request(at now: Double) -> String {
    let end = now.isFinite && abs(now) < 1e11 ? now.rounded(.up) : 0
    let name = site.utf8.map { byte in
      let isPlain = (48...57).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 95
      return isPlain ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return "\(Paths.history)?site=\(name.joined())&from=\(Int(end - length.seconds))&to=\(Int(end))"
  }
}
