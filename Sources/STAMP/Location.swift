import Wire

/// The value of the Location TLV (RFC 8972 section 4.2): from where and where to a packet was when it reached the
/// reflector, which differs from what its sender wrote where addresses are translated on the way.
///
///     | destination port (16) | source port (16) | sub-TLVs: address of a kind that is asked for ~
enum Location {
  static let portsByteCount = 4
  static let addressByteCount = 16
  /// Of a value that asks for the ports and the source address.
  static let requestByteCount = portsByteCount + TLV.headerByteCount + addressByteCount

  /// Types of sub-TLVs. A request names none of the families; the answer has the family's type.
  enum Kind {
    static let sourceMAC: UInt8 = 1
    static let sourceEUI64: UInt8 = 3
    static let destinationAddress: UInt8 = 4
    static let destinationV4: UInt8 = 5
    static let destinationV6: UInt8 = 6
    static let sourceAddress: UInt8 = 7
    static let sourceV4: UInt8 = 8
    static let sourceV6: UInt8 = 9
  }

  static let macByteCount = 8

  /// Writes a sender's question into the empty value of `tlv`.
  @_lifetime(packet: copy packet)
  static func ask(_ tlv: TLV, in packet: inout MutableRawSpan) {
    TLV(
      flags: .unrecognized, type: Kind.sourceAddress, offset: tlv.value.lowerBound + portsByteCount,
      length: addressByteCount
    ).write(into: &packet)
  }

  /// Whether its ports and its sub-TLVs fit into it.
  static func isWellFormed(_ tlv: TLV, in packet: RawSpan) -> Bool {
    guard tlv.length >= portsByteCount else { return false }
    var reader = TLVReader(from: tlv.value.lowerBound + portsByteCount)
    let value = packet.extracting(0..<tlv.end)
    do {
      while try reader.next(in: value) != nil {}
      return true
    } catch {
      return false
    }
  }

  /// Answers in place; `false` when a sub-TLV has a length that its type cannot have, and was marked so: nothing more is
  /// to be processed.
  /// - Parameter isTold: otherwise what is known stays unsaid, as zeros.
  @_lifetime(packet: copy packet)
  static func answer(
    _ tlv: TLV, in packet: inout MutableRawSpan, source: Endpoint, destination: Endpoint, isTold: Bool
  ) -> Bool {
    packet.store(u16: isTold ? destination.port : 0, at: tlv.value.lowerBound)
    packet.store(u16: isTold ? source.port : 0, at: tlv.value.lowerBound + 2)
    var reader = TLVReader(from: tlv.value.lowerBound + portsByteCount)
    while let part = try? reader.next(in: packet.bytes.extracting(0..<tlv.end)) {
      let address: IPAddress?
      let type: UInt8
      switch part.type {
      case Kind.sourceMAC:
        // A UDP socket does not see it: section 4.2.2 then wants an EUI-64 of zeros.
        (type, address) = (Kind.sourceEUI64, nil)
      case Kind.destinationAddress:
        (type, address) = (
          destination.address.isV4 ? Kind.destinationV4 : Kind.destinationV6, destination.address
        )
      case Kind.sourceAddress:
        (type, address) = (source.address.isV4 ? Kind.sourceV4 : Kind.sourceV6, source.address)
      default:
        packet.store(u8: TLV.Flags.unrecognized.rawValue, at: part.offset)
        continue
      }
      guard part.length == (part.type == Kind.sourceMAC ? macByteCount : addressByteCount) else {
        packet.store(u8: TLV.Flags.malformed.rawValue, at: part.offset)
        return false
      }
      TLV(flags: [], type: type, offset: part.offset, length: part.length).write(into: &packet)
      if let address, isTold { store(address, in: &packet, at: part.value.lowerBound) }
    }
    return true
  }

  /// Where our packet came from as the reflector saw it; `nil` when it did not say.
  static func source(_ tlv: TLV, in packet: RawSpan) -> Endpoint? {
    guard isWellFormed(tlv, in: packet) else { return nil }
    let port = packet.u16(at: tlv.value.lowerBound + 2)
    var reader = TLVReader(from: tlv.value.lowerBound + portsByteCount)
    while let part = try? reader.next(in: packet.extracting(0..<tlv.end)) {
      guard part.flags.isEmpty, part.length == addressByteCount, port > 0 else { continue }
      let offset = part.value.lowerBound
      switch part.type {
      case Kind.sourceV4: return Endpoint(address: IPAddress(v4: packet.u32(at: offset)), port: port)
      case Kind.sourceV6:
        return Endpoint(
          address: IPAddress(high: packet.u64(at: offset), low: packet.u64(at: offset + 8)), port: port)
      default: continue
      }
    }
    return nil
  }

  @_lifetime(packet: copy packet)
  private static func store(_ address: IPAddress, in packet: inout MutableRawSpan, at offset: Int) {
    if let v4 = address.v4 {
      packet.store(u32: v4, at: offset)
    } else {
      packet.store(u64: address.high, at: offset)
      packet.store(u64: address.low, at: offset + 8)
    }
  }
}
