import SDP
import Wire

/// What a source is to the people in the room.
public enum SourceKind: UInt8, Sendable, Hashable, CaseIterable {
  case microphone, camera, screen
  /// The sound of a shared screen.
  case screenSound

  public var isAudio: Bool { self == .microphone || self == .screenSound }
}

/// Everything a room needs to know to take one client in: what its one offer and our answer settled.
public struct Admission: Sendable {
  /// Opaque id by which everybody knows the participant.
  public var participant: String
  /// What the others see.
  public var name: String
  public var role: ParticipantRole
  /// Contributing source (CSRC) of all packets that carry this participant's media; unique in the room.
  public var csrc: UInt32
  /// SSRC of the receiver reports and feedback we send to this client.
  public var feedbackSSRC: UInt32
  /// CNAME of the slots, one for all of them: the relay's time line (RFC 7022).
  public var cname: String
  /// The client's send sections.
  public var sources: [SourceSection] = []
  /// The client's receive sections, in the order of the offer: audio slot `i` and video slot `i` share a stream.
  public var slots: [SlotSection] = []

  public init(
    participant: String, name: String, role: ParticipantRole, csrc: UInt32, feedbackSSRC: UInt32, cname: String
  ) {
    self.participant = participant
    self.name = name
    self.role = role
    self.csrc = csrc
    self.feedbackSSRC = feedbackSSRC
    self.cname = cname
  }
}

public enum ParticipantRole: UInt8, Sendable, Hashable, CaseIterable {
  /// Sends and receives: our page.
  case meeting
  /// Publishes only: a WHIP client.
  case publisher
  /// Receives only, and watches the active speaker: a WHEP client. Never in the roster.
  case viewer
}

/// One send section of a client, which its source fills and empties without negotiation.
public struct SourceSection: Sendable {
  public var mid: String
  public var kind: SourceKind
  /// Declared by `a=ssrc`; without it the MID extension names the section, or a payload type no other section has.
  public var ssrc: UInt32?
  public var retransmissionSSRC: UInt32?
  public var formats: [PayloadFormat]
  /// Under which Opus may come with the packets before it (RFC 2198).
  public var redundancyPayloadType: UInt8?
  public var extensions: ExtensionIDs

  public init(
    mid: String, kind: SourceKind, ssrc: UInt32? = nil, retransmissionSSRC: UInt32? = nil, formats: [PayloadFormat],
    redundancyPayloadType: UInt8? = nil, extensions: ExtensionIDs
  ) {
    self.mid = mid
    self.kind = kind
    self.ssrc = ssrc
    self.retransmissionSSRC = retransmissionSSRC
    self.formats = formats
    self.redundancyPayloadType = redundancyPayloadType
    self.extensions = extensions
  }
}

/// One receive section of a client.
public struct SlotSection: Sendable {
  public var mid: String
  public var isAudio: Bool
  public var ssrc: UInt32
  /// Without it a NACK for this slot is not answered: sending the same packet again would reuse its nonce.
  public var retransmissionSSRC: UInt32?
  public var formats: [PayloadFormat]
  /// Under which Opus may be sent with the packets before it (RFC 2198).
  public var redundancyPayloadType: UInt8?
  public var extensions: ExtensionIDs
  /// First sequence number, and the offset of the slot's time line: random (RFC 3550 section 5.1).
  public var firstSequenceNumber: UInt16
  public var timestampOffset: UInt32

  public init(
    mid: String, isAudio: Bool, ssrc: UInt32, retransmissionSSRC: UInt32? = nil, formats: [PayloadFormat],
    redundancyPayloadType: UInt8? = nil, extensions: ExtensionIDs, firstSequenceNumber: UInt16, timestampOffset: UInt32
  ) {
    self.mid = mid
    self.isAudio = isAudio
    self.ssrc = ssrc
    self.retransmissionSSRC = retransmissionSSRC
    self.formats = formats
    self.redundancyPayloadType = redundancyPayloadType
    self.extensions = extensions
    self.firstSequenceNumber = firstSequenceNumber
    self.timestampOffset = timestampOffset
  }
}

