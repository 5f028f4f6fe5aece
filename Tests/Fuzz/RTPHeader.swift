import RTP
import Wire

/// A whole RTP packet as it comes off the wire: header, extension elements, audio level, payload, padding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let packet = UnsafeRawBufferPointer(start: start, count: count).bytes
  _ = RTPHeader.isRTCP(packet)
  guard let header = RTPHeader(packet) else { return 0 }
  for index in 0..<header.csrcCount { _ = header.csrc(index, in: packet) }
  var elements = HeaderExtensions(header)
  while let element = elements.next(in: packet) {
    _ = packet.extracting(element.offset..<element.offset + element.length)
    _ = AudioLevel(id: element.id, header: header, packet: packet)
  }
  if let payload = header.payload(in: packet) {
    _ = RTX.originalSequenceNumber(payload)
    _ = Opus.ticks(in: payload)
  }
  return 0
}
