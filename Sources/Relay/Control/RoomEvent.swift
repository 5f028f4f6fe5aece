/// Names one event of one room: the relay's start (epoch) and a number that counts up from 1.
public struct EventID: Hashable, Sendable, LosslessStringConvertible {
  public var epoch: UInt64
  public var sequence: UInt64

  public init(epoch: UInt64, sequence: UInt64) {
    self.epoch = epoch
    self.sequence = sequence
  }

  /// `3f2a…-17`: the epoch in hexadecimal, the sequence in decimal.
  public init?(_ description: String) {
    let parts = description.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let epoch = UInt64(parts[0], radix: 16), let sequence = UInt64(parts[1]) else { return nil }
    self.init(epoch: epoch, sequence: sequence)
  }

  public var description: String {
    String(epoch, radix: 16) + "-" + String(sequence)
  }
}

/// What a listener of a room is told.
public struct RoomEvent: Sendable, Equatable {
  /// Where to resume after this event; `nil` for what concerns this listener alone and needs no resuming.
  public var id: EventID?
  public var content: Content

  public enum Content: Sendable, Equatable {
    /// Everybody who is here: the first event of a stream, and after a gap. Replaces what the listener knew.
    case roster([RosterEntry])
    case joined(RosterEntry)
    /// The entry with the same participant id has changed.
    case changed(RosterEntry)
    case left(participant: String, EndReason)
    /// Who is speaking now, loudest first, by participant id.
    case speaking([String])
    /// What the listener's own receive sections show now; all of them.
    case slots([SlotContent])
    /// Somebody who is shown the listener's own source cannot decode it: the codecs that everybody can, best first, by
    /// their encoding names; none when there is no such codec, or nobody lacks one any more.
    case codecs(SourceKind, [String])
    /// The listener's own participation has ended; the stream ends with it.
    case ended(EndReason)
  }
}

/// One participant as the others see them.
public struct RosterEntry: Sendable, Equatable {
  /// Opaque; the same as in records.
  public var participant: String
  public var name: String
  public var kind: ParticipantKind
  public var microphone: Bool
  public var camera: Bool
  public var screen: Bool
  /// Contributing-source numbers of the participant's packets: by these a receiver knows whose a packet is.
  public var csrcs: [UInt32]
}

/// What one receive section shows.
public struct SlotContent: Sendable, Equatable {
  /// The section's mid in the listener's own offer.
  public var mid: String
  /// Whose source it is; `nil` when vacant.
  public var participant: String?
  public var source: SourceKind?
  /// `false` when the listener has no decoder for what the source sends, so that nothing comes.
  public var isDecodable = true
}

public enum SourceKind: String, Sendable, CaseIterable {
  case microphone
  case camera
  case screen
  case screenSound
}

public enum EndReason: String, Sendable, CaseIterable {
  /// The client left by DELETE or close_notify.
  case left
  /// Nothing authenticated came for 15 s: the network or the client is gone. Join again.
  case vanished
  /// The connection never came about: no connectivity check arrived, or the handshake failed. Join again.
  case failed
  /// The relay is stopping. Join again later.
  case shuttingDown
}
