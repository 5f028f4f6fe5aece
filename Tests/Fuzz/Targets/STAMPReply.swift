import STAMP
import Wire

extension FuzzTarget {
  /// A session-sender and a reflector that lies: each input is an answer, and so is each with the numbers and times of a
  /// packet that was really sent.
  static let stampReply = FuzzTarget("STAMPReply") { input in
    let answer = input.bytes
    let wall = WallTime(seconds: 1_700_000_000)
    for key in [nil, [UInt8](repeating: 0xef, count: 16)] {
      var sender = SessionSender(configuration: .init(ssid: 7, key: key), start: .zero)
      var packet = [UInt8](repeating: 0, count: sender.byteCount)
      for step in 0..<3 {
        let now = MonotonicTime.zero + .milliseconds(20 * step)
        var span = packet.mutableSpan
        var bytes = span.mutableBytes
        _ = sender.poll(
          now: now, wall: wall, errorEstimate: ErrorEstimate(isSynchronized: true, errorNanoseconds: 1), into: &bytes)
        _ = sender.receive(answer, arrived: now)
        guard input.count >= PacketMode.unauthenticated.baseByteCount else { continue }
        // The session, and the sender's own part of the packet, as a reflector echoes them.
        var echoed = Array(input)
        echoed.replaceSubrange(14..<16, with: packet[14..<16])
        echoed.replaceSubrange(24..<36, with: packet[0..<12])
        if case .reply(let reply) = sender.receive(echoed.span.bytes, arrived: now + .milliseconds(1)) {
          precondition(reply.sequence == UInt64(step), "an answer is to the packet it names")
          _ = reply.roundTrip
        }
      }
    }
  }
}
