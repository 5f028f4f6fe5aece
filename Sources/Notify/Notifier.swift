import Fetch
import Logging
import Wire

/// Delivers what lies in the outbox: at least once, in order for each incident and channel, repeats with the same key.
public actor Notifier {
  private let routing: Routing
  private let outbox: any Outbox
  private let fetcher: Fetcher
  private let schedule: RetrySchedule
  private let clock: @Sendable () -> WallTime
  private let logger: Logger
  private var isWoken = false
  private var sleeper: CheckedContinuation<Void, Never>?

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
    logger: Logger, clock: @escaping @Sendable () -> WallTime
  ) {
    self.routing = routing
    self.outbox = outbox
    self.fetcher = fetcher
    self.schedule = schedule
    self.logger = logger
    self.clock = clock
  }

  /// Delivers until the task is cancelled: at each `wake`, and when a retry falls due.
  public func run() async {
    while !Task.isCancelled {
      let next = await deliverDue()
      await rest(until: next)
    }
  }

  /// Something new lies in the outbox.
  public func wake() {
    isWoken = true
    sleeper?.resume()
    sleeper = nil
  }

  /// Tries once everything that is due, each channel on its own so that a dead one holds up no other. Returns when the
  /// next item falls due, or `nil` when nothing waits.
  @discardableResult
  public func deliverDue() async -> WallTime? {
    do {
      while true {
        let now = clock()
        let items = try await outbox.pending(limit: Self.roundLimit)
        let due = items.filter { $0.due <= now }
        if due.isEmpty { return items.map(\.due).min() }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for (channel, items) in Dictionary(grouping: due, by: \.channel) {
            group.addTask { for item in items { try await self.attempt(item, channel) } }
          }
          try await group.waitForAll()
        }
        try Task.checkCancellation()
      }
    } catch is CancellationError {
      return nil
    } catch {
      logger.error("The outbox could not be used", metadata: ["reason": "\(error)"])
      return clock() + Self.outboxRetry
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
              return self.log(error, channel.name, channel)
            }
          }
        }
      }
    }
  }

  private func attempt(_ item: OutboxItem, _ name: String) async throws {
    let channel = routing.channel(named: name)
    do {
      guard let channel else { throw DeliveryError.unknownChannel(name) }
      let notification = try Notification(encoded: item.body)
      try await post(notification, key: item.key, to: channel)
    } catch {
      // A stop is no failure of the receiver: the item stays due for the next start.
      if Task.isCancelled { throw CancellationError() }
      log(error, name, channel)
      try await outbox.postpone(item.id, until: clock() + schedule.delay(afterFailures: item.attempts + 1))
      return
    }
    try await outbox.delivered(item.id, at: clock())
  }

  private func post(_ notification: Notification, key: String, to channel: Channel) async throws {
    var request = try channel.kind.request(notification, channel, clock())
    request.headers += [FetchRequest.Header("Idempotency-Key", key)] + channel.headers
    request.trust = channel.trust
    request.timeout = Self.timeout
    request.maximumBodyBytes = Self.answerLimit
    let status = try await fetcher.fetch(request).status
    guard (200...299).contains(status) else { throw DeliveryError.refused(status: status) }
  }

  /// Addresses of receivers often contain their secret: the log has the channel's name instead.
  private nonisolated func log(_ error: any Error, _ name: String, _ channel: Channel?) {
    let reason = "\(error)".replacing(channel?.url ?? name, with: "channel \(name)")
    logger.warning("A notification was not taken", metadata: ["channel": "\(name)", "reason": "\(reason)"])
  }

  private func rest(until due: WallTime?) async {
    if !isWoken && !Task.isCancelled {
      let alarm = due.map { due in
        Task { [wait = due - clock()] in
          try await Task.sleep(for: wait)
          wake()
        }
      }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          if isWoken { continuation.resume() } else { sleeper = continuation }
        }
      } onCancel: {
        Task { await wake() }
      }
      alarm?.cancel()
    }
    isWoken = false
  }
}
