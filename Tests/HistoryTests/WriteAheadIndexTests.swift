import Foundation
import Testing

@testable import History

@Suite("A write-ahead log's index")
struct WriteAheadIndexTests {
  let temporary: TemporaryFolder

  init() throws {
    temporary = try TemporaryFolder()
  }

  private var database: String { temporary.path + "/x" }

  private func write(frames: UInt32, copied: UInt32, salt: UInt8 = 7, logSalt: UInt8 = 7, isWhole: Bool = true) throws {
    var index = Data(count: 136)
    index[12] = isWhole ? 1 : 0
    withUnsafeBytes(of: frames) { index.replaceSubrange(16..<20, with: $0) }
    index.replaceSubrange(32..<40, with: Data(repeating: salt, count: 8))
    withUnsafeBytes(of: copied) { index.replaceSubrange(96..<100, with: $0) }
    try index.write(to: URL(fileURLWithPath: database + "-shm"))
    var log = Data(count: 32)
    log.replaceSubrange(16..<24, with: Data(repeating: logSalt, count: 8))
    try log.write(to: URL(fileURLWithPath: database + "-wal"))
  }

  @Test("It tells how many pages were committed and are nowhere else")
  func frames() throws {
    try write(frames: 70_000, copied: 3)
    #expect(WriteAheadIndex(database: database)?.uncopiedFrames == 70_000)
  }

  @Test("What is in the database already is not missed")
  func copied() throws {
    try write(frames: 9, copied: 9)
    #expect(WriteAheadIndex(database: database)?.uncopiedFrames == nil)
  }

  @Test("An index of another log, one that was not finished, and none at all tell nothing")
  func nothing() throws {
    #expect(WriteAheadIndex(database: database) == nil)
    try write(frames: 9, copied: 0, logSalt: 8)
    #expect(WriteAheadIndex(database: database) == nil)
    try write(frames: 9, copied: 0, isWhole: false)
    #expect(WriteAheadIndex(database: database) == nil)
  }
}
