/// Everybody who follows the events, each with a bounded buffer.
struct Listeners: Sendable {
  private var continuations: [UInt64: AsyncStream<MonitorUpdate>.Continuation] = [:]
  private var nextID: UInt64 = 0

  /// One that falls this far behind is let go: it comes back with its last id.
  static let backlogLimit = 256

  var count: Int { continuations.count }

  /// A stream that begins with `first`. Beyond those the backlog limit counts.
  mutating func add(
    first: [MonitorUpdate], onEnd: @escaping @Sendable (UInt64) -> Void
  ) -> AsyncStream<MonitorUpdate> {
    let id = nextID
    nextID += 1
    let (stream, continuation) = AsyncStream.makeStream(
      of: MonitorUpdate.self, bufferingPolicy: .bufferingOldest(first.count + Self.backlogLimit))
    for update in first { continuation.yield(update) }
    continuation.onTermination = { _ in onEnd(id) }
    continuations[id] = continuation
    return stream
  }

  mutating func send(_ event: MonitorEvent) {
    for (id, continuation) in continuations {
      if case .enqueued = continuation.yield(.event(event)) { continue }
      // What it has not got cannot be made good in the middle: end the stream after what it has.
      continuations[id] = nil
      continuation.finish()
    }
  }

  mutating func remove(_ id: UInt64) {
    continuations[id] = nil
  }

  /// Ends every stream.
  mutating func removeAll() {
    let all = continuations.values
    continuations = [:]
    for continuation in all { continuation.finish() }
  }
}
