import Wire

/// Names a participant of one room; one kept too long finds nobody.
public struct ParticipantHandle: Hashable, Sendable, BitwiseCopyable {
  let place: Slab<Participant>.Handle

  /// Below the room's bound on participants, and nobody else's while this participant is here.
  public var index: Int { Int(place.index) }
}

/// One packet to be sent to one receiver: what differs from the packet in the source's ring.
///
/// The Worker turns it into bytes when the pacer releases it: `Room.writeHead`, then `Room.payload`.
public struct Forward: Sendable, BitwiseCopyable {
  public enum Kind: UInt8, Sendable, BitwiseCopyable {
    /// The first and only transmission under the slot's own SSRC.
    case media
    /// Under the slot's RTX SSRC, the original sequence number before the payload (RFC 4588).
    case retransmission
    /// Opus silence that closes an emptied audio slot.
    case silence
  }

  public internal(set) var receiver: ParticipantHandle
  public internal(set) var kind: Kind
  public internal(set) var isAudio: Bool
  public internal(set) var marker: Bool
  public internal(set) var payloadType: UInt8
  /// The SSRC and the sequence number on the wire: no two `Forward`s of a receiver share both.
  public internal(set) var ssrc: UInt32
  public internal(set) var sequenceNumber: UInt16
  public internal(set) var timestamp: UInt32
  /// What a retransmission repeats.
  var originalSequenceNumber: UInt16 = 0
  var indices = PictureIndices()
  /// Redundant audio goes along when it is at most this many ticks old; 0 for none.
  var redundancy: UInt16 = 0
  var slot: Slab<Slot>.Handle
  /// The source, and which packet of it: one overwritten since is a counted drop. `nil` for silence.
  var source: Slab<Source>.Handle?
  var packet: Int64 = 0
}
