import Foundation
import Testing

@Suite("Seeds and findings of the fuzzer")
struct CorpusTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

  private static func files(of target: FuzzTarget) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: folder.appending(path: target.name), includingPropertiesForKeys: nil
    ).sorted { $0.path < $1.path }
  }

  @Test("Every target has its file and its seeds, and every seed its target")
  func complete() throws {
    let names = FuzzTarget.all.map(\.name)
    #expect(Set(names).count == names.count)
    let files = try FileManager.default.contentsOfDirectory(
      atPath: Self.folder.deletingLastPathComponent().appending(path: "Targets").path)
    #expect(files.sorted() == names.map { "\($0).swift" }.sorted())
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path).filter { $0 != "README.md" }
    #expect(folders.sorted() == names.sorted())
    for target in FuzzTarget.all { #expect(try !Self.files(of: target).isEmpty, "\(target.name)") }
  }

  @Test("Each seed and each input that once failed is survived", arguments: FuzzTarget.all.indices)
  func replay(index: Int) throws {
    let target = FuzzTarget.all[index]
    for file in try Self.files(of: target) { try Data(contentsOf: file).withUnsafeBytes(target.run) }
  }

  /// Of each seed, spread over it.
  private static let mutations = 64

  @Test("Each seed cut short, and with a byte turned over, is survived", arguments: FuzzTarget.all.indices)
  func mutations(index: Int) throws {
    let target = FuzzTarget.all[index]
    for file in try Self.files(of: target) {
      let seed = [UInt8](try Data(contentsOf: file))
      for position in stride(from: 0, to: seed.count, by: max(1, seed.count / Self.mutations)) {
        seed.prefix(position).withUnsafeBytes(target.run)
        var changed = seed
        changed[position] = ~changed[position]
        changed.withUnsafeBytes(target.run)
      }
    }
  }
}
