import RTP
import Testing
import Wire

@testable import SFU

@Suite("A simulated meeting")
struct MeetingTests {
  /// Every slot's stream has no number twice, no hole but those of the uplink, and no timestamp that goes back.
  static func expectContinuous(_ meeting: borrowing SimulatedMeeting, holesAllowed: Bool) {
    for client in meeting.clients {
      for receiver in client.receivers where !receiver.packets.isEmpty {
        guard let stream = receiver.inOrder() else {
          Issue.record("\(client.id) \(receiver.mid): a number was sent twice")
          continue
        }
        for (earlier, later) in zip(stream, stream.dropFirst()) {
          if !holesAllowed { #expect(later.sequence == earlier.sequence + 1, "\(client.id) \(receiver.mid)") }
          let step = later.packet.header.timestamp.serialDistance(from: earlier.packet.header.timestamp)
          #expect(step >= 0, "\(client.id) \(receiver.mid) at \(later.sequence): timestamp goes back by \(step)")
          #expect(later.packet.mid == receiver.mid)
        }
      }
    }
  }

  @Test("Three participants see and hear one another, each without itself")
  func threeParticipants() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b", "c"] { try meeting.join(id) }
    meeting.run(until: 3)
    for (index, id) in ["a", "b", "c"].enumerated() {
      for other in ["a", "b", "c"] {
        let expected = other == id ? 0 : 1
        #expect(meeting.slots(of: index, showing: other, .camera).count == expected)
        #expect(meeting.slots(of: index, showing: other, .microphone).count == expected)
      }
    }
    Self.expectContinuous(meeting, holesAllowed: false)
    let packets = meeting.clients[0].receivers.flatMap(\.packets)
    #expect(packets.count > 2 * (3 * 45 + 2 * 80))
    #expect(Set(packets.compactMap(\.csrc)) == [1001, 1002])
    #expect(packets.allSatisfy { $0.header.payloadType == ($0.vp8 == nil ? 109 : 120) })
  }

  @Test("Each camera is asked for a keyframe once, however many wait for it")
  func keyframeRequests() throws {
    var meeting = SimulatedMeeting()
    for id in ["a", "b", "c", "d"] { try meeting.join(id) }
    meeting.run(until: 5)
    for client in meeting.clients {
      #expect(client.sources[1].requestsReceived == 1, "\(client.id)")
    }
    try meeting.join("e")
    meeting.run(until: 10)
    for client in meeting.clients.prefix(4) {
      #expect(client.sources[1].requestsReceived == 2, "\(client.id)")
    }
  }

  @Test("Interop 1: a voice and a picture stay together across switches, whatever their clocks do")
  func lipSync() throws {
    var meeting = SimulatedMeeting(seed: 5)
    var options = SimulatedMeeting.Options()
    options.audioSlots = 1
    options.videoSlots = 1
    options.role = .viewer
    options.kinds = []
    let viewer = try meeting.join("viewer", options)
    let skews: [(audio: Double, clock: Double, offset: Int64)] = [
      (80, 40, 3_000_000_000), (-60, -30, -777_000_000_000), (0, 100, 1_000_000_000_000),
    ]
    for (index, skew) in skews.enumerated() {
      var options = SimulatedMeeting.Options()
      options.audioSkew = skew.audio
      options.clockSkew = skew.clock
      options.clockOffset = skew.offset
      options.uplink = SimulatedLink(delay: Int64(5 + 20 * index) * 1_000_000, jitter: 6_000_000)
      options.talks = { Int($0 / 20) % 3 == index }
      // One packet a frame: else one overtaken at a switch stays behind with its source.
      options.packetsPerFrame = 1
      try meeting.join("p\(index)", options)
    }
    meeting.run(until: 130)

    let audio = meeting.receiver(viewer, "a0")
    let video = meeting.receiver(viewer, "v1")
    Self.expectContinuous(meeting, holesAllowed: false)
    #expect(Set(audio.packets.compactMap(\.stamp?.source)).count == 3)
    #expect(Set(video.packets.compactMap(\.stamp?.source)).count == 3)

    // By the newest report, how much later a packet is than it was taken: the same for both of one participant.
    let heard = Self.errors(audio)
    let seen = Self.errors(video)
    var compared = 0
    for second in 12..<130 {
      guard let voice = heard[second], let picture = seen[second], voice.owner == picture.owner else { continue }
      compared += 1
      #expect(abs(voice.nanoseconds - picture.nanoseconds) < 1_000_000, "at \(second) s")
    }
    #expect(compared > 80)
  }

  /// For each second, whose packets came and by how much the reports were off for the last of them.
  private static func errors(_ receiver: SimulatedReceiver) -> [Int: (owner: UInt8, nanoseconds: Int64)] {
    var errors: [Int: (owner: UInt8, nanoseconds: Int64)] = [:]
    for packet in receiver.packets {
      guard let stamp = packet.stamp, let reported = packet.reportedTime else { continue }
      errors[Int(packet.sentAt.nanoseconds / 1_000_000_000) - 1] = (stamp.source / 4, reported - stamp.takenAt)
    }
    return errors
  }

