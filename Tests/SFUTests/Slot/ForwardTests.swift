import Testing
import Wire

@testable import SFU

@Suite("Forward")
struct ForwardTests {
  @Test("No receiver is ever sent an SSRC and a number twice, retransmissions and switches included")
  func unique() throws {
    var meeting = SimulatedMeeting(seed: 21)
    for index in 0..<3 {
      var options = SimulatedMeeting.Options()
      options.videoSlots = 1
      options.audioSlots = 1
      options.uplink = SimulatedLink(loss: 0.05, delay: 15_000_000, jitter: 20_000_000)
      options.downlink = SimulatedLink(loss: 0.05, delay: 15_000_000, jitter: 20_000_000)
      options.talks = { Int($0 / 5) % 3 == index }
      try meeting.join("p\(index)", options)
    }
    meeting.run(until: 40)
    for client in meeting.clients {
      for receiver in client.receivers {
        // 40 s of video at 90 packets a second do not wrap.
        for stream in [receiver.packets, receiver.retransmissions] {
          #expect(Set(stream.map(\.header.sequenceNumber)).count == stream.count)
        }
      }
    }
    #expect(meeting.clients.flatMap(\.receivers).map(\.retransmissions.count).reduce(0, +) > 100)
  }
}
