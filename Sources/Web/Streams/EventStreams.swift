import API
import HTTPTypes
import Hummingbird
import ServiceLifecycle
import Synchronization

/// Answers that are event streams: bounded in number and in what waits for a slow reader, kept open through proxies by
/// a heartbeat, ended by the client's going or by graceful shutdown.
final class EventStreams: Sendable {
  /// Between two comments on a quiet stream.
  static let heartbeat: Duration = .seconds(15)
  /// Events that wait for one slow reader; past that its stream ends, and it resumes by its last id.
  static let waiting = 64

  private let limit: Int
  private let count = Mutex(0)

  init(limit: Int) {
    self.limit = limit
  }

  var open: Int { count.withLock { $0 } }

  /// An answer that writes `events`, each in the form `write` gives it.
  ///
  /// - Parameter lifetime: ends the stream though its client stays: its token expires.
  func response<Event: Sendable>(
    to request: Request, events: AsyncStream<Event>, heartbeat: Duration = EventStreams.heartbeat,
    lasting lifetime: Duration? = nil,
    write wireForm: @escaping @Sendable (Event) throws -> String
  ) throws -> Response {
    guard open < limit else { throw Refusal.tooManyListeners }
    let body = ResponseBody { [self] writer in
      count.withLock { $0 += 1 }
      defer { count.withLock { $0 -= 1 } }
      try await Self.write(
        events, heartbeat: heartbeat, lifetime: lifetime, wireForm: wireForm, request: request, to: &writer)
      try await writer.finish(nil)
    }
    return Response(
      status: .ok,
      headers: [
        .contentType: "\(MediaTypes.eventStream); charset=utf-8", .cacheControl: "no-store, no-transform",
        .proxyBuffering: "no",
      ],
      body: body)
  }

  private static func write<Event: Sendable>(
    _ events: AsyncStream<Event>, heartbeat: Duration, lifetime: Duration?,
    wireForm: @escaping @Sendable (Event) throws -> String,
    request: Request, to writer: inout any ResponseBodyWriter
  ) async throws {
    let (texts, continuation) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingOldest(waiting))
    // The first bytes tell the client at once that the stream stands.
    continuation.yield(ServerSentEvent.heartbeat)
    let pump = Task {
      await withDiscardingTaskGroup { group in
        group.addTask {
          while (try? await Task.sleep(for: heartbeat)) != nil { continuation.yield(ServerSentEvent.heartbeat) }
        }
        if let lifetime {
          group.addTask { if (try? await Task.sleep(for: lifetime)) != nil { continuation.finish() } }
        }
        for await event in events {
          guard let text = try? wireForm(event), case .enqueued = continuation.yield(text) else { break }
        }
        continuation.finish()
        group.cancelAll()
      }
    }
    defer { pump.cancel() }
    try await withGracefulShutdownHandler {
      try await request.body.consumeWithCancellationOnInboundClose { _ in
        for await text in texts { try await writer.write(ByteBuffer(string: text)) }
      }
    } onGracefulShutdown: {
      continuation.finish()
    }
  }
}
