import Association
import LoadTest
import Measurement
import SRTP
import Synchronization
import Testing
import Transport
import Wire

@testable import Relay

/// A relay on loopback sockets with real threads and real DTLS, and the simulated participants that its test lets in.
struct RunningRelay {
  /// Takes the records of calls.
  final class Records: Sendable {
    private let taken = Mutex<[PathRecord]>([])
    func take(_ records: [PathRecord]) { taken.withLock { $0 += records } }
    var all: [PathRecord] { taken.withLock { $0 } }
  }

  /// A participant: its client, on libsrtp2, and what the relay answered it.
  struct Guest {
    let client: MeetingClient
    let answer: JoinAnswer
    let description: RelayAnswer

    var seen: ParticipantStatistics { client.statistics }
    /// Where its packets go.
    var target: Endpoint { description.candidates[0] }

    /// Whether it has received so many of `speaker`'s packets of either kind.
    func receives(_ speaker: Guest, atLeast count: Int = 20) -> Bool {
      let sent = speaker.seen
      return seen.packets(from: sent.voiceOrigin) >= count && seen.packets(from: sent.pictureOrigin) >= count
    }
  }

  let service: RelayService
  let records = Records()
  private let associations: AssociationService

  init(_ change: (inout RelayConfiguration) -> Void = { _ in }) throws {
    associations = try AssociationService()
    let records = records
    var configuration = RelayConfiguration(siteOf: { $0 == .loopbackV4 ? "tsu" : nil }, records: { records.take($0) })
    configuration.listen = [.loopbackV4]
    configuration.basePort = 0
    configuration.workers = 1
    configuration.agent = "test"
    configuration.site = "hq"
    change(&configuration)
    service = try RelayService(configuration: configuration)
  }

  /// - Parameters:
  ///   - profile: the only one that the client offers; all by default.
  ///   - reading: what the client takes the relay's answer for.
  func join(
    _ name: String, room: String = "room", kind: ParticipantKind = .meeting, shape: ClientShape = ClientShape(),
    local: IPAddress = .loopbackV4, profile: SRTPProfile? = nil, reading: (String) -> String = { $0 }
  ) async throws -> Guest {
    let only = try profile.map { try AssociationService(identity: Identity(profiles: [$0.rawValue])) }
    let client = try MeetingClient(shape: shape, local: local, associations: only ?? associations)
    let answer = try await service.join(
      JoinRequest(room: room, name: name, kind: kind, clientAddress: local, offer: client.offer))
    let description = reading(answer.answer)
    try await client.join { _ in description }
    return Guest(client: client, answer: answer, description: try RelayAnswer(parsing: description))
  }

  /// Two participants who receive each other.
  func meeting() async throws -> (one: Guest, two: Guest) {
    let one = try await join("one")
    let two = try await join("two")
    try await wait("the two receive each other", on: one) { one.receives(two) && two.receives(one) }
    return (one, two)
  }

  /// The reason for which the guest's participation ends, once it does.
  func ending(of guest: Guest, room: String = "room") throws -> Task<EndReason?, Never> {
    let events = try service.events(room: room, resource: guest.answer.resource, after: nil)
    return Task {
      for await event in events {
        if case .ended(let reason) = event.content { return reason }
      }
      return nil
    }
  }

  /// Why the next participant who goes has gone, as `guest` is told.
  func nextDeparture(seenBy guest: Guest, room: String = "room") throws -> Task<EndReason?, Never> {
    let events = try service.events(room: room, resource: guest.answer.resource, after: nil)
    return Task {
      for await event in events {
        if case .left(_, let reason) = event.content { return reason }
      }
      return nil
    }
  }
}

/// Waits until something is so, looking again whenever the guest's client has news: every 20 ms while it sends.
func wait(
  _ what: Comment, on guest: RunningRelay.Guest, deadline: Duration = .seconds(60),
  sourceLocation: SourceLocation = #_sourceLocation, until condition: () async throws -> Bool
) async throws {
  let end = SystemClock.now + deadline
  while true {
    let count = guest.client.changeCount
    if try await condition() { return }
    guard SystemClock.now < end else {
      Issue.record(what, sourceLocation: sourceLocation)
      return
    }
    await guest.client.change(since: count)
  }
}
