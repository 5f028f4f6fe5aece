import SRTP
import Wire

extension FuzzTarget {
  /// A datagram before and after authentication, in every profile: as it came it is refused, protected with the right
  /// key it comes back as it was.
  static let srtpReceiver = FuzzTarget("SRTPReceiver") { input in
    let datagram = input.bytes
    for profile in SRTPProfile.allCases {
      guard
        let master = SRTPMasterKey(
          profile: profile, key: [UInt8](repeating: 1, count: profile.masterKeyByteCount),
          salt: [UInt8](repeating: 2, count: profile.masterSaltByteCount))
      else { preconditionFailure("the lengths are the profile's") }
      var receiver = SRTPReceiver(master)
      var sender = SRTPSender(master)
      var protected = [UInt8](repeating: 0, count: 1_500)
      var protectedSpan = protected.mutableSpan
      var wire = protectedSpan.mutableBytes
      var clear = [UInt8](repeating: 0, count: 1_472)
      var clearSpan = clear.mutableSpan
      var output = clearSpan.mutableBytes

      _ = receiver.unprotect(datagram, into: &output)
      if case .done(let byteCount) = sender.protect(datagram, payload: datagram.extracting(first: 0), into: &wire),
        case .done(let count) = receiver.unprotect(wire.bytes.extracting(0..<byteCount), into: &output)
      {
        precondition(areEqual(output.bytes.extracting(0..<count), datagram), "a packet comes back as it was")
      }
      _ = receiver.unprotectRTCP(datagram, into: &output)
      if case .done(let byteCount) = sender.protectRTCP(datagram, into: &wire),
        case .done(let count) = receiver.unprotectRTCP(wire.bytes.extracting(0..<byteCount), into: &output)
      {
        precondition(areEqual(output.bytes.extracting(0..<count), datagram), "a report comes back as it was")
      }
    }
  }
}

private func areEqual(_ one: RawSpan, _ other: RawSpan) -> Bool {
  one.bytes() == other.bytes()
}