  @Test("Interop 1: sender reports lie on one line that never goes back and never jumps, also while a slot is vacant")
  func reportsAreContinuous() throws {
    var meeting = SimulatedMeeting(seed: 9)
    for (index, id) in ["a", "b", "c"].enumerated() {
      var options = SimulatedMeeting.Options()
      options.audioSkew = Double(index * 70 - 70)
      options.clockSkew = Double(50 - index * 50)
      options.clockOffset = Int64(index) * 5_000_000_000
      options.uplink = SimulatedLink(delay: Int64(1 + index * 30) * 1_000_000, jitter: 4_000_000)
      try meeting.join(id, options)
    }
    meeting.run(until: 20)
    meeting.announce(1, .camera, isOn: false)
    meeting.announce(1, .microphone, isOn: false)
    meeting.run(until: 40)
    let reports = meeting.receiver(0, "v3").reports + meeting.receiver(0, "a0").reports
    #expect(reports.count > 60)
    for receiver in meeting.clients[0].receivers where !receiver.reports.isEmpty {
      for (earlier, later) in zip(receiver.reports, receiver.reports.dropFirst()) {
        let elapsed = Double(Int64(bitPattern: later.ntpTime.bits &- earlier.ntpTime.bits)) / 4_294_967_296
        let ticks = Double(later.rtpTimestamp.serialDistance(from: earlier.rtpTimestamp))
        #expect(elapsed > 0)
        #expect(abs(ticks / receiver.clockRate - elapsed) < 0.06, "\(receiver.mid)")
      }
    }
  }

  @Test("Video survives 3 % loss both ways, and no number is sent twice")
  func loss() throws {
    var meeting = SimulatedMeeting(seed: 77)
    for id in ["a", "b"] {
      var options = SimulatedMeeting.Options()
      options.uplink = SimulatedLink(loss: 0.03, delay: 20_000_000, jitter: 5_000_000)
      options.downlink = SimulatedLink(loss: 0.03, delay: 20_000_000, jitter: 5_000_000)
      try meeting.join(id, options)
    }
    meeting.run(until: 60)
    Self.expectContinuous(meeting, holesAllowed: true)
    for (client, other) in [(0, "b"), (1, "a")] {
      let mid = try #require(meeting.slots(of: client, showing: other, .camera).first)
      let receiver = meeting.receiver(client, mid)
      let sequences = receiver.arrived.union(receiver.repaired)
      let first = try #require(sequences.min())
      let last = try #require(sequences.max())
      // What was lost in the last round trips is still being asked for.
      let missing = (first..<(last - 60)).filter { !sequences.contains($0) }
      #expect(missing.isEmpty, "\(missing.count) of \(last - first)")
      #expect(!receiver.retransmissions.isEmpty)
      var unwrapper = SequenceUnwrapper()
      let repeats = receiver.retransmissions.map { unwrapper.unwrap($0.header.sequenceNumber) }
      #expect(repeats == Array(repeats[0]..<(repeats[0] + Int64(repeats.count))))
    }
  }

  @Test("Interop 12: with one slot a viewer follows the speakers, and the first packet of each is marked")
  func activeSpeaker() throws {
    var meeting = SimulatedMeeting(seed: 3)
    var viewing = SimulatedMeeting.Options()
    viewing.role = .viewer
    viewing.kinds = []
    viewing.audioSlots = 1
    viewing.videoSlots = 1
    let viewer = try meeting.join("viewer", viewing)
    for index in 0..<3 {
      var options = SimulatedMeeting.Options()
      options.audioSlots = 0
      options.videoSlots = 0
      options.role = .publisher
      options.talks = { Int($0 / 10) % 3 == index }
      try meeting.join("p\(index)", options)
    }
    for round in 0..<6 {
      meeting.run(until: Double(round) * 10 + 8)
      // Virtual time begins at 1 s, and the talking by true time.
      let speaker = "p\(Int((meeting.seconds + 1) / 10) % 3)"
      #expect(meeting.slots(of: viewer, showing: speaker, .microphone) == ["a0"], "round \(round)")
      #expect(meeting.slots(of: viewer, showing: speaker, .camera) == ["v1"], "round \(round)")
    }
    Self.expectContinuous(meeting, holesAllowed: false)
    let video = meeting.receiver(viewer, "v1").packets
    let switches = zip(video, video.dropFirst()).filter { $0.csrc != $1.csrc }
    #expect(switches.count == 5)
    for (before, after) in switches {
      #expect(after.vp8?.startsKeyframe == true)
      #expect(after.vp8?.pictureID == before.vp8?.pictureID.map { ($0 + 1) & 0x7fff })
      #expect(after.vp8?.tl0PicIdx == before.vp8?.tl0PicIdx.map { $0 &+ 1 })
    }
    #expect(meeting.clients.dropFirst().map { $0.sources[1].requestsReceived }.reduce(0, +) == 6)
    let audio = meeting.receiver(viewer, "a0").packets
    for (before, after) in zip(audio, audio.dropFirst()) where before.csrc != after.csrc {
      #expect(after.header.marker)
    }
    let spoken = meeting.events.compactMap { event in
      if case .speaking(let ids) = event.content { ids.first } else { nil }
    }
    let turns = spoken.enumerated().filter { $0.offset == 0 || spoken[$0.offset - 1] != $0.element }.map(\.element)
    #expect(turns == ["p0", "p1", "p2", "p0", "p1", "p2"])
  }
}
