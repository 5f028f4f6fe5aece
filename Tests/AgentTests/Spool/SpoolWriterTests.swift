import Foundation
import Measurement
import Testing
import Wire

@testable import Agent

@Suite("The writer of the spool")
struct SpoolWriterTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func record(_ number: Int) -> PathRecord {
    PathRecord(
      id: PathRecord.ID(
        agent: "a", boot: 1, path: Path(site: "hq", target: "tsu", route: .direct), origin: .probe(kind: "stamp"),
        intervalStart: WallTime(seconds: Int64(number))),
      length: .seconds(15))
  }

  @Test("Many producers at once all have their records on disk when they go on")
  func producers() async throws {
    let writer = try SpoolWriter(folder: folder.path, capacityBytes: 1 << 20)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        group.addTask { try await writer.append([record(number)]) }
      }
      try await group.waitForAll()
    }
    writer.stop()
    var spool = try Spool(folder: folder.path)
    let batch = try spool.nextBatch(maximumRecords: 1_000, maximumBytes: 1 << 20)
    #expect(batch?.payloads.count == 100)
  }

  @Test("A reader waits for the first record; when the writer ends it gets nothing")
  func waiting() async throws {
    let writer = try SpoolWriter(folder: folder.path, capacityBytes: 1 << 20)
    async let next = writer.nextBatch()
    writer.post([record(1)])
    let batch = try #require(await next)
    #expect(batch.payloads == [PathRecordCodec.encode(record(1))])
    writer.acknowledge(batch)
    async let none = writer.nextBatch()
    writer.stop()
    #expect(await none == nil)
    #expect(await writer.nextBatch() == nil)
  }

  @Test("While the disk refuses, records wait in memory, and are written as soon as it takes them")
  func diskTrouble() async throws {
    let path = folder.path + "/spool"
    let writer = try SpoolWriter(folder: path, capacityBytes: 1 << 20)
    try FileManager.default.moveItem(atPath: path, toPath: path + "-away")
    writer.post([record(1)])
    #expect(try await eventually { writer.counts.lastError != nil })
    #expect(writer.counts.waiting == 1)
    await #expect(throws: SpoolError.self) { try await writer.append([record(2)]) }
    try FileManager.default.moveItem(atPath: path + "-away", toPath: path)
    let batch = try #require(await writer.nextBatch())
    #expect(batch.payloads == [PathRecordCodec.encode(record(1))])
    #expect(try await eventually { writer.counts.lastError == nil })
    writer.stop()
  }
}
