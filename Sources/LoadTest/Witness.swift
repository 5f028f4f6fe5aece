import RTP
import Wire

/// Sees every media packet that a participant sends and receives, on the participant's thread: it must not block.
public struct Witness: Sendable {
  public struct Packet: Sendable {
    public var isAudio: Bool
    /// The same for the same content, whatever a relay rewrites around it.
    public var content: UInt64
    /// Its RTP sequence number on this participant's line.
    public var sequenceNumber: UInt16
    /// The first of its picture; of voice, each.
    public var startsFrame: Bool
    public var payload: [UInt8]
    /// When it was sent, or arrived by the kernel's word.
    public var time: MonotonicTime
    /// The same instant on this machine's wall clock.
    public var wall: WallTime
    /// When its sender says that it was sent, by the sender's clock.
    public var departure: NTPTime?
    public var mark: CallMark?

    public init(
      isAudio: Bool, content: UInt64, sequenceNumber: UInt16 = 0, startsFrame: Bool, payload: [UInt8],
      time: MonotonicTime, wall: WallTime = WallTime(nanoseconds: 0), departure: NTPTime? = nil, mark: CallMark? = nil
    ) {
      self.isAudio = isAudio
      self.content = content
      self.sequenceNumber = sequenceNumber
      self.startsFrame = startsFrame
      self.payload = payload
      self.time = time
      self.wall = wall
      self.departure = departure
      self.mark = mark
    }

    /// `nil` for what carries nothing: silence that closes a slot, padding.
    init?(_ packet: [UInt8], isAudio: Bool, isMarked: Bool, time: MonotonicTime, wall: WallTime) {
      let bytes = packet.span.bytes
      guard let header = RTPHeader(bytes), let payload = header.payload(in: bytes),
        payload.byteCount > TestContent.minimumByteCount
      else { return nil }
      if isAudio {
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for offset in 0..<payload.byteCount { hash = (hash ^ UInt64(payload.u8(at: offset))) &* 0x100_0000_01b3 }
        content = hash
        startsFrame = true
      } else {
        guard let part = Picture.part(payload, isMarked: isMarked) else { return nil }
        content = UInt64(part.content.origin) << 32 | UInt64(part.content.number)
        startsFrame = part.startsFrame
        mark = part.mark
      }
      sequenceNumber = header.sequenceNumber
      if let element = header.headerExtension(ClientOffer.captureTimeExtension, in: bytes) {
        let data = bytes.extracting(element.offset..<element.offset + element.length)
        departure = AbsoluteCaptureTime(data)?.captured
      }
      self.isAudio = isAudio
      self.payload = payload.bytes()
      self.time = time
      self.wall = wall
    }
  }

  var sent: @Sendable (Packet) -> Void
  var received: @Sendable (Packet) -> Void

  public init(
    sent: @escaping @Sendable (Packet) -> Void, received: @escaping @Sendable (Packet) -> Void
  ) {
    self.sent = sent
    self.received = received
  }
}
