import Settings

/// Known answers end to end, on this machine and with its configuration: a line for each part.
struct SelfTest {
  enum Finding {
    case good(String)
    /// Works, but somebody should know.
    case note(String)
    case failed(String)
  }

  struct Part: Sendable {
    let name: String
    /// What it throws is a failure.
    let examine: @Sendable () async throws -> Finding
  }

  private let parts: [Part]

  init(_ settings: Settings) {
    parts = [
      .ciphers, .srtp, .meeting, .stamp, .storage(settings), .ports(settings), .certificate(settings), .clock,
    ]
  }

  /// Prints a line as each part ends; whether none has failed.
  func run() async -> Bool {
    var failures = 0
    for part in parts {
      let finding: Finding
      do {
        finding = try await part.examine()
      } catch {
        finding = .failed("\(error)")
      }
      if case .failed = finding { failures += 1 }
      Standard.output.write(line(part.name, finding))
    }
    Standard.output.write(failures == 0 ? "Nothing failed." : "\(failures) of \(parts.count) parts failed.")
    return failures == 0
  }

  private func line(_ name: String, _ finding: Finding) -> String {
    let (word, text) =
      switch finding {
      case .good(let text): ("good", text)
      case .note(let text): ("note", text)
      case .failed(let text): ("FAILED", text)
      }
    return column(word, 8) + column(name, 13) + text
  }

  private func column(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 1))
  }
}
