import API
import HTTPTypes
import Hummingbird
import ServiceLifecycle
import Wire

/// Answers that are event streams: bounded in number and in what waits for a slow reader, kept open through proxies by
/// a heartbeat, ended by the client's going or by graceful shutdown.
final class EventStreams: Sendable {
  /// Between two comments on a quiet stream.
  static let heartbeat: Duration = .seconds(15)
  /// Events that wait for one slow reader; past that its stream ends, and it resumes by its last id.
  static let waiting = 64

  private let places: Places

  init(total: Int, perAddress: Int) {
    places = Places(total: total, perAddress: perAddress)
  }

  var open: Int { places.taken }

  /// An answer that writes `events`, each in the form `write` gives it.
  ///
  /// - Parameter lifetime: ends the stream though its client stays: its token expires.
  func response<Event: Sendable>(
    to request: Request, from address: IPAddress, events: AsyncStream<Event>,
    heartbeat: Duration = EventStreams.heartbeat, lasting lifetime: Duration? = nil,
    write wireForm: @escaping @Sendable (Event) throws -> String
  ) throws -> Response {
    guard let place = places.take(for: address) else { throw Refusal.tooManyListeners }
    let body = ResponseBody { writer in
      // Held by the answer, so that it is given back also by one that is never written.
      defer { withExtendedLifetime(place) {} }
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
