import Wire

/// The packet types that the relay reads or writes (RFC 3550 section 12.1, RFC 4585 section 6.1, RFC 3611).
@frozen public struct RTCPType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let senderReport = RTCPType(rawValue: 200)
  public static let receiverReport = RTCPType(rawValue: 201)
  public static let sourceDescription = RTCPType(rawValue: 202)
  public static let goodbye = RTCPType(rawValue: 203)
  public static let applicationDefined = RTCPType(rawValue: 204)
  public static let transportFeedback = RTCPType(rawValue: 205)
  public static let payloadFeedback = RTCPType(rawValue: 206)
  public static let extendedReport = RTCPType(rawValue: 207)
}

/// Where one packet of a compound lies. Its own type reads it from the same datagram.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |V=2|P|  count  |      PT       |             length            |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
@frozen public struct RTCPPacket: Equatable, Sendable, BitwiseCopyable {
  public static let headerLength = 4

  public let type: RTCPType
  /// Five bits: a count of reports or sources, or the format of feedback (FMT).
  public let count: UInt8
  /// Offset of the packet's header in the datagram.
  public let offset: Int
  /// Bytes with the header, without padding; at least 4.
  public let length: Int

  @usableFromInline init(type: RTCPType, count: UInt8, offset: Int, length: Int) {
    self.type = type
    self.count = count
    self.offset = offset
    self.length = length
  }

  /// Writes the common header of a packet of `length` bytes, a multiple of four.
  static func writeHeader(
    _ type: RTCPType, count: UInt8, length: Int, into out: inout MutableRawSpan, at offset: Int
  ) {
    out.store(u8: 0x80 | count & 0x1f, at: offset)
    out.store(u8: type.rawValue, at: offset + 1)
    out.store(u16: UInt16(truncatingIfNeeded: length / 4 - 1), at: offset + 2)
  }

  /// Whether `length` bytes fit into `out` at `offset`.
  static func fits(_ length: Int, in out: borrowing MutableRawSpan, at offset: Int) -> Bool {
    offset >= 0 && offset <= out.byteCount && length <= out.byteCount - offset
  }
}

/// Walks a compound (RFC 3550 section 6.1) or reduced-size (RFC 5506) RTCP datagram.
@frozen public struct RTCPCompound: Sendable, BitwiseCopyable {
  @usableFromInline var offset = 0

  /// `nil` unless every packet has version 2 and its length fits, and only the last one is padded, as RFC 3550 appendix
  /// A.2 checks; a compound is taken whole or not at all.
  @inlinable public init?(_ datagram: RawSpan) {
    var offset = 0
    repeat {
      guard datagram.byteCount &- offset >= RTCPPacket.headerLength else { return nil }
      let first = datagram.u8(at: offset)
      let length = 4 &* (Int(datagram.u16(at: offset &+ 2)) &+ 1)
      guard first >> 6 == 2, length <= datagram.byteCount &- offset else { return nil }
      if first & 0x20 != 0 {
        let padding = Int(datagram.u8(at: offset &+ length &- 1))
        guard offset &+ length == datagram.byteCount, padding > 0, padding & 3 == 0,
          padding <= length &- RTCPPacket.headerLength
        else { return nil }
      }
      offset &+= length
    } while offset < datagram.byteCount
  }

  /// The next packet of `datagram`, which must be the one that was given.
  @inlinable public mutating func next(in datagram: RawSpan) -> RTCPPacket? {
    guard offset < datagram.byteCount else { return nil }
    let first = datagram.u8(at: offset)
    let length = 4 &* (Int(datagram.u16(at: offset &+ 2)) &+ 1)
    let padding = first & 0x20 == 0 ? 0 : Int(datagram.u8(at: offset &+ length &- 1))
    defer { offset &+= length }
    return RTCPPacket(
      type: RTCPType(rawValue: datagram.u8(at: offset &+ 1)), count: first & 0x1f, offset: offset,
      length: length &- padding)
  }
}
