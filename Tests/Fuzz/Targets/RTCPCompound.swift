import RTP
import Wire

extension FuzzTarget {
  /// A compound or reduced-size RTCP datagram, every packet read as every type, and each of those walked to its end.
  static let rtcpCompound = FuzzTarget("RTCPCompound") { input in
    let datagram = input.bytes
    guard var compound = RTCPCompound(datagram) else { return }
    while let packet = compound.next(in: datagram) {
      _ = (SenderReport(packet, in: datagram), ReceiverReport(packet, in: datagram))
      for index in 0...ReportBlock.maximumCount {
        _ = SenderReport.block(index, of: packet, in: datagram)
        _ = ReceiverReport.block(index, of: packet, in: datagram)
      }
      if let names = SourceDescription(packet, in: datagram) {
        _ = datagram.extracting(names.nameOffset..<names.nameOffset + names.nameLength)
      }
      if let goodbye = Goodbye(packet, in: datagram) {
        for index in 0..<goodbye.count { _ = goodbye.ssrc(index, in: datagram) }
      }
      if let feedback = Feedback(packet, in: datagram) { walk(feedback, in: datagram) }
    }
  }
}

private func walk(_ feedback: Feedback, in datagram: RawSpan) {
  _ = PLI(feedback)
  if var nack = NACK(feedback) {
    while nack.next(in: datagram) != nil {}
  }
  if var transport = TransportFeedback(feedback, in: datagram) {
    while transport.next(in: datagram) != nil {}
  }
  if let request = FIR(feedback) {
    for index in 0..<request.count { _ = request.entry(index, in: datagram) }
  }
  if let estimate = REMB(feedback, in: datagram) {
    for index in 0..<estimate.count { _ = estimate.ssrc(index, in: datagram) }
  }
}
