import Foundation
import Testing

@testable import Settings

@Suite("Damaged configuration")
struct DamagedSettingsTests {
  /// What a slip of the hand, a merge or a broken disk puts into a file.
  private static let fragments = [
    "\t", "\0", "\u{feff}", "{", "}", "[", "]", ": ", "- ", "&a ", "*a", "!!binary ", "|", ">", "'", "\"", "#",
    "%YAML 9.9\n",
    "---\n", "...\n", "<<: *a\n", "-1", "1e400", "99999999999999999999", "0x10", "no", "10:30", "~", "県庁", "\u{202e}",
    "\r", "? ", "site: x\n", "  ",
  ]

  /// A linear congruential generator: the same damage in every run.
  private struct Damage {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(bound, 1)
    }

    mutating func apply(to text: String) -> String {
      var bytes = Array(text.utf8)
      for _ in 0...below(3) {
        let place = below(bytes.count + 1)
        switch below(4) {
        case 0:
          bytes.insert(
            contentsOf: Array(DamagedSettingsTests.fragments[below(DamagedSettingsTests.fragments.count)].utf8),
            at: place)
        case 1: bytes.removeSubrange(place..<min(place + below(20), bytes.count))
        case 2 where place < bytes.count: bytes[place] = UInt8(below(256))
        default: bytes.insert(contentsOf: bytes[place..<min(place + below(200), bytes.count)], at: below(bytes.count))
        }
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test("Whatever is done to the sample, it is read or every problem is a sentence with its file", arguments: 0..<4)
  func damage(seed: Int) throws {
    let sample = try String(contentsOf: SettingsTests.root.appending(path: "config/kakehashi.yaml"), encoding: .utf8)
    let job = try String(contentsOf: SettingsTests.root.appending(path: "probes/sites.yaml"), encoding: .utf8)
    var damage = Damage(state: UInt64(seed))
    var refused = 0
    for _ in 0..<150 {
      let isJob = damage.below(3) == 0
      let files = SettingsFiles([
        "/c/k.yaml": (isJob ? sample : damage.apply(to: sample)).replacing("../probes", with: "probes"),
        "/c/probes/sites.yaml": isJob ? damage.apply(to: job) : job,
      ])
      let problems: [SettingsProblem]
      do {
        problems = try Settings(file: "/c/k.yaml", files: files).jobProblems
      } catch {
        problems = error.problems
        #expect(!error.problems.isEmpty)
      }
      refused += problems.isEmpty ? 0 : 1
      for problem in problems {
        let isOneLine = !problem.description.contains("\n")
        #expect(problem.description.hasPrefix("/c/") && problem.description.hasSuffix(".") && isOneLine, "\(problem)")
      }
    }
    #expect(refused > 50)
  }
}
