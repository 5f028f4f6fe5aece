import ICE
import STAMP
import Wire

/// What a trace sends: a STUN Binding request as long as a STAMP test packet, which reflectors take for one. So the last
/// hop answers, too, where a media server or a reflector listens.
struct TraceRequest: Sendable {
  static let byteCount = PacketMode.unauthenticated.baseByteCount
  private static let software = "kakehashi   "

  /// Random, so that nobody can answer what he has not seen.
  let salt: UInt64

  /// The mark stands where STAMP has the first half of a timestamp's fraction, which answers repeat.
  private func transaction(_ tag: UInt32) -> STUNTransactionID {
    STUNTransactionID(high: tag, low: salt)
  }

  func bytes(_ tag: UInt32) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Self.byteCount)
    let software = Array(Self.software.utf8)
    var elements = bytes.mutableSpan
    var output = elements.mutableBytes
    var writer = STUNWriter(.request, transaction(tag), into: &output)
    writer.append(software: software.span.bytes, into: &output)
    writer.appendFingerprint(into: &output)
    return bytes
  }

  /// The mark of the packet that this answers; `nil` for what answers none of ours.
  func tag(ofAnswer datagram: RawSpan) -> UInt32? {
    if let message = STUNMessage(datagram) {
      let isAnswer = message.messageClass == .successResponse || message.messageClass == .errorResponse
      return isAnswer && message.transactionID.low == salt ? message.transactionID.high : nil
    }
    guard let answer = ReflectorPacket(datagram, mode: .unauthenticated) else { return nil }
    let tag = UInt32(truncatingIfNeeded: answer.senderTimestamp.bits)
    let request = bytes(tag)
    let isOurs =
      answer.senderTimestamp.bits == request.span.bytes.u64(at: 4)
      && answer.senderErrorEstimate.bits == request.span.bytes.u16(at: 12)
    return isOurs ? tag : nil
  }
}
