import RTP
import Wire

extension FuzzTarget {
  /// A whole RTP packet as it comes off the wire: header, extension elements and what they may be, payload, padding.
  static let rtpHeader = FuzzTarget("RTPHeader") { input in
    let packet = input.bytes
    _ = RTPHeader.isRTCP(packet)
    guard let header = RTPHeader(packet) else { return }
    for index in 0..<header.csrcCount { _ = header.csrc(index, in: packet) }
    var elements = HeaderExtensions(header)
    while let element = elements.next(in: packet) {
      let data = packet.extracting(element.offset..<element.offset + element.length)
      if let time = AbsoluteCaptureTime(data) { _ = time.bytes }
      if DependencyDescriptor(data) != nil {
        var bytes = data.bytes()
        var span = bytes.mutableSpan
        var descriptor = span.mutableBytes
        DependencyDescriptor.rewrite(frameNumber: 0xffff, in: &descriptor, at: 0)
      }
      _ = AudioLevel(id: element.id, header: header, packet: packet)
    }
    if let payload = header.payload(in: packet) {
      _ = RTX.originalSequenceNumber(payload)
      _ = Opus.ticks(in: payload)
    }
  }
}
