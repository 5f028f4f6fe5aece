import Foundation
import Testing

@testable import Agent

@Suite("A spool")
struct SpoolTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  private func payload(_ number: Int, bytes: Int = 100) -> [UInt8] {
    Array("\(number) ".utf8) + Array(repeating: UInt8(truncatingIfNeeded: number), count: bytes)
  }

  private func next(_ spool: inout Spool, _ maximumRecords: Int, _ maximumBytes: Int) throws -> Spool.Batch? {
    try spool.nextBatch(maximumRecords: maximumRecords, maximumBytes: maximumBytes)
  }

  /// Everything that waits, acknowledged as it is read.
  private func drain(_ spool: inout Spool) throws -> [[UInt8]] {
    var all: [[UInt8]] = []
    while let batch = try spool.nextBatch(maximumRecords: 3, maximumBytes: 1_000) {
      all += batch.payloads
      spool.acknowledge(batch)
    }
    return all
  }

  @Test("What goes in comes out once, in order, over many segments")
  func order() throws {
    var spool = try Spool(folder: folder.path, segmentBytes: 300)
    let payloads = (0..<20).map { payload($0) }
    for payload in payloads { try spool.append([payload]) }
    #expect(count(spool) == 20)
    #expect(try drain(&spool) == payloads)
    #expect(count(spool) == 0)
    try spool.append([payloads[0]])
    #expect(try drain(&spool) == [payloads[0]])
  }

  @Test("A batch stays until it is acknowledged")
  func unacknowledged() throws {
    var spool = try Spool(folder: folder.path)
    try spool.append([payload(0), payload(1)])
    let first = try spool.nextBatch(maximumRecords: 1, maximumBytes: 1_000)
    let again = try spool.nextBatch(maximumRecords: 1, maximumBytes: 1_000)
    #expect(again == first)
    let batch = try #require(first)
    spool.acknowledge(batch)
    spool.acknowledge(batch)
    #expect(try drain(&spool) == [payload(1)])
  }

  @Test("A segment that cannot be read for a moment waits, and nothing is dropped")
  func unreadable() throws {
    var spool = try Spool(folder: folder.path, segmentBytes: 300)
    let payloads = (0..<6).map { payload($0) }
    for payload in payloads { try spool.append([payload]) }
    let first = SpoolSegment.path(1, in: folder.path)
    // Stands for whatever passes, like too many open files: a folder cannot be read as a file.
    try FileManager.default.moveItem(atPath: first, toPath: first + ".away")
    try FileManager.default.createDirectory(atPath: first, withIntermediateDirectories: false)
    #expect(throws: SpoolError.self) { try next(&spool, 9, 9_999) }
    #expect(spool.waitingRecords == 6)
    try FileManager.default.removeItem(atPath: first)
    try FileManager.default.moveItem(atPath: first + ".away", toPath: first)
    #expect(try drain(&spool) == payloads)
    #expect(spool.droppedRecords == 0)
  }

  @Test("A batch is bounded in records and bytes, and holds at least one")
  func batchBounds() throws {
    var spool = try Spool(folder: folder.path)
    try spool.append((0..<10).map { payload($0) })
    #expect(try next(&spool, 4, 10_000)?.payloads.count == 4)
    #expect(try next(&spool, 10, 250)?.payloads.count == 2)
    #expect(try next(&spool, 10, 1)?.payloads.count == 1)
    let half = try spool.nextBatch(maximumRecords: 4, maximumBytes: 10_000)?.prefix(2)
    spool.acknowledge(try #require(half))
    #expect(try next(&spool, 1, 1)?.payloads == [payload(2)])
  }

  @Test("A successor takes up what was left, and does not repeat what was acknowledged")
  func restart() throws {
    do {
      var spool = try Spool(folder: folder.path, segmentBytes: 300)
      for number in 0..<10 { try spool.append([payload(number)]) }
      spool.acknowledge(try require(next(&spool, 2, 1_000)))
    }
    var spool = try Spool(folder: folder.path, segmentBytes: 300)
    #expect(count(spool) == 8)
    try spool.append([payload(10)])
    #expect(try drain(&spool) == (2...10).map { payload($0) })
  }

  @Test("What was appended is on disk although the process never closed anything, as after SIGKILL")
  func killed() throws {
    var spool = try Spool(folder: folder.path)
    try spool.append([payload(0), payload(1)])
    let copy = folder.path + "-copy"
    defer { try? FileManager.default.removeItem(atPath: copy) }
    try FileManager.default.copyItem(atPath: folder.path, toPath: copy)
    var successor = try Spool(folder: copy)
    #expect(try drain(&successor) == [payload(0), payload(1)])
    #expect(count(spool) == 2)
  }

  @Test("A torn last entry is dropped, whatever part of it was written, and all before it stay")
  func torn() throws {
    do {
      var spool = try Spool(folder: folder.path)
      try spool.append([payload(0), payload(1)])
    }
    let file = folder.path + "/00000000000000000001.spool"
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    let entry = whole.count / 2
    for kept in stride(from: entry, to: whole.count, by: 13) {
      try whole.prefix(kept).write(to: URL(fileURLWithPath: file))
      var spool = try Spool(folder: folder.path)
      #expect(try next(&spool, 9, 9_999)?.payloads == [payload(0)])
      #expect(damage(spool) == (kept == entry ? 0 : 1))
    }
  }

  private var firstFile: URL { URL(fileURLWithPath: folder.path + "/00000000000000000001.spool") }

  @Test("Of a damaged file every whole entry is delivered, and the file is kept aside", arguments: [3, 50, 230, 300])
  func damaged(byte: Int) throws {
    do {
      var spool = try Spool(folder: folder.path)
      try spool.append((0..<6).map { payload($0) })
    }
    var bytes = try Data(contentsOf: firstFile)
    bytes[byte] ^= 1
    try bytes.write(to: firstFile)
    var spool = try Spool(folder: folder.path)
    #expect(damage(spool) == 1)
    // Entries are of 110 bytes.
    #expect(try drain(&spool) == (0..<6).filter { $0 != byte / 110 }.map { payload($0) })
    #expect(try Data(contentsOf: URL(fileURLWithPath: firstFile.path + ".damaged")) == bytes)
    #expect(!FileManager.default.fileExists(atPath: firstFile.path))
  }

  @Test("Damage that comes while the spool is open costs the entry it hit, and is counted")
  func damagedMeanwhile() throws {
    var spool = try Spool(folder: folder.path)
    try spool.append((0..<6).map { payload($0) })
    var bytes = try Data(contentsOf: firstFile)
    bytes[150] ^= 1
    try bytes.write(to: firstFile)
    #expect(try drain(&spool) == [0, 2, 3, 4, 5].map { payload($0) })
    #expect(damage(spool) == 1)
    #expect(dropCount(spool) == 1)
    #expect(FileManager.default.fileExists(atPath: firstFile.path + ".damaged"))
  }

  @Test("The newest few damaged files are kept")
  func damagedFilesAreBounded() throws {
    for number in 1...12 {
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: SpoolSegment.path(UInt64(number), in: folder.path)))
    }
    #expect(damage(try Spool(folder: folder.path)) == 12)
    let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".damaged") }
    #expect(kept.count == 8)
    #expect(kept.min() == "00000000000000000005.spool.damaged")
  }

  @Test("A damaged note of how far it was delivered costs a repeat and nothing else")
  func damagedPosition() throws {
    do {
      var spool = try Spool(folder: folder.path)
      try spool.append((0..<4).map { payload($0) })
      spool.acknowledge(try require(next(&spool, 2, 1_000)))
    }
    let file = URL(fileURLWithPath: folder.path + "/position")
    try Data(repeating: 0xff, count: 20).write(to: file)
    var spool = try Spool(folder: folder.path)
    #expect(try drain(&spool) == (0..<4).map { payload($0) })
    try spool.append([payload(4)])
    #expect(try drain(&spool) == [payload(4)])
  }

  @Test("Past its bound the oldest go and are counted")
  func bound() throws {
    var spool = try Spool(folder: folder.path, capacityBytes: 2_000, segmentBytes: 400)
    for number in 0..<100 { try spool.append([payload(number)]) }
    let dropped = dropCount(spool)
    #expect(dropped > 70)
    #expect(count(spool) == 100 - dropped)
    #expect(try drain(&spool) == (dropped..<100).map { payload($0) })
  }

  @Test("A batch that was dropped while it was on its way, and got there, is not counted as dropped")
  func droppedInFlight() throws {
    var spool = try Spool(folder: folder.path, capacityBytes: 2_000, segmentBytes: 400)
    try spool.append([payload(0)])
    let batch = try require(next(&spool, 1, 1_000))
    for number in 1..<30 { try spool.append([payload(number)]) }
    let dropped = dropCount(spool)
    spool.acknowledge(batch)
    #expect(dropCount(spool) == dropped - 1)
  }

  @Test("A second agent on the folder is told so")
  func inUse() throws {
    let spool = try Spool(folder: folder.path)
    #expect(throws: SpoolError.inUse(folder: folder.path)) { _ = try Spool(folder: spool.folder) }
  }

  @Test("A folder that cannot be made is named")
  func noFolder() throws {
    #expect(throws: SpoolError.self) { _ = try Spool(folder: "/dev/null/spool") }
    #expect(
      SpoolError.failed(action: "write", path: "/x", code: ENOSPC).description
        == "Cannot write /x: the disk is full; free some space, records wait in memory meanwhile.")
  }

  private func require(_ batch: Spool.Batch?) throws -> Spool.Batch { try #require(batch) }

  // The testing macros cannot read a non-copyable value's properties.

  private func count(_ spool: borrowing Spool) -> Int { spool.waitingRecords }
  private func damage(_ spool: borrowing Spool) -> Int { spool.damagedSegments }
  private func dropCount(_ spool: borrowing Spool) -> Int { spool.droppedRecords }
}
