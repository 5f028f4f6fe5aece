import RTP
import Wire

extension FuzzTarget {
  /// A decrypted payload, read as each of the codecs; VP8's descriptor is also written anew.
  static let mediaPayload = FuzzTarget("MediaPayload") { input in
    let payload = input.bytes
    for format in VideoFormat.allCases { _ = format.startsKeyframe(payload) }
    _ = VP9Descriptor(payload)
    _ = Opus.ticks(in: payload)
    if var red = RED(payload) {
      while let block = red.next(in: payload) { _ = payload.extracting(block.offset..<block.offset + block.length) }
    }
    guard let descriptor = VP8Descriptor(payload) else { return }
    var bytes = payload.bytes()
    var span = bytes.mutableSpan
    var packet = span.mutableBytes
    descriptor.rewrite(pictureID: 0x7fff, tl0PicIdx: 255, keyIndex: 31, in: &packet, at: 0)
    _ = descriptor.write(pictureID: 0x7fff, tl0PicIdx: 255, keyIndex: 31, into: &packet, at: 0)
  }
}
