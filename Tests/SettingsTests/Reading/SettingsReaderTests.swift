import Testing
import Wire

@testable import Settings

@Suite("Strict reading of YAML")
struct SettingsReaderTests {
  /// Reads `text` with `read` and gives the problems as a user sees them.
  private func problems(_ text: String, _ read: (SettingsMapping) -> Void) -> [String] {
    let reader = SettingsReader(file: "k.yaml")
    read(reader.root(text: text))
    return reader.problems.map(\.description)
  }

  @Test("A value is read as text, so YAML's own idea of a type does not change it")
  func scalarsAreText() {
    let reader = SettingsReader(file: "k.yaml")
    let root = reader.root(text: "room: no\nid: 0777\n")
    #expect(root.value("room", .text, default: "") == "no")
    #expect(root.value("id", .text, default: "") == "0777")
    root.finish()
    #expect(reader.problems.isEmpty)
  }

  @Test("An unknown key is named with its line and the key that was probably meant")
  func unknownKey() {
    let found = problems("relay:\n  prot: 3\n") { root in
      let relay = root.mapping("relay")
      _ = relay.value("port", .number(1...65535), default: 10000)
      relay.finish()
      root.finish()
    }
    #expect(found == ["k.yaml:2: relay.prot: is not a key this program knows (did you mean \"port\"?)."])
  }

  @Test("A wrong type says what would be right, with line and key")
  func wrongType() {
    let found = problems("a: 1\nport: many\nlist:\n  - 10.0.0.1/8\n") { root in
      _ = root.value("a", .number(1...2), default: 1)
      _ = root.value("port", .number(1...65535), default: 10000)
      _ = root.list("list", .network, default: [])
      root.finish()
    }
    #expect(
      found == [
        "k.yaml:2: port: must be a whole number from 1 to 65535, not \"many\".",
        "k.yaml:4: list[0]: must be a network like 10.7.0.0/16 (no bits set after the prefix), not \"10.0.0.1/8\".",
      ])
  }

  @Test("A missing key is reported at its mapping")
  func missingKey() {
    let found = problems("sites:\n  - name: x\n") { root in
      for site in root.mappings("sites") {
        _ = site.required("id", .identifier)
        _ = site.value("name", .text, default: "")
        site.finish()
      }
    }
    #expect(
      found == [
        "k.yaml:2: sites[0]: lacks the key \"id\", 1 to 32 small letters, digits, \"-\" or \"_\"."
      ])
  }

  @Test("The same key twice is a problem, and so is a file that is not YAML")
  func brokenFiles() {
    let twice = problems("a: 1\na: 2\n") { _ in }
    #expect(twice.count == 1 && twice[0].contains("same key twice: a"))
    let broken = problems("a: [1, 2\nb: 3\n") { _ in }
    #expect(broken.count == 1 && broken[0].hasPrefix("k.yaml:"))
  }

  @Test("Effective values are recorded with their defaults")
  func effectiveValues() {
    let reader = SettingsReader(file: "k.yaml")
    let root = reader.root(text: "wait: 2 min")
    _ = root.value("wait", .duration(.seconds(1)...(.seconds(3600))), default: .seconds(5))
    _ = root.value("limit", .percent, default: PartsPerMillion(value: 10_000))
    #expect(
      reader.entries == [
        EffectiveSetting(key: "wait", value: "2 min", isDefault: false),
        EffectiveSetting(key: "limit", value: "1 %", isDefault: true),
      ])
  }

  @Test("What would take long to compose is refused before: aliases of aliases as keys, and what is too long")
  func bombs() {
    var bomb = "a0: &a0 [x, x]\n"
    for level in 1...40 { bomb += "a\(level): &a\(level)\n  ? [*a\(level - 1), *a\(level - 1)]\n  : x\n" }
    #expect(problems(bomb) { _ in } == ["k.yaml:18: has more than 10 aliases (*name); write out what they stand for."])
    let bombs = (0..<11).map { "\u{2028}*a\($0)" }.joined()
    #expect(problems(bombs) { _ in }.first?.contains("aliases") == true)
    let long = "a: " + String(repeating: "x", count: SettingsReader.byteLimit - 3)
    #expect(problems(long) { _ in } == [])
    #expect(problems(long + "x") { _ in } == ["k.yaml: is longer than 256 KiB."])
  }

  @Test("Aliases are read, and asterisks that are none are no aliases")
  func aliases() {
    let reader = SettingsReader(file: "k.yaml")
    let stars = (0..<20).map { "# **\($0)** 2*3\n" }.joined() + "cron: \"*/5 * * * *\"\n"
    let root = reader.root(
      text: stars + "a: &own word\nb: [\(Array(repeating: "*own", count: 10).joined(separator: ", "))]\n")
    #expect(root.list("b", .text, default: []) == Array(repeating: "word", count: 10))
    #expect(root.value("cron", .text, default: "") == "*/5 * * * *")
    #expect(reader.problems.isEmpty)
  }

  @Test("Of very many problems the first are told and the others counted, and nothing is worked out for those")
  func manyProblems() {
    let reader = SettingsReader(file: "k.yaml")
    let root = reader.root(text: (0..<20_000).map { "prot\($0): 1\n" }.joined())
    _ = root.value("port", .number(1...65535), default: 10000)
    root.finish()
    #expect(reader.problems.count == SettingsReader.problemLimit + 1)
    #expect(reader.problems.first?.description.contains("prot0: is not a key this program knows") == true)
    #expect(reader.problems.last?.description == "k.yaml: has 19950 more problems.")
    var workedOut = 0
    for _ in 0..<10 {
      reader.report(
        line: nil, key: "",
        {
          workedOut += 1
          return "a problem"
        }())
    }
    #expect(workedOut == 0)
    #expect(reader.problems.last?.description == "k.yaml: has 19960 more problems.")
  }
}
