import Cipher
import Wire

@testable import STAMP

/// Spans do not pass through test expectations; arrays do.
extension SenderPacket {
  init?(_ packet: [UInt8], mode: PacketMode) {
    self.init(packet.span.bytes, mode: mode)
  }
}

extension ReflectorPacket {
  init?(_ packet: [UInt8], mode: PacketMode) {
    self.init(packet.span.bytes, mode: mode)
  }
}

extension DirectMeasurement {
  init(_ packet: [UInt8], at offset: Int) {
    self.init(packet.span.bytes, at: offset)
  }
}

extension TimestampInformation {
  init(_ packet: [UInt8], at offset: Int) {
    self.init(packet.span.bytes, at: offset)
  }
}

extension FollowUpTelemetry {
  init(_ packet: [UInt8], at offset: Int) {
    self.init(packet.span.bytes, at: offset)
  }
}

extension Location {
  static func isWellFormed(_ tlv: TLV, in packet: [UInt8]) -> Bool {
    isWellFormed(tlv, in: packet.span.bytes)
  }
}

extension HMACSHA256 {
  func authenticatesBase(of packet: [UInt8]) -> Bool {
    authenticatesBase(of: packet.span.bytes)
  }

  func authenticates(_ tlv: TLV, of packet: [UInt8], mode: PacketMode) -> Bool {
    authenticates(tlv, of: packet.span.bytes, mode: mode)
  }
}

extension TLV {
  /// All TLVs of a packet.
  static func all(in packet: [UInt8], mode: PacketMode = .unauthenticated) throws(TLVError) -> [TLV] {
    var reader = TLVReader(mode: mode)
    var found: [TLV] = []
    while let tlv = try reader.next(in: packet.span.bytes) { found.append(tlv) }
    return found
  }
}

extension [UInt8] {
  /// Lets `body` write into these bytes.
  mutating func write<Result>(_ body: (inout MutableRawSpan) -> Result) -> Result {
    var span = mutableSpan
    var bytes = span.mutableBytes
    return body(&bytes)
  }
}
