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

  /// What to say beside problems of jobs, where they may name a site that the configuration does not have.
  public var siteHint: String? {
    let naming: Set = ["from", "to", "mesh"]
    guard problems.contains(where: { naming.contains(String($0.key.prefix { $0 != "[" })) }) else { return nil }
    return
      "Only the configuration's sites are known here. One that was added with \"kakehashi site add\" is known to the monitor: "
      + "\"kakehashi jobs publish\" checks jobs against those too, and publishes nothing while one is wrong."
  }
}
