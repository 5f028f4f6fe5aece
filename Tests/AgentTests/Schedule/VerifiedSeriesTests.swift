import Foundation
import Measurement
import Testing

@testable import Agent
@testable import Probes

@Suite("Which series have answered once")
struct VerifiedSeriesTests {
  private let folder: TemporaryFolder
  private let answering = Self.series("media.example")
  private let silent = Self.series("other.example")

  init() throws {
    folder = try TemporaryFolder()
  }

  private static func series(_ target: String) -> PathRecord.Series {
    PathRecord.Series(path: Path(site: "tsu", target: target, route: .direct), origin: .probe(kind: "stun"))
  }

  private var file: String { folder.path + "/spool/verified.json" }

  private func record(_ series: PathRecord.Series, received: UInt64) -> PathRecord {
    var record = PathRecord(probe: "stun", path: series.path)
    record.loss.sent = 1
    record.loss.received = received
    if received == 0 { record.condition = .unverified }
    return record
  }

  private func condition(_ verified: VerifiedSeries, _ series: PathRecord.Series) -> PathRecord.Condition {
    verified.applied(to: record(series, received: 0)).condition
  }

  /// As an agent begins.
  private func started(_ measured: [PathRecord.Series]) -> VerifiedSeries {
    let verified = VerifiedSeries(file: file)
    verified.keep(only: measured)
    return verified
  }

  @Test("It is known after a restart, of each by itself, in a file that only the owner reads")
  func restart() throws {
    let first = started([answering, silent])
    #expect(condition(first, answering) == .unverified)
    #expect(!FileManager.default.fileExists(atPath: file))
    _ = first.applied(to: record(answering, received: 1))
    let second = started([answering, silent])
    #expect(condition(second, answering) == .measured)
    #expect(condition(second, silent) == .unverified)
    let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("What is not measured any more is forgotten, on disk too, and nothing else is ever taken up")
  func bound() throws {
    let first = started([answering])
    _ = first.applied(to: record(answering, received: 1))
    first.keep(only: [silent])
    // A run that was still under way.
    _ = first.applied(to: record(answering, received: 1))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "[]")
    let second = started([answering])
    #expect(condition(second, answering) == .unverified)
  }

  @Test("A file that is cut short counts as none, and is written anew")
  func damaged() throws {
    _ = started([answering]).applied(to: record(answering, received: 1))
    let data = try Data(contentsOf: URL(fileURLWithPath: file))
    for count in [0, 1, data.count / 2, data.count - 1] {
      try data.prefix(count).write(to: URL(fileURLWithPath: file))
      #expect(condition(started([answering]), answering) == .unverified)
    }
    _ = started([answering]).applied(to: record(answering, received: 1))
    #expect(condition(started([answering]), answering) == .measured)
  }

  @Test("What the disk refused is written at the next answer")
  func refused() throws {
    try Data().write(to: URL(fileURLWithPath: folder.path + "/spool"))
    let verified = started([answering])
    _ = verified.applied(to: record(answering, received: 1))
    #expect(condition(verified, answering) == .measured)
    try FileManager.default.removeItem(atPath: folder.path + "/spool")
    _ = verified.applied(to: record(answering, received: 1))
    #expect(condition(started([answering]), answering) == .measured)
  }
}
