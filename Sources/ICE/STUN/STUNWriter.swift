import Cipher
import Wire

/// Writes one Binding message attribute by attribute into a span that must be long enough, without allocation.
///
/// Integrity comes after what it protects, the fingerprint last.
public struct STUNWriter: Sendable, BitwiseCopyable {
  /// Length of the message so far; its header says the same at every moment.
  public private(set) var byteCount = STUNMessage.headerByteCount

  @_lifetime(output: copy output)
  public init(_ messageClass: STUNMessage.Class, _ transactionID: STUNTransactionID, into output: inout MutableRawSpan)
  {
    let bits = UInt16(messageClass.rawValue)
    output.store(u16: (bits & 2) << 7 | (bits & 1) << 4 | STUNMessage.binding, at: 0)
    output.store(u16: 0, at: 2)
    output.store(u32: STUNAttribute.magicCookie, at: 4)
    output.store(u32: transactionID.high, at: 8)
    output.store(u64: transactionID.low, at: 12)
  }

  /// USERNAME: the receiver's fragment, a colon, the sender's.
  @_lifetime(output: copy output)
  public mutating func append(username: RawSpan, into output: inout MutableRawSpan) {
    let value = begin(STUNAttribute.username, length: username.byteCount, into: &output)
    output.store(username, at: value)
  }

  /// SOFTWARE, whose length is a multiple of four: nothing but a name.
  @_lifetime(output: copy output)
  public mutating func append(software: RawSpan, into output: inout MutableRawSpan) {
    let value = begin(STUNAttribute.software, length: software.byteCount, into: &output)
    output.store(software, at: value)
  }

  @_lifetime(output: copy output)
  public mutating func append(priority: UInt32, into output: inout MutableRawSpan) {
    let value = begin(STUNAttribute.priority, length: 4, into: &output)
    output.store(u32: priority, at: value)
  }

  @_lifetime(output: copy output)
  public mutating func append(controlling tieBreaker: UInt64, into output: inout MutableRawSpan) {
    let value = begin(STUNAttribute.iceControlling, length: 8, into: &output)
    output.store(u64: tieBreaker, at: value)
  }

  @_lifetime(output: copy output)
  public mutating func appendUseCandidate(into output: inout MutableRawSpan) {
    _ = begin(STUNAttribute.useCandidate, length: 0, into: &output)
  }

  /// XOR-MAPPED-ADDRESS of a message with this transaction.
  @_lifetime(output: copy output)
  public mutating func append(
    mappedAddress endpoint: Endpoint, of transactionID: STUNTransactionID, into output: inout MutableRawSpan
  ) {
    let v4 = endpoint.address.v4
    let value = begin(STUNAttribute.xorMappedAddress, length: v4 == nil ? 20 : 8, into: &output)
    output.store(u16: v4 == nil ? 2 : 1, at: value)
    output.store(u16: endpoint.port ^ UInt16(STUNAttribute.magicCookie >> 16), at: value + 2)
    if let v4 {
      output.store(u32: v4 ^ STUNAttribute.magicCookie, at: value + 4)
    } else {
      let mask = transactionID.addressMask
      output.store(u64: endpoint.address.high ^ mask.high, at: value + 4)
      output.store(u64: endpoint.address.low ^ mask.low, at: value + 12)
    }
  }

  /// ERROR-CODE without a reason phrase: it is meant for people and none reads it.
  @_lifetime(output: copy output)
  public mutating func append(errorCode: Int, into output: inout MutableRawSpan) {
    let value = begin(STUNAttribute.errorCode, length: 4, into: &output)
    output.store(u32: UInt32(errorCode / 100) << 8 | UInt32(errorCode % 100), at: value)
  }

  @_lifetime(output: copy output)
  public mutating func append(
    unknownAttributes types: InlineArray<4, UInt16>, count: Int, into output: inout MutableRawSpan
  ) {
    let value = begin(STUNAttribute.unknownAttributes, length: count * 2, into: &output)
    for index in 0..<count { output.store(u16: types[index], at: value + 2 * index) }
  }

  /// MESSAGE-INTEGRITY under the password that keys `key`.
  @_lifetime(output: copy output)
  public mutating func appendIntegrity(_ key: HMACSHA1, into output: inout MutableRawSpan) {
    let covered = byteCount
    let value = begin(STUNAttribute.messageIntegrity, length: STUNAttribute.integrityByteCount, into: &output)
    let code = key.code(for: output.bytes.extracting(0..<covered))
    output.store(code.span.bytes, at: value)
  }

  @_lifetime(output: copy output)
  public mutating func appendFingerprint(into output: inout MutableRawSpan) {
    let covered = byteCount
    let value = begin(STUNAttribute.fingerprint, length: 4, into: &output)
    let checksum = CRC32.checksum(of: output.bytes.extracting(0..<covered))
    output.store(u32: checksum ^ STUNAttribute.fingerprintMask, at: value)
  }

  /// Writes an attribute's header, its padding and the message's new length; returns where the value goes.
  @_lifetime(output: copy output)
  private mutating func begin(_ type: UInt16, length: Int, into output: inout MutableRawSpan) -> Int {
    let value = byteCount + 4
    let padded = (length + 3) & ~3
    if padded > length { output.store(u32: 0, at: value + padded - 4) }
    output.store(u16: type, at: byteCount)
    output.store(u16: UInt16(length), at: byteCount + 2)
    byteCount = value + padded
    output.store(u16: UInt16(byteCount - STUNMessage.headerByteCount), at: 2)
    return value
  }
}
