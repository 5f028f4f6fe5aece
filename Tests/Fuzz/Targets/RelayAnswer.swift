import LoadTest

extension FuzzTarget {
  /// A relay's answer as our own client reads it, with its candidates.
  static let relayAnswer = FuzzTarget("RelayAnswer") { input in
    _ = try? RelayAnswer(parsing: String(decoding: input, as: UTF8.self))
  }
}
