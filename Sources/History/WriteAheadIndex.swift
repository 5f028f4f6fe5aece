import Foundation

/// The header of SQLite's wal-index, the file `-shm` that a killed process leaves behind: it tells how much of the
/// write-ahead log was committed, which the log itself cannot (it just ends earlier when it was cut).
///
/// A commit is written and synchronised in the log before the index counts it, so the index never promises too much.
/// Layout: https://www.sqlite.org/walformat.html section 2.1, in the machine's byte order.
struct WriteAheadIndex {
  /// Frames (pages) of the log that were committed.
  private let frames: Int
  /// Of them, those that were copied to the database: losing them loses nothing.
  private let copied: Int
  private let salt: Data

  /// `nil` where there is no index, or none of the log that is there.
  init?(database: String) {
    guard let index = FileManager.default.contents(atPath: "\(database)-shm"), index.count >= 100, index[12] == 1,
      let log = try? FileHandle(forReadingFrom: URL(fileURLWithPath: "\(database)-wal")),
      let head = try? log.read(upToCount: 32)
    else { return nil }
    frames = Self.number(index, at: 16)
    salt = index.subdata(in: 32..<40)
    copied = Self.number(index, at: 96)
    // A log that begins anew has another salt: its frames are not the index's.
    guard head.count == 32, head.subdata(in: 16..<24) == salt else { return nil }
  }

  /// How many frames the log must hold; `nil` when all of them are in the database already.
  var uncopiedFrames: Int? { copied < frames ? frames : nil }

  private static func number(_ bytes: Data, at offset: Int) -> Int {
    Int(bytes.subdata(in: offset..<offset + 4).withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
  }
}
