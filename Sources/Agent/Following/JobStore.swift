import API
import Foundation
import Glibc

/// The last job set that was applied, on disk: what an agent does when the monitor is away, or what it offers is wrong.
struct JobStore: Sendable {
  let file: String

  /// `nil` when there is none, or it is not what was written.
  func load() -> JobSet? {
    guard let bytes = try? File.read(file), let set = try? JSONDecoder().decode(JobSet.self, from: Data(bytes)),
      set.isWhole
    else { return nil }
    return set
  }

  /// Returns when it is safe on disk; the one before stays until then.
  func save(_ set: JobSet) throws(SpoolError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(set) else { preconditionFailure("texts and numbers always encode") }
    let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
    try File.makeFolder(folder)
    let new = file + ".new"
    let descriptor = try File.open(new, O_WRONLY | O_CREAT | O_TRUNC)
    do {
      defer { close(descriptor) }
      try File.write(Array(data), to: descriptor, at: 0, path: new)
    }
    guard rename(new, file) == 0 else { throw .failed(action: "write", path: file, code: errno) }
    try File.synchronizeFolder(folder)
  }
}
