import SDP
import Testing

@Suite("a=ssrc")
struct SourceAttributesTests {
  private func sources(_ lines: [(String, String)]) -> [UInt32?] {
    var attributes: Attributes = []
    for (name, value) in lines { attributes.append(name, value) }
    let sources = SourceAttributes(attributes)
    return [sources.primary, sources.retransmission]
  }

  @Test("One source alone")
  func one() {
    #expect(sources([("ssrc", "5 cname:a"), ("ssrc", "5 msid:b c")]) == [5, nil])
  }

  @Test("A FID group names media and retransmission, whatever the order of the lines")
  func pair() {
    #expect(sources([("ssrc", "6 cname:a"), ("ssrc", "5 cname:a"), ("ssrc-group", "FID 5 6")]) == [5, 6])
  }

  @Test("Of several encodings the first counts")
  func encodings() {
    let lines = [("ssrc-group", "SIM 1 2 3"), ("ssrc-group", "FID 2 20"), ("ssrc-group", "FID 1 10")]
    #expect(sources(lines) == [1, 10])
  }

  @Test("Nothing declared, or nothing readable, is nothing")
  func none() {
    #expect(sources([]) == [nil, nil])
    #expect(sources([("ssrc", "x"), ("ssrc-group", "FID 1"), ("ssrc-group", "")]) == [nil, nil])
  }
}
