import Measurement
import Wire

/// The media relay: its Workers, their sockets, DTLS and the rooms on them.
///
/// Safe to use from anywhere; nothing here is on the packet path.
public final class RelayService: Sendable {
  /// Binds every Worker's sockets and starts the threads; throws before anything is left half started.
  public init(configuration: RelayConfiguration) throws(RelayStartError) {
    throw RelayStartError(message: "The relay is not built yet.")
  }

  /// The UDP ports in use, one for each Worker.
  public var ports: [UInt16] { [] }

  /// Takes a client into a room, which is opened when it does not exist.
  public func join(_ request: JoinRequest) async throws(RelayError) -> JoinAnswer {
    throw .shuttingDown
  }

  /// A PATCH by the participant: candidates are read and ignored; new credentials restart ICE.
  ///
  /// - Parameter ifMatch: the header's value: an ETag for candidates, `*` or an ETag for a restart.
  public func patch(
    room: String, resource: String, fragment: String, ifMatch: String?
  ) async throws(RelayError) -> PatchAnswer {
    throw .notFound
  }

  /// What the page says of its own switches; packets alone cannot tell a muted microphone from silence.
  public func announce(
    room: String, resource: String, microphone: Bool?, camera: Bool?
  ) async throws(RelayError) {
    throw .notFound
  }

  /// Ends a participation; its packets are dropped from here on.
  public func leave(room: String, resource: String) async throws(RelayError) {
    throw .notFound
  }

  /// Whether the resource is there, and its ETag.
  public func etag(room: String, resource: String) throws(RelayError) -> String {
    throw .notFound
  }

  /// What happens in the room, for one participant: first the missed events after `last`, or a roster when there
  /// is no `last`, it is of another epoch or too long ago. Ends with `.ended`, or when the caller stops reading.
  public func events(
    room: String, resource: String, after last: EventID?
  ) throws(RelayError) -> AsyncStream<RoomEvent> {
    throw .notFound
  }

  /// All rooms with somebody in them, by name.
  public func meetings() async -> [MeetingSnapshot] { [] }

  public func statistics() async -> RelayStatistics { RelayStatistics() }

  /// Ends all participations and streams, closes the interval's records, and joins the threads.
  public func shutdown() async {}
}

/// Why the relay could not start, as a sentence that says what to do.
public struct RelayStartError: Error, Sendable, CustomStringConvertible {
  public var message: String
  public var description: String { message }
}
