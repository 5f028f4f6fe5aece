@testable import Probes

extension FuzzTarget {
  /// What a provider's status page, or whatever stands in front of it, answers.
  static let statusFeeds = FuzzTarget("StatusFeeds") { input in
    _ = try? StatusFeed(Array(input))
  }
}
