import Transport

/// One of a Worker's sockets and what waits to leave by it.
struct MediaSocket: ~Copyable {
  var socket: UDPSocket
  var sends = SendBatch(datagrams: capacity, bytes: capacity * 1_536)

  /// A batch never runs out of bytes before it runs out of datagrams, since none is larger than a frame.
  private static let capacity = 2_048

  var isFull: Bool { sends.count == Self.capacity }

  mutating func flush() -> SendSummary { socket.flush(&sends) }
}
