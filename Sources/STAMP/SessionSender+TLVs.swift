import Cipher
import Wire

extension SessionSender {
  /// Writes the packet with all that it asks the reflector for.
  @_lifetime(packet: copy packet)
  mutating func write(_ sender: SenderPacket, into packet: inout MutableRawSpan) {
    let mode = configuration.mode
    sender.write(into: &packet, mode: mode)
    var end = mode.baseByteCount
    let service = append(TLV.Kind.classOfService, ClassOfService.byteCount, at: &end, of: &packet)
    packet.store(u32: ClassOfService(requestedDSCP: configuration.dscp).bits, at: service.value.lowerBound)
    let direct = append(TLV.Kind.directMeasurement, DirectMeasurement.byteCount, at: &end, of: &packet)
    DirectMeasurement(senderTransmitted: sender.sequenceNumber &+ 1)
      .write(into: &packet, at: direct.value.lowerBound)
    if asksForView {
      _ = append(TLV.Kind.timestampInformation, TimestampInformation.byteCount, at: &end, of: &packet)
      Location.ask(append(TLV.Kind.location, Location.requestByteCount, at: &end, of: &packet), in: &packet)
    }
    if asksForDepartures {
      _ = append(TLV.Kind.followUpTelemetry, FollowUpTelemetry.byteCount, at: &end, of: &packet)
    }
    if let key {
      let hmac = append(TLV.Kind.hmac, PacketMode.authenticationByteCount, at: &end, of: &packet)
      key.seal(hmac, of: &packet, mode: mode)
    }
    if end < packetBytes {
      let extra = append(TLV.Kind.extraPadding, packetBytes - end - TLV.headerByteCount, at: &end, of: &packet)
      if configuration.paddingSeed != nil { fill(extra.value, of: &packet) }
    }
    if let key, mode == .authenticated { key.sealBase(of: &packet) }
  }

  /// A sender's TLV with an empty value, where the packet ends so far.
  @_lifetime(packet: copy packet)
  private func append(_ type: UInt8, _ length: Int, at end: inout Int, of packet: inout MutableRawSpan) -> TLV {
    let tlv = TLV(flags: .unrecognized, type: type, offset: end, length: length)
    tlv.write(into: &packet)
    end = tlv.end
    return tlv
  }

  @_lifetime(packet: copy packet)
  private mutating func fill(_ range: Range<Int>, of packet: inout MutableRawSpan) {
    var offset = range.lowerBound
    while offset + 8 <= range.upperBound {
      packet.store(u64: padding.next(), at: offset)
      offset += 8
    }
    var rest = padding.next()
    while offset < range.upperBound {
      packet.store(u8: UInt8(truncatingIfNeeded: rest), at: offset)
      rest >>= 8
      offset += 1
    }
  }

  /// What the reflector answered to what it was asked for.
  struct Answer: BitwiseCopyable {
    var dscp: UInt8?
    var isCounting = false
    var view = View()
    var followUp: FollowUpTelemetry?
  }

  /// Nothing at all where the TLVs' integrity is in doubt (RFC 8972 section 4).
  func readTLVs(of packet: RawSpan) -> Answer {
    let mode = configuration.mode
    guard TLVReport(of: packet, mode: mode, key: key).integrity != .failed else { return Answer() }
    var answer = Answer()
    var reader = TLVReader(mode: mode)
    while let tlv = try? reader.next(in: packet), !tlv.flags.contains(.malformed) {
      if tlv.flags.contains(.integrityFailed) { return Answer() }
      guard !tlv.flags.contains(.unrecognized) else { continue }
      switch (tlv.type, tlv.length) {
      case (TLV.Kind.classOfService, ClassOfService.byteCount):
        answer.dscp = ClassOfService(bits: packet.u32(at: tlv.value.lowerBound)).arrivedDSCP
      case (TLV.Kind.directMeasurement, DirectMeasurement.byteCount):
        // A reflector that echoes TLVs without knowing them leaves this 0.
        answer.isCounting = DirectMeasurement(packet, at: tlv.value.lowerBound).reflectorReceived > 0
      case (TLV.Kind.timestampInformation, TimestampInformation.byteCount):
        let information = TimestampInformation(packet, at: tlv.value.lowerBound)
        if information.sourceIn > 0 { answer.view.timestamps = information }
      case (TLV.Kind.followUpTelemetry, FollowUpTelemetry.byteCount):
        let followUp = FollowUpTelemetry(packet, at: tlv.value.lowerBound)
        if followUp.isKnown { answer.followUp = followUp }
      case (TLV.Kind.location, _):
        answer.view.source = Location.source(tlv, in: packet)
      default: break
      }
    }
    return answer
  }
}
