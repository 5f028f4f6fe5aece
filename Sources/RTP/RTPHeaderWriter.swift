import Wire

/// Writes an RTP header: fixed fields, at most one contributing source, then header extensions (RFC 3550, RFC 8285).
///
/// The one-byte form is written as long as it can hold every element; say `twoByteExtensions` when an id is above 14 or
/// data is empty or longer than 16 bytes. Nothing is allocated.
@frozen public struct RTPHeaderWriter: Sendable, BitwiseCopyable {
  /// Bytes that the fixed fields, one contributing source and the extension's own header can take.
  public static let maximumLengthWithoutExtensions = RTPHeader.fixedLength + 4 + 4

  /// Bytes written so far.
  public private(set) var length: Int
  @usableFromInline let extensionOffset: Int
  @usableFromInline let isTwoByte: Bool

  /// `nil` when `out` is shorter than `maximumLengthWithoutExtensions`.
  public init?(
    marker: Bool, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32, ssrc: UInt32, csrc: UInt32? = nil,
    twoByteExtensions: Bool = false, into out: inout MutableRawSpan
  ) {
    guard out.byteCount >= Self.maximumLengthWithoutExtensions else { return nil }
    out.store(u8: csrc == nil ? 0x80 : 0x81, at: 0)
    out.store(u8: (marker ? 0x80 : 0) | (payloadType & 0x7f), at: 1)
    out.store(u16: sequenceNumber, at: 2)
    out.store(u32: timestamp, at: 4)
    out.store(u32: ssrc, at: 8)
    var end = RTPHeader.fixedLength
    if let csrc {
      out.store(u32: csrc, at: end)
      end += 4
    }
    extensionOffset = end
    isTwoByte = twoByteExtensions
    length = end
  }

  /// Adds an element; `false`, and nothing written, when the form or the space cannot hold it.
  public mutating func append(id: UInt8, _ data: RawSpan, into out: inout MutableRawSpan) -> Bool {
    guard let offset = startElement(id: id, length: data.byteCount, into: &out) else { return false }
    out.store(data, at: offset)
    return true
  }

  /// Adds an element of one byte, such as an audio level.
  public mutating func append(id: UInt8, u8 value: UInt8, into out: inout MutableRawSpan) -> Bool {
    guard let offset = startElement(id: id, length: 1, into: &out) else { return false }
    out.store(u8: value, at: offset)
    return true
  }

  /// Adds an element of three bytes, such as an absolute send time.
  public mutating func append(id: UInt8, u24 value: UInt32, into out: inout MutableRawSpan) -> Bool {
    guard let offset = startElement(id: id, length: 3, into: &out) else { return false }
    out.store(u24: value, at: offset)
    return true
  }

  /// Pads the extension to a multiple of four bytes and writes its length; gives the header's length in bytes.
  public mutating func finish(into out: inout MutableRawSpan) -> Int {
    guard length > extensionOffset else { return length }
    while length & 3 != 0 {
      out.store(u8: 0, at: length)
      length += 1
    }
    out.store(u8: out.byte(at: 0) | 0x10, at: 0)
    out.store(u16: isTwoByte ? HeaderExtensions.twoByteProfile : HeaderExtensions.oneByteProfile, at: extensionOffset)
    out.store(u16: UInt16(truncatingIfNeeded: (length - extensionOffset - 4) / 4), at: extensionOffset + 2)
    return length
  }

  /// Writes an element's own header and gives the offset of its data.
  private mutating func startElement(id: UInt8, length dataLength: Int, into out: inout MutableRawSpan) -> Int? {
    let start = length == extensionOffset ? length + 4 : length
    let data = start + (isTwoByte ? 2 : 1)
    let isHeld = isTwoByte ? id != 0 && dataLength <= 255 : (1...14).contains(id) && (1...16).contains(dataLength)
    // Three bytes are kept for `finish` to pad with.
    guard isHeld, data + dataLength + 3 <= out.byteCount else { return nil }
    if isTwoByte {
      out.store(u8: id, at: start)
      out.store(u8: UInt8(truncatingIfNeeded: dataLength), at: start + 1)
    } else {
      out.store(u8: id << 4 | UInt8(truncatingIfNeeded: dataLength - 1), at: start)
    }
    length = data + dataLength
    return data
  }
}

extension MutableRawSpan {
  fileprivate func byte(at offset: Int) -> UInt8 {
    bytes.u8(at: offset)
  }
}
