import API
import Foundation

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
    try File.replace(file, with: Array(data))
  }
}
