import Wire

/// Names a participant of one room; one kept too long finds nobody.
@frozen public struct ParticipantHandle: Hashable, Sendable, BitwiseCopyable {
  public let index: Int32
  public let generation: UInt32

  @inlinable init(index: Int32, generation: UInt32) {
    self.index = index
    self.generation = generation
  }
}

/// One packet to be sent to one receiver: what differs from the packet in the source's ring.
///
/// The Worker turns it into bytes when the pacer releases it: `Room.writeHeader`, then `Room.payload`.
@frozen public struct Forward: Sendable, BitwiseCopyable {
  @frozen public enum Kind: UInt8, Sendable {
    /// The first and only transmission under the slot's own SSRC.
    case media
    /// Under the slot's RTX SSRC, the original sequence number before the payload (RFC 4588).
    case retransmission
    /// Opus silence that closes an emptied audio slot.
    case silence
  }

  /// The receiver.
  public var receiver: ParticipantHandle
  public var kind: Kind
  public var isAudio: Bool
  public var marker: Bool
  public var payloadType: UInt8
  /// Sequence number on the wire.
  public var sequenceNumber: UInt16
  /// What a retransmission repeats.
  public var originalSequenceNumber: UInt16
  public var timestamp: UInt32
  public var pictureID: UInt16
  public var tl0PictureIndex: UInt8
  /// Place of the slot in the room.
  var slot: Int32
  /// Place of the source in the room, and which packet of it: a packet overwritten since is a counted drop.
  var source: Int32
  var packet: Int64
}
