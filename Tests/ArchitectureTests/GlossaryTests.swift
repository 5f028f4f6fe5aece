import Foundation
import Testing

@Suite("One Japanese word per term")
struct GlossaryTests {
  struct Term {
    var words: [String]
    var rejected: [String]
  }

  /// The table of `docs/glossary.md`.
  static func terms() throws -> [Term] {
    try SourceTree.text("docs/glossary.md").split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard cells.count == 6, cells[2].contains(where: \.isJapanese), cells[1] != "English" else { return nil }
      return Term(words: cells[2].components(separatedBy: "、"), rejected: cells[4].components(separatedBy: "、"))
    }
  }

  /// Everything that holds texts for people.
  static func files() -> [String] {
    ["swift", "js", "html"].flatMap { SourceTree.files(under: "Sources", suffix: "." + $0) }
      + ["config", "probes"].flatMap { SourceTree.files(under: $0, suffix: ".yaml") }
  }

  @Test("No text uses a word that the glossary rejects")
  func rejectedWords() throws {
    let terms = try Self.terms()
    let words = terms.flatMap(\.words)
    let rejected = terms.flatMap(\.rejected)
    var japaneseFiles = 0
    for path in Self.files() {
      var text = try SourceTree.text(path)
      guard text.contains(where: \.isJapanese) else { continue }
      japaneseFiles += 1
      // サーバー holds サーバ: the right words are taken out before the wrong ones are looked for.
      for word in words.sorted(by: { $0.count > $1.count }) { text = text.replacingOccurrences(of: word, with: "・") }
      for word in rejected {
        #expect(!text.contains(word), "\(path) says \(word)")
      }
    }
    #expect(japaneseFiles >= 8)
  }

  @Test("Every term has one word, no word is right and wrong at once, and each is really used")
  func consistent() throws {
    let terms = try Self.terms()
    #expect(terms.count >= 30)
    let words = terms.flatMap(\.words)
    let rejected = terms.flatMap(\.rejected)
    #expect(Set(words).count == words.count)
    #expect(Set(rejected).count == rejected.count)
    #expect(Set(words).isDisjoint(with: rejected))
    let all = try Self.files().map(SourceTree.text).joined()
    for word in words {
      #expect(all.contains(word), "nothing says \(word)")
    }
  }
}

extension Character {
  fileprivate var isJapanese: Bool {
    unicodeScalars.contains { (0x3040...0x30ff).contains($0.value) || (0x4e00...0x9fff).contains($0.value) }
  }
}
