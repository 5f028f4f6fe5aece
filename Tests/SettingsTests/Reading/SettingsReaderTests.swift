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
}
