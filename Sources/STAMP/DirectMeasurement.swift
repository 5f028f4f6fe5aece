import Wire

/// The value of the Direct Measurement TLV (RFC 8972 section 4.5): both ends' own counts of the session's packets.
@frozen public struct DirectMeasurement: Sendable, Equatable, BitwiseCopyable {
  public static let byteCount = 12

  /// Packets the sender has sent, this one included.
  public var senderTransmitted: UInt32
  /// Packets the reflector has received, this one included.
  public var reflectorReceived: UInt32
  /// Answers the reflector had sent before this one.
  public var reflectorTransmitted: UInt32

  public init(senderTransmitted: UInt32, reflectorReceived: UInt32 = 0, reflectorTransmitted: UInt32 = 0) {
    self.senderTransmitted = senderTransmitted
    self.reflectorReceived = reflectorReceived
    self.reflectorTransmitted = reflectorTransmitted
  }

  init(_ packet: RawSpan, at offset: Int) {
    senderTransmitted = packet.u32(at: offset)
    reflectorReceived = packet.u32(at: offset + 4)
    reflectorTransmitted = packet.u32(at: offset + 8)
  }

  @_lifetime(packet: copy packet)
  func write(into packet: inout MutableRawSpan, at offset: Int) {
    packet.store(u32: senderTransmitted, at: offset)
    packet.store(u32: reflectorReceived, at: offset + 4)
    packet.store(u32: reflectorTransmitted, at: offset + 8)
  }
}
