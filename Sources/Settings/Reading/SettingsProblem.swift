/// What is wrong with the configuration, and where: one sentence a person can act on.
public struct SettingsProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// The file as the user named it.
  public var file: String
  /// Counted from 1; `nil` where the file as a whole is meant.
  public var line: Int?
  /// Dotted, list positions in brackets: `sites[1].networks[0]`. Empty for the file as a whole.
  public var key: String
  /// Says what is wrong and what would be right; no full stop.
  public var message: String

  public init(file: String, line: Int?, key: String, message: String) {
    self.file = file
    self.line = line
    self.key = key
    self.message = message
  }

  public var description: String {
    let place = line.map { "\(file):\($0)" } ?? file
    let sentence = key.isEmpty ? "\(place): \(message)." : "\(place): \(key): \(message)."
    // What is quoted from the file may go over several lines; a problem is one.
    return String(sentence.map { $0.isNewline ? " " : $0 })
  }
}

/// One or more problems; nothing is started when there is any.
public struct SettingsError: Error, Sendable, CustomStringConvertible {
  public var problems: [SettingsProblem]

  public init(_ problems: [SettingsProblem]) {
    self.problems = problems
  }

  public var description: String {
    problems.map(\.description).joined(separator: "\n")
  }
}
