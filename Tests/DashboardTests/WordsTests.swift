import Fetch
import Foundation
import Testing

@testable import Dashboard

@Suite("Words")
struct WordsTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/Dashboard").standardizedFileURL

  private static func isJapanese(_ text: some StringProtocol) -> Bool {
    text.unicodeScalars.contains { (0x3040...0x30ff).contains($0.value) || (0x4e00...0x9fff).contains($0.value) }
  }

  @Test("Every word has both languages, and neither stands for the other")
  func complete() throws {
    let source = try String(contentsOf: Self.folder.appending(path: "Words.swift"), encoding: .utf8)
    let pairs = source.matches(of: /choose\(\s*"((?:[^"\\]|\\.)*)",\s*(?:count == 1 \? )?"((?:[^"\\]|\\.)*)"/)
    #expect(pairs.count > 40)
    for pair in pairs {
      #expect(Self.isJapanese(pair.output.1), "\(pair.output.0)")
      #expect(!Self.isJapanese(pair.output.2) && !pair.output.2.isEmpty, "\(pair.output.0)")
    }
    #expect(Words(.ja).helpLines.count == Words(.en).helpLines.count)
  }

  @Test("Screens hold no word of their own: what they show comes from the table")
  func nothingInScreens() throws {
    let screens = Self.folder.appending(path: "Screens")
    for name in try FileManager.default.contentsOfDirectory(atPath: screens.path) {
      let source = try String(contentsOf: screens.appending(path: name), encoding: .utf8)
      for line in source.split(separator: "\n") where !line.contains("//") && !line.contains("case \"") {
        for match in line.matches(of: /"((?:[^"\\]|\\.)*)"/) {
          let text = match.output.1.replacing(/\\\([^)]*\)+/, with: "")
          // The product's name, a key, and what is compared rather than shown.
          let isKnown = text == "架け橋 Kakehashi" || text.count == 1 || line.contains("== \"")
          #expect(isKnown || !text.contains(where: \.isLetter), "\(name): \(line)")
        }
      }
    }
  }

  @Test("Why nothing came is said in the reader's language")
  func reasons() {
    let refused = FetchError.refused(url: "https://m:1")
    #expect(Words(.en).reason(refused) == refused.description)
    #expect(Self.isJapanese(Words(.ja).reason(refused)))
    #expect(Words(.ja).refused(nil, status: 502) == "監視サーバーは状態 502 を返しました。")
  }

  @Test("The language asked for counts before the environment's")
  func language() {
    let environment = ["LANG": "ja_JP.UTF-8"]
    func words(_ language: DashboardConfiguration.Language?) -> Words {
      DashboardConfiguration(monitor: "", trust: .system, language: language, environment: environment).words
    }
    #expect(words(nil) == Words(.ja))
    #expect(words(.en) == Words(.en))
  }
}
