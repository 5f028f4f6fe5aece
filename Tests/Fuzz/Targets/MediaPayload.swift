import RTP
import Wire

extension FuzzTarget {
  /// A decrypted payload, read as each of the codecs; what is rewritten for a receiver is also written.
  static let mediaPayload = FuzzTarget("MediaPayload") { input in
    let payload = input.bytes
    for format in VideoFormat.allCases { _ = format.startsKeyframe(payload) }
    _ = Opus.ticks(in: payload)
    if var red = RED(payload) {
      while let block = red.next(in: payload) { _ = payload.extracting(block.offset..<block.offset + block.length) }
    }
    var bytes = payload.bytes()
    var span = bytes.mutableSpan
    var packet = span.mutableBytes
    for reach: UInt16 in [0, 960, 0x3fff] {
      if let headers = RED.writeHeaders(of: payload, reach: reach, payloadType: 127, into: &packet, at: 0) {
        _ = payload.extracting(headers.dataOffset..<payload.byteCount)
      }
    }
    if let descriptor = VP9Descriptor(payload) {
      _ = payload.extracting(descriptor.prefixLength..<payload.byteCount)
      _ = descriptor.writePrefix(pictureID: 0x7fff, tl0PicIdx: 255, into: &packet, at: 0)
    }
    if let descriptor = VP8Descriptor(payload) {
      _ = payload.extracting(descriptor.length..<payload.byteCount)
      _ = descriptor.write(pictureID: 0x7fff, tl0PicIdx: 255, keyIndex: 31, into: &packet, at: 0)
    }
  }
}
