import Cipher
import ICE
import Wire

extension FuzzTarget {
  /// Attributes from somebody who knows the password: a header is put before them, integrity and fingerprint behind.
  static let iceCheck = FuzzTarget("ICECheck") { input in
    let attributes = input.prefix(1_200)
    var message: [UInt8] = [0x00, 0x01, 0, 0, 0x21, 0x12, 0xa4, 0x42] + (0..<12)
    message += [0x00, 0x06, 0x00, 0x09] + Array("evtj:h6vY".utf8) + [0, 0, 0]
    message += attributes.prefix(attributes.count & ~3)
    setLength(of: &message, plus: 24)
    let code = RFC5769.key.code(for: message.span.bytes)
    message += [0x00, 0x08, 0x00, 0x14]
    for index in code.indices { message.append(code[index]) }
    setLength(of: &message, plus: 8)
    let checksum = CRC32.checksum(of: message.span.bytes) ^ 0x5354_554e
    message += [0x80, 0x28, 0x00, 0x04]
    message.append(u32: checksum)
    receiveCheck(message.span.bytes)
  }
}

private func setLength(of message: inout [UInt8], plus further: Int) {
  message[2] = UInt8((message.count - 20 + further) >> 8)
  message[3] = UInt8((message.count - 20 + further) & 255)
}
