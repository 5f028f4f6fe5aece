import Wire

/// One element of an RTP header extension (RFC 8285): where its data lies in the packet.
@frozen public struct HeaderExtension: Equatable, Sendable, BitwiseCopyable {
  /// 1–14 in the one-byte form, 1–255 in the two-byte form; the offer and answer say what it means.
  public let id: UInt8
  /// Offset of the data from the start of the packet, and its length in bytes (0–255).
  public let offset: Int
  public let length: Int

  @usableFromInline init(id: UInt8, offset: Int, length: Int) {
    self.id = id
    self.offset = offset
    self.length = length
  }
}

/// Walks the elements of a packet's header extension in both forms of RFC 8285.
///
///     one-byte (0xBEDE):   |  ID   |  L-1  |  data, L bytes ...
///     two-byte (0x100x):   |      ID       |       L       |  data, L bytes ...
///
/// It ends at the first element that does not fit, and at the ids that sections 4.2 and 4.3 say to stop at.
@frozen public struct HeaderExtensions: Sendable, BitwiseCopyable {
  @usableFromInline static let oneByteProfile: UInt16 = 0xbede
  @usableFromInline static let twoByteProfile: UInt16 = 0x1000

  @usableFromInline var offset: Int
  @usableFromInline let end: Int
  @usableFromInline let isTwoByte: Bool

  /// A walk over nothing when the extension has neither form.
  @inlinable public init(_ header: RTPHeader) {
    offset = header.extensionOffset
    isTwoByte = header.extensionProfile & 0xfff0 == Self.twoByteProfile
    let isKnown = isTwoByte || header.extensionProfile == Self.oneByteProfile
    end = isKnown ? header.extensionOffset &+ header.extensionLength : header.extensionOffset
  }

  /// The next element of `packet`, which must be the one whose header was given.
  @inlinable public mutating func next(in packet: RawSpan) -> HeaderExtension? {
    while offset < end {
      let first = packet.u8(at: offset)
      if first == 0 {  // A byte of padding.
        offset &+= 1
        continue
      }
      let id: UInt8
      let data: Int
      let length: Int
      if isTwoByte {
        guard offset &+ 1 < end else { break }
        id = first
        data = offset &+ 2
        length = Int(packet.u8(at: offset &+ 1))
      } else {
        id = first >> 4
        guard id != 0, id != 15 else { break }
        data = offset &+ 1
        length = Int(first & 0x0f) &+ 1
      }
      guard data &+ length <= end else { break }
      offset = data &+ length
      return HeaderExtension(id: id, offset: data, length: length)
    }
    offset = end
    return nil
  }
}

extension RTPHeader {
  /// The first element with this id in the packet that this header was read from.
  @inlinable public func headerExtension(_ id: UInt8, in packet: RawSpan) -> HeaderExtension? {
    var elements = HeaderExtensions(self)
    while let element = elements.next(in: packet) {
      if element.id == id { return element }
    }
    return nil
  }
}
