import Testing
import Wire

@testable import Probes

@Suite("A DNS probe")
struct DNSProbeTests {
  @Test("An answer belongs to the question whose id it has; one that says no says why")
  func answers() throws {
    let question = try #require(DNSMessage.question("kaigi.example", type: 1))
    let probe = DNSProbe(question: question, salt: 0xbeef)
    var answer = probe.request(4)
    answer[2] = 0x81
    answer[3] = 0x80
    #expect(probe.answer(of: answer) == .failure(4, "answered: the name has no such address"))
    answer[7] = 1
    #expect(probe.answer(of: answer) == .failure(4, "answered: the name has no such address"))
    answer += [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 1]
    #expect(probe.answer(of: answer) == .to(4))
    answer[3] = 0x82
    #expect(probe.answer(of: answer) == .failure(4, "the server answered SERVFAIL"))
    answer[3] = 0x83
    #expect(probe.answer(of: answer) == .failure(4, "answered: the name does not exist (NXDOMAIN)"))
  }

  @Test("The system's first name server is found in resolv.conf")
  func systemServer() {
    #expect(
      DNSProbe.firstServer("# nameserver 10.0.0.1\nsearch example\nnameserver\t2001:db8::53\nnameserver 10.0.0.2\n")
        == IPAddress("2001:db8::53"))
    #expect(DNSProbe.firstServer("search example\n") == nil)
  }
}

extension DNSProbe {
  /// Macros cannot hold spans.
  fileprivate func answer(of bytes: [UInt8]) -> EchoPlan.Answer? {
    answer(bytes.span.bytes)
  }
}
