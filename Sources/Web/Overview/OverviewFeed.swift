import API

/// Makes one overview for all dashboards, at most once a second and only while somebody watches, and hands it on when
/// it has changed. A listener that does not keep up gets the newest alone, so one event is all that can wait for it.
actor OverviewFeed {
  /// Drawn at each start: ids of another run resume nothing.
  nonisolated let epoch: String

  private let source: @Sendable () async -> Overview
  private let interval: Duration
  private var sequence: UInt64 = 0
  private var newest: Overview?
  private var text = ""
  private var listeners: [UInt64: AsyncStream<ServerSentEvent>.Continuation] = [:]
  private var lastListener: UInt64 = 0
  private let (wakes, wake) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  /// - Parameter source: looks where everything stands.
  init(interval: Duration = .seconds(1), source: @escaping @Sendable () async -> Overview) {
    self.source = source
    self.interval = interval
    epoch = String(UInt64.random(in: 1...UInt64.max), radix: 16)
  }

  /// Where everything stands now.
  func overview() async -> Overview {
    await source()
  }

  /// The overview now and after every change; not now, when `last` is the id of the one that still holds.
  func events(after last: String?) async -> AsyncStream<ServerSentEvent> {
    let now = await look()
    let (events, continuation) = AsyncStream<ServerSentEvent>.makeStream(bufferingPolicy: .bufferingNewest(1))
    lastListener += 1
    let listener = lastListener
    continuation.onTermination = { [weak self] _ in
      Task { [weak self] in await self?.forget(listener) }
    }
    listeners[listener] = continuation
    if last != id { continuation.yield(event(at: now)) }
    wake.yield()
    return events
  }

  /// Watches for changes until the task is cancelled.
  func run() async {
    for await _ in wakes {
      while !listeners.isEmpty, (try? await Task.sleep(for: interval)) != nil {
        await look()
      }
    }
    for listener in listeners.values { listener.finish() }
  }

  var listenerCount: Int { listeners.count }

  private var id: String { "\(epoch)-\(sequence)" }

  private var event: ServerSentEvent {
    ServerSentEvent(id: id, name: DashboardEventName.overview.rawValue, data: text)
  }

  /// The newest overview as it is seen at `now`: since it changed last, time has passed.
  private func event(at now: Double) -> ServerSentEvent {
    var event = event
    var overview = newest
    overview?.madeAt = now
    if let overview, let text = try? JSONAnswer.text(overview) { event.data = text }
    return event
  }

  private func forget(_ listener: UInt64) {
    listeners[listener] = nil
  }

  /// Looks, and tells every listener when anything has changed. That time has passed is no change. Returns when that was.
  @discardableResult
  private func look() async -> Double {
    var overview = await source()
    let madeAt = overview.madeAt
    overview.madeAt = newest?.madeAt ?? madeAt
    guard overview != newest else { return madeAt }
    overview.madeAt = madeAt
    guard let text = try? JSONAnswer.text(overview) else { return madeAt }
    newest = overview
    self.text = text
    sequence += 1
    for listener in listeners.values { listener.yield(event) }
    return madeAt
  }
}
