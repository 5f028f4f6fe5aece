import History
import Logging
import Synchronization
import Wire

/// Damage of the history in this run: logged when it is found, and shown for a day.
final class DamageLog: Sendable {
  private let logger: Logger
  private let clock: @Sendable () -> ClockReading
  private let found = Mutex<[(trouble: Trouble, at: MonotonicTime)]>([])

  static let shown: Duration = .seconds(86_400)
  static let limit = 10

  init(_ logger: Logger, _ clock: @escaping @Sendable () -> ClockReading) {
    self.logger = logger
    self.clock = clock
  }

  func note(_ damage: HistoryDamage) {
    let now = clock()
    logger.error("The history was damaged", metadata: ["reason": "\(damage)"])
    let trouble = Trouble(kind: .damage, since: now.wall, reason: damage.description)
    found.withLock { $0 = $0.suffix(Self.limit - 1) + [(trouble, now.monotonic)] }
  }

  var troubles: [Trouble] {
    let now = clock().monotonic
    return found.withLock { found in found.filter { now < $0.at + Self.shown }.map(\.trouble) }
  }
}
