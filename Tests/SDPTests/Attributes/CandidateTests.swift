import SDP
import Testing
import Wire

@Suite("a=candidate")
struct CandidateTests {
  @Test("A host candidate over UDP has the priority of RFC 8445")
  func ipv4() throws {
    let candidate = Candidate(host: try #require(Endpoint("192.0.2.1:10000")), preference: 0)
    #expect("\(candidate)" == "1 1 udp 2130706431 192.0.2.1 10000 typ host")
  }

  @Test("Further addresses are liked less and have their own foundation")
  func order() throws {
    let endpoint = try #require(Endpoint("[2001:db8::1]:10001"))
    let candidate = Candidate(host: endpoint, preference: 1)
    #expect("\(candidate)" == "2 1 udp 2130706175 2001:db8::1 10001 typ host")
    #expect(Candidate(host: endpoint, preference: .max).priority == 126 << 24 | 255)
  }
}
