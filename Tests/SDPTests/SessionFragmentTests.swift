import SDP
import Testing

@Suite("Session fragment")
struct SessionFragmentTests {
  @Test("Trickled candidates are read (RFC 9725 section 4.3.2, example)")
  func trickle() throws {
    let fragment = try SessionFragment(
      parsing: """
        a=group:BUNDLE 0 1
        m=audio 9 UDP/TLS/RTP/SAVPF 111
        a=mid:0
        a=ice-ufrag:EsAw
        a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
        a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw network-id 1
        a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host generation 0 ufrag EsAw network-id 2
        a=end-of-candidates
        """)
    #expect(fragment.usernameFragment == "EsAw")
    #expect(fragment.password == "P2uYro0UCOQ4zxjKXaWCBui1")
    #expect(fragment.candidates.count == 2)
    #expect(fragment.isEndOfCandidates)
  }

  @Test("The answer to a restart carries the new credentials and is read again")
  func restart() throws {
    var fragment = SessionFragment()
    fragment.usernameFragment = "relay"
    fragment.password = "0123456789abcdef0123456789"
    fragment.candidates = ["1 1 udp 2130706431 192.0.2.1 10000 typ host"]
    fragment.isEndOfCandidates = true
    let text = fragment.serialized(media: "audio", mid: "0")
    #expect(text.hasPrefix("a=ice-lite\r\na=ice-ufrag:relay\r\n"))
    #expect(text.contains("\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"))
    #expect(try SessionFragment(parsing: text) == fragment)
  }

  @Test("A fragment is bounded and its lines are checked")
  func refused() {
    var limits = SDPLimits()
    limits.bytes = 10
    #expect(throws: SDPError(line: 0, .tooLarge(bytes: 11, limit: 10))) {
      try SessionFragment(parsing: "a=x\r\na=y\r\n\n", limits: limits)
    }
    #expect(throws: SDPError(line: 1, .notALine)) { try SessionFragment(parsing: "garbage") }
  }
}
