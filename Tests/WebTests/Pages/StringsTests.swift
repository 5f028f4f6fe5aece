import API
import Foundation
import Testing

@testable import Web

@Suite struct StringsTests {
  struct Entry {
    var key: String
    var ja: String
    var en: String
  }

  static func entries() throws -> [Entry] {
    try PageSource.text("strings.js").matches(of: /(?m)^  (\w+): \{ ja: "([^"]*)", en: "([^"]*)" \},$/).map {
      Entry(key: String($0.output.1), ja: String($0.output.2), en: String($0.output.3))
    }
  }

  @Test("Every text is there in Japanese and in English")
  func complete() throws {
    let table = try PageSource.text("strings.js").split(separator: "const texts = {")[1].split(separator: "\n};")[0]
    let lines = table.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
    let entries = try Self.entries()
    #expect(entries.count == lines.count, "a line of the table is not of the form key: { ja: …, en: … },")
    #expect(Set(entries.map(\.key)).count == entries.count)
    for entry in entries {
      #expect(entry.ja.contains { $0.isJapanese }, "\(entry.key) in Japanese: \(entry.ja)")
      #expect(!entry.en.isEmpty && !entry.en.contains { $0.isJapanese }, "\(entry.key) in English: \(entry.en)")
    }
  }

  /// Refusals of `Access`: the page shows them in place of the lobby.
  static let accessCodes: [ErrorCode] = [
    .unauthorized, .tokenInvalid, .tokenExpired, .tokenNotYetValid, .forbidden,
  ]

  @Test("Both languages fill in the same values")
  func sameMarks() throws {
    for entry in try Self.entries() {
      let marks = { (text: String) in Set(text.matches(of: /\{\w+\}/).map { String($0.output) }) }
      #expect(marks(entry.ja) == marks(entry.en), "\(entry.key)")
    }
  }

  @Test("The page itself holds no text but its name, and what is read without JavaScript, in both languages")
  func nothingInThePage() throws {
    let page = try PageSource.text("index.html")
    let texts = page.matches(of: />([^<>]+)</).map { $0.output.1.trimmingCharacters(in: .whitespacesAndNewlines) }
      .filter { !$0.isEmpty }
    #expect(texts == ["Kakehashi", "この会議には JavaScript が必要です。 This meeting needs JavaScript."])
    #expect(
      page.matches(of: /\s(?:aria-label|title|placeholder|alt|content)="[^"]*"/).allSatisfy { match in
        ["width=device-width", "light dark", "no-referrer"].contains { match.output.contains($0) }
      })
  }

  @Test("No script shows a text that does not come from the table")
  func nothingInScripts() throws {
    for (name, text) in try PageSource.scripts() where name != "strings.js" {
      let script = text.replacing(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/, with: "")
      let isTranslated = !script.contains { $0.isJapanese }
      #expect(isTranslated, "\(name)")
      var shown: [Substring] = []
      let assigned = /(?:textContent|innerText|title|placeholder|alt|ariaLabel)\s*(?:=|:)\s*["'`]([^"'`]+)/
      let attribute = /"(?:aria-label|title|placeholder|alt)",\s*["'`]([^"'`]+)/
      let said = /\b(?:toast|alert|confirm|notice|label)\([^()]*["'`]([^"'`]+)/
      shown += script.matches(of: assigned).map(\.output.1)
      shown += script.matches(of: attribute).map(\.output.1)
      shown += script.matches(of: said).map(\.output.1)
      #expect(shown.isEmpty, "\(name): \(shown)")
    }
  }

  @Test("Every text that is asked for exists, and none is left over")
  func used() throws {
    let keys = Set(try Self.entries().map(\.key))
    let page = try PageSource.text("index.html")
    let scripts = try PageSource.scripts().filter { $0.name != "strings.js" }.map(\.text).joined()
    let asked = Set(
      page.matches(of: /data-(?:text|label)="(\w+)"/).map { String($0.output.1) }
        + scripts.matches(of: /\btext\("(\w+)"/).map { String($0.output.1) })
    #expect(asked.count > 40)
    #expect(asked.subtracting(keys).isEmpty, "\(asked.subtracting(keys))")
    // Keys put together at run time: microphoneOff and its like, and what the page says to each of the server's codes.
    let composed = Set(
      ["microphoneOn", "microphoneOff", "cameraOn", "cameraOff"]
        + ErrorCode.allCases.filter { !ErrorCode.ofAgents.contains($0) }.map { "refused_\($0.rawValue)" }
        + StringsTests.accessCodes.map { "closed_\($0.rawValue)" })
    #expect(composed.subtracting(keys).isEmpty, "\(composed.subtracting(keys))")
    let named = keys.filter { scripts.contains("\"\($0)\"") }
    #expect(keys.subtracting(asked).subtracting(named).subtracting(composed).isEmpty)
  }
}

extension Character {
  /// Kana, a Chinese character or, for texts that are a form alone, Japanese punctuation.
  fileprivate var isJapanese: Bool {
    unicodeScalars.contains {
      (0x3000...0x30ff).contains($0.value) || (0x4e00...0x9fff).contains($0.value)
        || (0xff08...0xff09).contains($0.value)
    }
  }
}
