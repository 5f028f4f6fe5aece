import STAMP
import Wire

/// A STAMP datagram, read as either side's packet in both modes, and answered by a reflector that has a key.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let packet = UnsafeRawBufferPointer(start: start, count: count).bytes
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
  }
  return 0
}

private func reflect(_ packet: RawSpan, mode: PacketMode, at now: WallTime) {
  guard let sender = Endpoint("192.0.2.1:10000"), let receiver = Endpoint("192.0.2.2:862") else { return }
  let keys = SessionKeys(fallback: [UInt8](repeating: 0xef, count: 16))
  var reflector = SessionReflector(configuration: .init(mode: mode, keys: keys, sessionCapacity: 4))
  var bytes = [UInt8](repeating: 0, count: 2_048)
  var span = bytes.mutableSpan
  var response = span.mutableBytes
  _ = reflector.reflect(
    packet,
    SessionReflector.Arrival(
      source: sender, destination: receiver, now: .zero, received: now, transmitted: now,
      errorEstimate: ErrorEstimate(isSynchronized: true, errorNanoseconds: 1_000), hopLimit: 64, trafficClass: 0),
    into: &response)
}
