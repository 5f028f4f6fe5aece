import Wire

/// What is read of a DNS answer (RFC 1035 section 4.1): whose question it answers, and how.
struct DNSMessage: Sendable, Equatable {
  let id: UInt16
  /// 0 is no error.
  let responseCode: UInt8
  /// Records of the type that was asked for: a CNAME alone leads to no address.
  let answerCount: Int
  /// TC: the answer did not fit.
  let isTruncated: Bool

  static let headerByteCount = 12
  /// NXDOMAIN.
  static let nameError: UInt8 = 3
  /// A, AAAA.
  static let address: UInt16 = 1
  static let address6: UInt16 = 28

  /// `nil` for what is no response to exactly this question: the header's flags, and the question as it was asked, whose
  /// letters may come back in the other case.
  init?(_ datagram: RawSpan, answering question: [UInt8]) {
    guard datagram.byteCount >= Self.headerByteCount + question.count else { return nil }
    let flags = datagram.u16(at: 2)
    // QR set, and a standard query.
    guard flags & 0xf800 == 0x8000, datagram.u16(at: 4) == 1 else { return nil }
    for (offset, byte) in question.enumerated() {
      guard Self.lowercase(datagram.u8(at: Self.headerByteCount + offset)) == Self.lowercase(byte) else { return nil }
    }
    id = datagram.u16(at: 0)
    responseCode = UInt8(truncatingIfNeeded: flags & 0xf)
    answerCount = Self.answers(in: datagram, from: Self.headerByteCount + question.count)
    isTruncated = flags & 0x0200 != 0
  }

  /// Counts the answers of the question's type (RFC 1035 section 4.1.3) up to the first that is cut short.
  private static func answers(in datagram: RawSpan, from start: Int) -> Int {
    let type = datagram.u16(at: start - 4)
    var count = 0
    var offset = start
    for _ in 0..<datagram.u16(at: 6) {
      guard let fields = endOfName(in: datagram, from: offset), fields + 10 <= datagram.byteCount else { break }
      offset = fields + 10 + Int(datagram.u16(at: fields + 8))
      guard offset <= datagram.byteCount else { break }
      if datagram.u16(at: fields) == type { count += 1 }
    }
    return count
  }

  /// Behind the labels, or the pointer that stands for the rest of them (section 4.1.4).
  private static func endOfName(in datagram: RawSpan, from start: Int) -> Int? {
    var offset = start
    while offset < datagram.byteCount {
      let length = datagram.u8(at: offset)
      if length >= 0xc0 { return offset + 2 }
      if length == 0 { return offset + 1 }
      offset += 1 + Int(length)
    }
    return nil
  }

  private static func lowercase(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// The question for a name; `nil` for what is no host name (RFC 1035 section 2.3.4).
  static func question(_ name: String, type: UInt16) -> [UInt8]? {
    var bytes: [UInt8] = []
    let labels = (name.hasSuffix(".") ? String(name.dropLast()) : name).split(
      separator: ".", omittingEmptySubsequences: false)
    for label in labels {
      guard (1...63).contains(label.utf8.count), label.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
      bytes.append(UInt8(label.utf8.count))
      bytes += label.utf8
    }
    bytes.append(0)
    guard bytes.count <= 255 else { return nil }
    bytes.append(u16: type)
    bytes.append(u16: 1)
    return bytes
  }

  /// A query that asks for recursion.
  static func query(id: UInt16, question: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(u16: id)
    bytes.append(u16: 0x0100)
    bytes.append(u16: 1)
    bytes += [0, 0, 0, 0, 0, 0]
    return bytes + question
  }

  /// RFC 1035 section 4.1.1, RFC 2136 section 2.2.
  static func name(ofResponseCode code: UInt8) -> String {
    switch code {
    case 0: "NOERROR"
    case 1: "FORMERR"
    case 2: "SERVFAIL"
    case nameError: "NXDOMAIN"
    case 4: "NOTIMP"
    case 5: "REFUSED"
    default: "code \(code)"
    }
  }
}
