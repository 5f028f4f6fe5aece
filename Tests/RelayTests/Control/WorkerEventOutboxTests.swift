import Testing
import Wire

@testable import Relay

@Suite struct WorkerEventOutboxTests {
  private func participant(_ value: UInt32) -> ParticipantNumber { ParticipantNumber(value: value) }

  private func presences(_ events: [WorkerEvent]) -> [(UInt32, Bool)] {
    events.compactMap { event in
      if case .presence(let participant, let media) = event { (participant.value, media.camera) } else { nil }
    }
  }

  @Test("The newer of two events of one subject takes the older one's place and is counted")
  func coalesces() {
    let outbox = WorkerEventOutbox()
    outbox.post([.presence(participant(1), MediaState()), .presence(participant(2), MediaState())])
    outbox.post([.presence(participant(1), MediaState(camera: true))])
    let events = presences(outbox.drain())
    #expect(events.map(\.0) == [2, 1])
    #expect(events.map(\.1) == [false, true])
    #expect(outbox.coalesced == 1)
    #expect(outbox.drain().isEmpty)
  }

  @Test("However long nobody reads, what waits is bounded by the number of subjects")
  func bounded() {
    let outbox = WorkerEventOutbox()
    for index in 0..<10_000 {
      outbox.post([.presence(participant(UInt32(index % 5)), MediaState()), .intervals([])])
    }
    #expect(outbox.drain().count == 5 + WorkerEventOutbox.intervalBatches)
  }

  @Test("A signal waits for the reader that comes late, one for many posts", .timeLimit(.minutes(1)))
  func signals() async {
    let outbox = WorkerEventOutbox()
    outbox.post([.speaking(RoomNumber(value: 1), [])])
    outbox.post([.speaking(RoomNumber(value: 2), [])])
    outbox.close()
    var signals = 0
    for await _ in outbox.signals { signals += 1 }
    #expect(signals == 1)
    #expect(outbox.drain().count == 2)
  }
}
