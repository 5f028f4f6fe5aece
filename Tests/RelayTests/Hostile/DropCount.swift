import Testing
import Transport
import Wire

@testable import Relay

/// What a relay counted while something happened, reason by reason.
struct DropCount {
  let service: RelayService

  /// Who is shown whom in a meeting is of no account here.
  private static let ofForwarding: Set<DropReason> = [
    .noSlot, .waitingForKeyframe, .codecNotAccepted, .staleIndex, .paddingOnly,
  ]

  /// Does `work`, waits until the relay has counted what it is expected to, and compares: every reason exactly, and
  /// nothing of those not named.
  func expect(
    _ expected: [DropReason: Int], _ what: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    after work: () async throws -> Void
  ) async rethrows {
    let before = await service.statistics().drops
    try await work()
    let end = SystemClock.now + .seconds(60)
    var counted: [DropReason: Int] = [:]
    // The relay answers in turn with its other work: asking is waiting.
    repeat {
      let now = await service.statistics().drops
      counted = [:]
      for (reason, count) in now.nonZero where count != before[reason] && !Self.ofForwarding.contains(reason) {
        counted[reason] = Int(count - before[reason])
      }
    } while counted.values.reduce(0, +) < expected.values.reduce(0, +) && SystemClock.now < end
    #expect(counted == expected, what, sourceLocation: sourceLocation)
  }
}
