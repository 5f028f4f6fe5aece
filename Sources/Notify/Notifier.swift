import Fetch
import Logging
import Wire

/// Delivers what lies in the outbox: at least once, in order for each incident and channel, repeats with the same key.
///
/// Each channel is served by itself. One whose receiver fails is left alone for a wait that grows with each failure in
/// a row; then its oldest notification that is due is tried, and when that is taken, all others follow.
public actor Notifier {
  private let routing: Routing
  private let outbox: any Outbox
  private let fetcher: Fetcher
  private let schedule: RetrySchedule
  private let clock: @Sendable () -> ClockReading
  private let logger: Logger
  private var lines: [String: Line]

  /// How it stands with one channel.
  private struct Line {
    var isWoken = false
    var sleeper: CheckedContinuation<Void, Never>?
    /// In a row, and when to try again.
    var failures = 0
    var pausedUntil = MonotonicTime.zero
    var trouble: ChannelTrouble?
    /// The key of what was taken and could not be noted as such: it is not sent again by this run.
    var unnoted: String?
  }

  /// At most this many items are looked at in one round; the rest wait for the next, which follows at once.
  static let roundLimit = 256
  /// The wait before the outbox itself, where reading it failed, is read again.
  static let outboxRetry: Duration = .seconds(10)
  /// A receiver that has not answered by then has failed.
  static let timeout: Duration = .seconds(15)
  /// Answers are read only for their status.
  static let answerLimit = 1 << 20
  /// How often `restate` is to be called while something fires.
  public static let restateInterval: Duration = .seconds(60)

  public init(
    routing: Routing, outbox: any Outbox, fetcher: Fetcher = Fetcher(), schedule: RetrySchedule = RetrySchedule(),
    logger: Logger, clock: @escaping @Sendable () -> ClockReading
  ) {
    self.routing = routing
    self.outbox = outbox
    self.fetcher = fetcher
    self.schedule = schedule
    self.logger = logger
    self.clock = clock
    lines = Dictionary(routing.channels.map { ($0.name, Line()) }) { first, _ in first }
  }

  /// Delivers until the task is cancelled: at each `wake`, and when a retry falls due.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      for channel in routing.channels {
        group.addTask {
          while !Task.isCancelled {
            let next = await self.deliverDue(to: channel)
            await self.rest(channel.name, until: next)
          }
        }
      }
    }
  }

  /// Something new lies in the outbox.
  public func wake() {
    for name in lines.keys { wake(name) }
  }

  /// Channels that take nothing at present, by name.
  public var troubles: [ChannelTrouble] {
    lines.values.compactMap(\.trouble).sorted { $0.channel < $1.channel }
  }

  /// Tries once everything that is due. Returns when the next item falls due, or `nil` when nothing waits.
  @discardableResult
  public func deliverDue() async -> MonotonicTime? {
    await withTaskGroup(of: MonotonicTime?.self) { group in
      for channel in routing.channels { group.addTask { await self.deliverDue(to: channel) } }
      var earliest: MonotonicTime?
      for await next in group { earliest = [earliest, next].compactMap(\.self).min() }
      return earliest
    }
  }

  /// Tells receivers that forget (Alertmanager) again what fires. Nothing is retried: the next time follows.
  public func restate(_ firing: [Notification]) async {
    await withTaskGroup(of: Void.self) { group in
      for channel in routing.channels where channel.kind.isRestated {
        let told = firing.filter { routing.channels(for: $0).contains(channel.name) }
        group.addTask {
          for notification in told {
            do {
              try await self.post(notification, key: notification.key, to: channel)
            } catch {
              return self.log(Self.reason(error, channel), channel)
            }
          }
        }
      }
    }
  }

  // MARK: One channel

  private func deliverDue(to channel: Channel) async -> MonotonicTime? {
    do {
      while true {
        let now = clock()
        if let pause = lines[channel.name]?.pausedUntil, pause > now.monotonic { return pause }
        let items = try await outbox.pending(channel.name, limit: Self.roundLimit)
        let waits = items.map { wait(of: $0, at: now.wall) }
        guard waits.contains(.zero) else { return waits.min().map { now.monotonic + $0 } }
        for (item, wait) in zip(items, waits) where wait == .zero {
          guard try await attempt(item, channel) else { break }
        }
        try Task.checkCancellation()
      }
    } catch is CancellationError {
      return nil
    } catch {
      logger.error("The outbox could not be used", metadata: ["reason": "\(error)"])
      return clock().monotonic + Self.outboxRetry
    }
  }

  /// No wait is longer than the longest: one that looks so was noted before the clock was set back, and is over.
  private func wait(of item: OutboxItem, at now: WallTime) -> Duration {
    let wait = item.due - now
    return wait > .zero && wait <= schedule.longest ? wait : .zero
  }

  /// Whether the receiver took it.
  private func attempt(_ item: OutboxItem, _ channel: Channel) async throws -> Bool {
    if lines[channel.name]?.unnoted != item.key {
      do {
        try await post(try Notification(encoded: item.body), key: item.key, to: channel)
      } catch {
        // A stop is no failure of the receiver: the item stays due for the next start.
        if Task.isCancelled { throw CancellationError() }
        let now = clock()
        fail(channel, Self.reason(error, channel), waiting: try await outbox.waiting(channel.name), at: now)
        try await outbox.postpone(item.id, until: now.wall + schedule.delay(afterFailures: item.attempts + 1))
        return false
      }
    }
    lines[channel.name]?.unnoted = item.key
    try await outbox.delivered(item.id, at: clock().wall)
    lines[channel.name]?.unnoted = nil
    recover(channel)
    return true
  }

  private func fail(_ channel: Channel, _ reason: String, waiting: Int, at now: ClockReading) {
    lines[channel.name]?.failures += 1
    let failures = lines[channel.name]?.failures ?? 1
    lines[channel.name]?.pausedUntil = now.monotonic + schedule.delay(afterFailures: failures)
    let since = lines[channel.name]?.trouble?.since ?? now.wall
    lines[channel.name]?.trouble = ChannelTrouble(channel: channel.name, since: since, reason: reason, waiting: waiting)
    log(reason, channel, waiting: waiting)
  }

  private func recover(_ channel: Channel) {
    guard let failures = lines[channel.name]?.failures, failures > 0 else { return }
    lines[channel.name]?.failures = 0
    lines[channel.name]?.trouble = nil
    logger.notice(
      "Notifications are taken again",
      metadata: ["channel": "\(channel.name)", "failedAttempts": "\(failures)"])
  }

  private func post(_ notification: Notification, key: String, to channel: Channel) async throws {
    var request = try channel.kind.request(notification, channel, clock().wall)
    request.headers += [FetchRequest.Header("Idempotency-Key", key)] + channel.headers
    request.trust = channel.trust
    request.timeout = Self.timeout
    request.maximumBodyBytes = Self.answerLimit
    let status = try await fetcher.fetch(request).status
    guard (200...299).contains(status) else { throw DeliveryError.refused(status: status) }
  }

  /// Addresses of receivers often contain their secret: people are told the channel's name instead.
  private static func reason(_ error: any Error, _ channel: Channel) -> String {
    "\(error)".replacing(channel.url, with: "channel \(channel.name)")
  }

  private nonisolated func log(_ reason: String, _ channel: Channel, waiting: Int? = nil) {
    var metadata: Logger.Metadata = ["channel": "\(channel.name)", "reason": "\(reason)"]
    if let waiting { metadata["waiting"] = "\(waiting)" }
    logger.warning("A notification was not taken", metadata: metadata)
  }

  // MARK: Waiting

  private func wake(_ name: String) {
    lines[name]?.isWoken = true
    lines[name]?.sleeper?.resume()
    lines[name]?.sleeper = nil
  }

  private func rest(_ name: String, until due: MonotonicTime?) async {
    if lines[name]?.isWoken == false && !Task.isCancelled {
      let alarm = due.map { due in
        Task { [wait = Duration.nanoseconds(due.nanoseconds(since: clock().monotonic))] in
          try await Task.sleep(for: wait)
          wake(name)
        }
      }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          if lines[name]?.isWoken == false { lines[name]?.sleeper = continuation } else { continuation.resume() }
        }
      } onCancel: {
        Task { await wake(name) }
      }
      alarm?.cancel()
    }
    lines[name]?.isWoken = false
  }
}

/// A channel whose receiver takes nothing at present.
public struct ChannelTrouble: Sendable, Equatable {
  public var channel: String
  /// The first failure since something was taken.
  public var since: WallTime
  /// The last failure, a sentence.
  public var reason: String
  /// Notifications that wait for this channel.
  public var waiting: Int
}
