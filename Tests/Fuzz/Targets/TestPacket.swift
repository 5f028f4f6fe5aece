import Cipher
import STAMP
import Wire

extension FuzzTarget {
  /// A STAMP datagram, read as either side's packet in both modes, and answered by a reflector that has a key: as it is,
  /// and sealed, so that what stands behind the HMAC is reached. No answer is longer than its request or a base packet.
  static let testPacket = FuzzTarget("TestPacket") { input in
    let packet = input.bytes
    for mode in PacketMode.allCases {
      let now = WallTime(seconds: 1_700_000_000)
      if let sent = SenderPacket(packet, mode: mode) {
        _ = sent.timestamp.wallTime(format: sent.errorEstimate.format, near: now)
      }
      if let reflected = ReflectorPacket(packet, mode: mode) {
        _ = reflected.receiveTimestamp.wallTime(format: reflected.errorEstimate.format, near: now)
        _ = reflected.errorEstimate.nanoseconds
      }
      var reader = TLVReader(mode: mode)
      while let tlv = try? reader.next(in: packet) { _ = packet.extracting(tlv.value) }
      reflect(packet, mode: mode, at: now)
      guard mode == .authenticated, input.count >= mode.baseByteCount else { continue }
      var sealed = Array(input)
      var span = sealed.mutableSpan
      var bytes = span.mutableBytes
      HMACSHA256(key: secret.span.bytes).sealBase(of: &bytes)
      reflect(bytes.bytes, mode: mode, at: now)
    }
  }
}

private let secret = [UInt8](repeating: 0xef, count: 16)

private func reflect(_ packet: RawSpan, mode: PacketMode, at now: WallTime) {
  guard let sender = Endpoint("192.0.2.1:10000"), let receiver = Endpoint("192.0.2.2:862") else { return }
  var reflector = SessionReflector(
    configuration: .init(mode: mode, keys: SessionKeys(fallback: secret), sessionCapacity: 4))
  var bytes = [UInt8](repeating: 0, count: 2_048)
  var span = bytes.mutableSpan
  var response = span.mutableBytes
  let outcome = reflector.reflect(
    packet,
    SessionReflector.Arrival(
      source: sender, destination: receiver, now: .zero, received: now, transmitted: now,
      errorEstimate: ErrorEstimate(isSynchronized: true, errorNanoseconds: 1_000), hopLimit: 64, trafficClass: 0),
    into: &response)
  if case .answered(let byteCount, _, _) = outcome {
    precondition(byteCount == max(packet.byteCount, mode.baseByteCount), "an answer is as long as its request")
  }
}