/// A payload type of one section and the codec it means there.
public struct PayloadFormat: Sendable, Hashable {
  public var payloadType: UInt8
  public var codec: Codec
  /// Payload type of its retransmissions (RFC 4588, `apt`).
  public var retransmissionPayloadType: UInt8?

  public init(payloadType: UInt8, codec: Codec, retransmissionPayloadType: UInt8? = nil) {
    self.payloadType = payloadType
    self.codec = codec
    self.retransmissionPayloadType = retransmissionPayloadType
  }
}

/// Ids of one section's header extensions (RFC 8285); 0 where the section has not got one.
public struct ExtensionIDs: Sendable, Hashable, BitwiseCopyable {
  public var mid: UInt8 = 0
  public var audioLevel: UInt8 = 0
  public var absoluteSendTime: UInt8 = 0
  public var transportSequenceNumber: UInt8 = 0
  // Handed on from the sender's packet, under the receiver's id.
  public var dependencyDescriptor: UInt8 = 0
  public var colorSpace: UInt8 = 0
  public var playoutDelay: UInt8 = 0
  public var absoluteCaptureTime: UInt8 = 0
  /// Packets may carry the two-byte form, without which data of more than 16 bytes is left out.
  public var allowsMixed = false

  public init() {}
}

/// Why a room does not take a client.
public enum AdmissionError: Error, Sendable, Equatable {
  /// As many participants as the room's bound.
  case roomFull
  /// More send or receive sections than the room's bounds.
  case tooManySections
  /// A mid is empty or longer than 16 bytes, or two sections share a mid or an SSRC.
  case ambiguousSections
}

extension Admission {
  /// The mids of all sections, sources first, checked.
  func sectionNames() throws(AdmissionError) -> [SectionName] {
    let mids = sources.map(\.mid) + slots.map(\.mid)
    let declared = sources.flatMap { [$0.ssrc, $0.retransmissionSSRC] }.compactMap { $0 }
    let written = slots.flatMap { [$0.ssrc, $0.retransmissionSSRC] }.compactMap { $0 }
    let names = mids.compactMap(SectionName.init)
    guard names.count == mids.count, Set(mids).count == mids.count, Set(declared).count == declared.count,
      Set(written).count == written.count
    else { throw .ambiguousSections }
    return names
  }
}

extension PayloadFormat {
  public init(_ format: NegotiatedFormat) {
    self.init(
      payloadType: format.payloadType, codec: format.codec,
      retransmissionPayloadType: format.retransmissionPayloadType)
  }
}

extension ExtensionIDs {
  public init(_ extensions: NegotiatedExtensions) {
    mid = extensions.mid ?? 0
    audioLevel = extensions.audioLevel ?? 0
    dependencyDescriptor = extensions.dependencyDescriptor ?? 0
    colorSpace = extensions.colorSpace ?? 0
    playoutDelay = extensions.playoutDelay ?? 0
    absoluteCaptureTime = extensions.absoluteCaptureTime ?? 0
    allowsMixed = extensions.allowsMixed
  }
}

extension SourceSection {
  /// What an offer's send section became.
  public init(_ section: NegotiatedSection, kind: SourceKind) {
    self.init(
      mid: section.mid, kind: kind, ssrc: section.ssrc, retransmissionSSRC: section.retransmissionSSRC,
      formats: section.formats.map(PayloadFormat.init), redundancyPayloadType: section.redundancyPayloadType,
      extensions: ExtensionIDs(section.extensions))
  }
}

extension SlotSection {
  /// What an offer's receive section became, with the streams the answer gives it.
  public init(
    _ section: NegotiatedSection, _ local: LocalParameters.Slot, firstSequenceNumber: UInt16, timestampOffset: UInt32
  ) {
    self.init(
      mid: section.mid, isAudio: section.isAudio, ssrc: local.ssrc, retransmissionSSRC: local.retransmissionSSRC,
      formats: section.formats.map(PayloadFormat.init), redundancyPayloadType: section.redundancyPayloadType,
      extensions: ExtensionIDs(section.extensions),
      firstSequenceNumber: firstSequenceNumber, timestampOffset: timestampOffset)
  }
}
