import Testing
import Wire

@testable import Probes

@Suite("ICMP echo requests of a probe")
struct ICMPProbeTests {
  @Test("Requests and answers have the types of their version", arguments: [(true, 8, 0), (false, 128, 129)])
  func types(isV4: Bool, request: UInt8, reply: UInt8) {
    let probe = ICMPProbe(isV4: isV4, salt: 42)
    var bytes = probe.request(300)
    #expect(bytes.count == 64)
    #expect(bytes[0] == request)
    #expect(probe.answer(of: bytes) == nil)
    bytes[0] = reply
    #expect(probe.answer(of: bytes) == .to(300))
    #expect(probe.answer(of: Array(bytes.prefix(15))) == nil)
    #expect(ICMPProbe(isV4: isV4, salt: 43).answer(of: bytes) == nil)
  }
}

extension ICMPProbe {
  /// Macros cannot hold spans.
  fileprivate func answer(of bytes: [UInt8]) -> EchoPlan.Answer? {
    answer(bytes.span.bytes)
  }
}
