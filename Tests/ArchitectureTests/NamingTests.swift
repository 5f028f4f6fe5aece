import Testing

@Suite("Names and sizes")
struct NamingTests {
  @Test("Nothing is called Manager, Helper, Utils, Common, Base or Impl")
  func vagueNamesAreAbsent() {
    let vague = ["Manager", "Helper", "Utils", "Common", "Impl", "Misc"]
    for path in SourceTree.files(under: "Sources", suffix: ".swift")
      + SourceTree.files(under: "Tests", suffix: ".swift")
    {
      for part in path.dropLast(".swift".count).split(separator: "/") {
        #expect(!vague.contains(where: part.hasSuffix), "\(path)")
      }
    }
  }

  @Test("No source file is longer than 600 lines")
  func filesAreSmall() throws {
    for path in SourceTree.files(under: "Sources", suffix: ".swift") {
      let lines = try SourceTree.text(path).split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 600, "\(path) has \(lines) lines")
    }
  }

  @Test("Every file and folder that ARCHITECTURE.md names exists")
  func architectureIsTrue() throws {
    let text = try SourceTree.text("ARCHITECTURE.md")
    let named = text.matches(of: /`((?:Sources|Tests|config|probes|dashboards|loadtest|docs)\/[\w\/.+-]*)`/)
    #expect(named.count > 20)
    for match in named {
      #expect(SourceTree.exists(String(match.output.1)), "ARCHITECTURE.md names \(match.output.1)")
    }
  }
}
