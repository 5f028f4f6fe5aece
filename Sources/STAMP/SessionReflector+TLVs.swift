import Cipher
import Wire

extension SessionReflector {
  /// What a request's TLVs say of how it is to be answered.
  struct Wishes: BitwiseCopyable {
    var dscp: UInt8
    /// The session wants to be told when the answer left.
    var followUp = false
  }

  /// Marks and fills the TLVs in place. Returns the HMAC TLV when it is to be sealed anew.
  @_lifetime(packet: copy packet)
  func answerTLVs(
    _ packet: inout MutableRawSpan, byteCount: Int, key: HMACSHA256?, counter: UInt32?,
    session: SessionID, arrival: Arrival, wishes: inout Wishes
  ) -> TLV? {
    let mode = configuration.mode
    let report = TLVReport(of: packet.bytes.extracting(0..<byteCount), mode: mode, key: key)
    var reader = TLVReader(mode: mode)
    // The walk ends without an error at the TLV at which the report's did.
    while let tlv = try? reader.next(in: packet.bytes.extracting(0..<byteCount)) {
      let flags =
        report.integrity == .failed
        ? tlv.flags.union(.integrityFailed) : answer(tlv, in: &packet, counter, session, arrival, &wishes)
      packet.store(u8: flags.rawValue, at: tlv.offset)
      if flags == .malformed { return nil }
    }
    if let offset = report.malformedOffset {
      packet.store(u8: packet.bytes.u8(at: offset) | TLV.Flags.malformed.rawValue, at: offset)
    }
    return report.integrity == .verified ? report.hmac : nil
  }

  /// Fills in what one TLV asks for; its flags for the answer.
  @_lifetime(packet: copy packet)
  private func answer(
    _ tlv: TLV, in packet: inout MutableRawSpan, _ counter: UInt32?, _ session: SessionID, _ arrival: Arrival,
    _ wishes: inout Wishes
  ) -> TLV.Flags {
    switch tlv.type {
    case TLV.Kind.extraPadding, TLV.Kind.hmac: return []
    case TLV.Kind.location:
      guard Location.isWellFormed(tlv, in: packet.bytes) else { return .malformed }
      let isRight = Location.answer(
        tlv, in: &packet, source: arrival.source, destination: arrival.destination,
        isTold: configuration.tellsLocation)
      return isRight ? [] : .malformed
    case TLV.Kind.timestampInformation:
      guard tlv.length == TimestampInformation.byteCount else { return .malformed }
      // What disciplines a kernel's clock is NTP as far as the kernel knows; its timestamps are software's.
      let source =
        arrival.errorEstimate.isSynchronized ? TimestampInformation.Source.ntp : TimestampInformation.Source.freeRunning
      TimestampInformation(source: source, method: TimestampInformation.Method.software)
        .write(into: &packet, at: tlv.value.lowerBound)
      return []
    case TLV.Kind.classOfService:
      guard tlv.length == ClassOfService.byteCount else { return .malformed }
      wishes.dscp = answer(classOfService: tlv, in: &packet, arrival)
      return []
    case TLV.Kind.directMeasurement:
      guard let counter else { return .unrecognized }
      guard tlv.length == DirectMeasurement.byteCount else { return .malformed }
      Self.answer(directMeasurement: tlv, in: &packet, counter)
      return []
    case TLV.Kind.followUpTelemetry:
      guard tlv.length == FollowUpTelemetry.byteCount else {
        zero(&packet, tlv.value.lowerBound..<min(tlv.end, tlv.value.lowerBound + FollowUpTelemetry.toldByteCount))
        return .malformed
      }
      followUp(before: counter, in: session, arrival.errorEstimate.format).write(
        into: &packet, at: tlv.value.lowerBound)
      wishes.followUp = true
      return []
    default: return .unrecognized
    }
  }

  /// Tells the sender how its packet was marked; gives the marking for the answer: what the sender wants where our
  /// policy permits it, else the request's.
  @_lifetime(packet: copy packet)
  private func answer(classOfService tlv: TLV, in packet: inout MutableRawSpan, _ arrival: Arrival) -> UInt8 {
    var value = ClassOfService(bits: packet.bytes.u32(at: tlv.value.lowerBound))
    value.arrivedDSCP = arrival.trafficClass >> 2
    value.arrivedECN = arrival.trafficClass & 3
    let isPermitted = configuration.permittedDSCPs.contains(value.requestedDSCP)
    value.reversePath = isPermitted ? 0 : 1
    packet.store(u32: value.bits, at: tlv.value.lowerBound)
    return isPermitted ? value.requestedDSCP : value.arrivedDSCP
  }

  @_lifetime(packet: copy packet)
  private static func answer(directMeasurement tlv: TLV, in packet: inout MutableRawSpan, _ counter: UInt32) {
    var value = DirectMeasurement(packet.bytes, at: tlv.value.lowerBound)
    value.reflectorReceived = counter &+ 1
    value.reflectorTransmitted = counter
    value.write(into: &packet, at: tlv.value.lowerBound)
  }
}
