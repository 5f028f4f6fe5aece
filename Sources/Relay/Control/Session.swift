import ICE
import SDP
import SFU
import Wire

/// What the relay decides about one participant before it answers: credentials, the slots' streams, and with them the
/// answer for the client and the admission for the room.
struct Session: Sendable {
  let answer: String
  let admission: Admission
  let credentials: ICECredentials

  /// - Parameter random: everything in it that must not be guessed or repeated comes from there.
  init(
    _ offer: Offer, participant: ParticipantNumber, name: String, kind: ParticipantKind, candidates: [Candidate],
    fingerprint: Fingerprint, random: inout some RandomNumberGenerator
  ) {
    credentials = ICECredentials(random: &random)
    let cname = String(UInt64.random(in: .min ... .max, using: &random), radix: 36)
    var streams = StreamNumbers(taken: [participant.value])
    let feedbackSSRC = streams.draw(using: &random)
    var admission = Admission(
      participant: participant.description, name: name, role: kind.role, csrc: participant.value,
      feedbackSSRC: feedbackSSRC, cname: cname)
    admission.sources = Self.sources(offer.sources)

    var local = LocalParameters(
      sessionID: UInt64.random(in: 1..<(1 << 62), using: &random), usernameFragment: credentials.usernameFragment,
      password: credentials.password, fingerprint: fingerprint, candidates: candidates, cname: cname)
    var counts = (audio: 0, video: 0)
    for section in offer.slots {
      let index = section.isAudio ? counts.audio : counts.video
      if section.isAudio { counts.audio += 1 } else { counts.video += 1 }
      let canRetransmit = section.formats.contains { $0.retransmissionPayloadType != nil }
      // Audio slot i and video slot i share a stream, or browsers do not keep them in step.
      let slot = LocalParameters.Slot(
        ssrc: streams.draw(using: &random),
        retransmissionSSRC: canRetransmit ? streams.draw(using: &random) : nil, streamID: "slot\(index)",
        trackID: "slot\(index)-\(section.isAudio ? "audio" : "video")")
      local.slots[section.mid] = slot
      admission.slots.append(
        SlotSection(
          section, slot, firstSequenceNumber: UInt16.random(in: .min ... .max, using: &random),
          timestampOffset: UInt32.random(in: .min ... .max, using: &random)))
    }
    self.admission = admission
    answer = offer.negotiation.answer(local).serialized()
  }

  /// The first section of a kind is the microphone or the camera, the second the screen or its sound; a section that
  /// says it shows slides is a screen wherever it stands.
  private static func sources(_ sections: [NegotiatedSection]) -> [SourceSection] {
    var audioCount = 0
    var videoCount = 0
    return sections.map { section in
      let kind: SFU.SourceKind
      if section.isAudio {
        kind = audioCount == 0 && !section.isSlides ? .microphone : .screenSound
        audioCount += 1
      } else {
        kind = videoCount == 0 && !section.isSlides ? .camera : .screen
        if !section.isSlides { videoCount += 1 }
      }
      return SourceSection(section, kind: kind)
    }
  }
}

/// Stream numbers of one connection, no two alike.
private struct StreamNumbers {
  var taken: Set<UInt32>

  mutating func draw(using random: inout some RandomNumberGenerator) -> UInt32 {
    while true {
      let number = UInt32.random(in: 1 ... .max, using: &random)
      if taken.insert(number).inserted { return number }
    }
  }
}

extension ParticipantKind {
  var role: ParticipantRole {
    switch self {
    case .meeting: .meeting
    case .whip: .publisher
    case .whep: .viewer
    }
  }
}

extension ICECredentials {
  init(random: inout some RandomNumberGenerator) {
    self.init(random: (0..<Self.randomByteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) })
  }
}
