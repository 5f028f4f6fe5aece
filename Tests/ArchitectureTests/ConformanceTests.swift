import Testing

@Suite("Conformance tables")
struct ConformanceTests {
  @Test("Every line of docs/conformance/webrtc.md is held by a test that bears its number, and lines stand in order")
  func interopRowsHaveTests() throws {
    let table = try SourceTree.text("docs/conformance/webrtc.md")
    let lines = table.matches(of: /(?m)^\| (\d+) \| .+ \| `(Tests\/[^`]+)` \|$/)
    #expect(lines.count >= 17)
    var last = 0
    for line in lines {
      let row = try #require(Int(line.output.1))
      let path = String(line.output.2)
      #expect(row >= last, "row \(row) stands below row \(last)")
      last = row
      let name = path.hasSuffix(".py") ? "def test_interop_\(row < 10 ? "0" : "")\(row)_" : "\"Interop \(row): "
      let text = try SourceTree.text(path)
      #expect(text.contains(name), "\(path) has no test named \(name)…")
    }
  }

  @Test("No line of the table is passed over because of how it is written")
  func interopRowsAreRead() throws {
    let table = try SourceTree.text("docs/conformance/webrtc.md")
    let tested = table.split(separator: "## Later")[0]
    let rows = tested.matches(of: /(?m)^\| *\d+/).count
    let read = tested.matches(of: /(?m)^\| (\d+) \| .+ \| `(Tests\/[^`]+)` \|$/).count
    #expect(rows == read)
  }

  @Test(
    "Every clause of a table that names tests by their functions is held by the test it names",
    arguments: [("whip-whep", 38), ("stamp", 60)])
  func clausesHaveTests(name: String, atLeast count: Int) throws {
    let table = try SourceTree.text("docs/conformance/\(name).md")
    let lines = table.matches(of: /(?m)^\| [\d.–]+ \| .+ \| `(Tests\/[^`]+)` \| `(\w+)` \|$/)
    #expect(lines.count == table.matches(of: /(?m)^\| *[\d–]/).count)
    #expect(lines.count >= count)
    for line in lines {
      let path = String(line.output.1)
      let name = (path.hasSuffix(".py") ? "def " : "func ") + line.output.2 + "("
      #expect(try SourceTree.text(path).contains(name), "\(path) has no \(name)")
    }
  }
}
