import Wire

/// When a probe is run.
public enum ProbeTiming: Sendable, Hashable {
  /// Once in every interval, aligned to the epoch.
  case every(Duration)
  /// At the minutes of an expression, in a zone of the time zone database.
  case cron(CronExpression, zone: String)
}

/// Which probes are to run when: a value in virtual time. Time comes in, what is due comes out.
///
/// Starts are spread: each probe has a phase of its own, always the same, within its interval (for cron within the first
/// half minute), so that all of a site's probes do not leave at once, and each interval has exactly one run. A run that
/// is still going on when the next is due lets that one out, which is counted; a machine that slept runs each probe
/// once, not once for each time missed.
public struct ProbeSchedule: Sendable {
  public struct Entry: Sendable {
    /// Names the probe among all: what its phase follows from.
    public var name: String
    public var timing: ProbeTiming

    public init(name: String, timing: ProbeTiming) {
      self.name = name
      self.timing = timing
    }
  }

  private struct State: Sendable {
    var entry: Entry
    var due: WallTime?
    var isRunning = false
  }

  static let cronSpread: Duration = .seconds(30)

  private var states: [State]
  /// The last time it was told.
  private var time: WallTime
  /// Seconds that a zone's clocks are ahead of UTC, at seconds since 1970.
  private let offset: @Sendable (String, Int64) -> Int64
  /// Runs left out because the one before was still going on.
  public private(set) var leftOut = 0

  public init(
    _ entries: [Entry], now: WallTime, offset: @escaping @Sendable (_ zone: String, _ second: Int64) -> Int64
  ) {
    self.offset = offset
    time = now
    states = entries.map { State(entry: $0) }
    for index in states.indices { states[index].due = next(states[index].entry, after: now) }
  }

  /// When something is due next; `nil` when nothing ever is.
  public var nextTime: WallTime? { states.compactMap(\.due).min() }

  /// The probes to start now, by their places.
  public mutating func advance(to now: WallTime) -> [Int] {
    if now < time {
      // The clock was set back: what was due then would be long in coming.
      for index in states.indices { states[index].due = next(states[index].entry, after: now) }
    }
    time = now
    var started: [Int] = []
    for index in states.indices {
      guard let due = states[index].due, due <= now else { continue }
      states[index].due = next(states[index].entry, after: now)
      if states[index].isRunning {
        leftOut += 1
      } else {
        states[index].isRunning = true
        started.append(index)
      }
    }
    return started
  }

  /// The probe at a place has ended its run.
  public mutating func finished(_ index: Int) {
    states[index].isRunning = false
  }

  private func next(_ entry: Entry, after now: WallTime) -> WallTime? {
    switch entry.timing {
    case .every(let interval):
      let phase = Self.phase(of: entry.name, within: interval)
      let start = now.floored(to: interval) + phase
      return start > now ? start : start + interval
    case .cron(let expression, let zone):
      let phase = Self.phase(of: entry.name, within: Self.cronSpread)
      // The minute that is under way may still be to come for this probe.
      let from = now.advanced(byNanoseconds: -phase.nanoseconds)
      return expression.next(after: from) { offset(zone, $0) }.map { $0 + phase }
    }
  }

  /// FNV-1a, which is the same in every process.
  static func phase(of name: String, within spread: Duration) -> Duration {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // The hash's own low bits differ little between names that do.
    hash ^= hash >> 29
    hash = hash &* 0xbf58_476d_1ce4_e5b9
    hash ^= hash >> 32
    return .nanoseconds(Int64(hash % UInt64(max(spread.nanoseconds, 1))))
  }
}
