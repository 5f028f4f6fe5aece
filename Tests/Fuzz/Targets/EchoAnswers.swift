import Wire

@testable import Probes

extension FuzzTarget {
  /// What a name server, a media server and a router answer to a probe's requests.
  static let echoAnswers = FuzzTarget("EchoAnswers") { input in
    let datagram = input.bytes
    let salt: UInt64 = 0x0102_0304_0506_0708
    if let question = DNSMessage.question("kaigi.example", type: DNSMessage.address) {
      _ = DNSProbe(question: question, salt: salt).answer(datagram)
    }
    _ = STUNProbe(salt: salt).answer(datagram)
    _ = TraceRequest(salt: salt).tag(ofAnswer: datagram)
    for isV4 in [true, false] { _ = ICMPProbe(isV4: isV4, salt: salt).answer(datagram) }
  }
}
