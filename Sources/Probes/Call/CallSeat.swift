import API
import Association
import Fetch
import Foundation
import LoadTest
import Wire

/// One participant of a call that is measured, in its room on the relay.
struct CallSeat {
  var client: MeetingClient
  var joined: JoinedBody
  private let room: CallRoom

  /// Joins as a browser would.
  init(in room: CallRoom, as name: String, _ associations: AssociationService, witness: Witness) async throws {
    var shape = ClientShape()
    shape.speaks = true
    (shape.audioSlots, shape.videoSlots) = (1, 1)
    let client = try MeetingClient(
      shape: shape, local: room.request.families.first == .v6 ? .anyV6 : .anyV4, associations: associations,
      witness: witness)
    var joined: JoinedBody?
    try await client.join { offer in
      let answer = try await room.join(name: name, offer: offer)
      joined = answer
      return answer.answer
    }
    guard let joined else { throw ProbeError("\(room.relay) did not answer the join.") }
    (self.client, self.joined, self.room) = (client, joined, room)
  }

  func leave() async {
    client.leave()
    _ = try? await room.fetcher.fetch(room.exchange("DELETE", joined.resource, token: joined.token))
  }

  /// Everybody in the room by their ids, whenever that changes, until the stream ends.
  func roster() -> AsyncThrowingStream<[String: String], any Error> {
    AsyncThrowingStream { continuation in
      let task = Task { [room, joined] in
        do {
          var request = room.exchange("GET", joined.resource + "/events", token: joined.token)
          request.timeout = nil
          request.idleTimeout = .seconds(40)
          var reader = ServerSentEventReader()
          var names: [String: String] = [:]
          for try await piece in room.fetcher.stream(request) {
            for event in reader.read(piece) where try Self.follow(event, &names) { continuation.yield(names) }
          }
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  /// Whether the event says who is here.
  private static func follow(_ event: ServerSentEvent, _ names: inout [String: String]) throws -> Bool {
    let data = Data(event.data.utf8)
    switch RoomEventName(rawValue: event.name) {
    case .roster:
      let roster = try JSONDecoder().decode(Roster.self, from: data)
      names = Dictionary(roster.participants.map { ($0.participant, $0.name) }) { first, _ in first }
    case .joined, .changed:
      let entry = try JSONDecoder().decode(RosterEntry.self, from: data)
      names[entry.participant] = entry.name
    case .left:
      names[try JSONDecoder().decode(LeftParticipant.self, from: data).participant] = nil
    default: return false
    }
    return true
  }
}

/// Where a call meets.
struct CallRoom: Sendable {
  /// The relay's address, without a path.
  let relay: String
  let room: RoomName
  let request: ProbeRequest
  let fetcher: Fetcher

  func join(name: String, offer: String) async throws -> JoinedBody {
    let body = try JSONEncoder().encode(JoinBody(name: name, offer: offer))
    let response = try await fetcher.fetch(
      exchange("POST", Paths.participants(of: room), token: request.token, body: Array(body)))
    switch response.status {
    case 201: return try JSONDecoder().decode(JoinedBody.self, from: Data(response.body))
    case 401, 403:
      throw ProbeError(
        "\(relay) wants a token that lets the probe join \(room): kakehashi token join --room \(room) makes one.")
    default: throw ProbeError("\(relay) answered the join with status \(response.status).")
    }
  }

  func exchange(_ method: String, _ path: String, token: String?, body: [UInt8]? = nil) -> FetchRequest {
    var headers = [FetchRequest.Header("Content-Type", "application/json")]
    if let token { headers.append(.init("Authorization", "Bearer \(token)")) }
    return FetchRequest(method, relay + path, headers: headers, body: body, trust: request.trust, timeout: .seconds(10))
  }
}
