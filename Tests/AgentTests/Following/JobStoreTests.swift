import API
import Foundation
import Testing

@testable import Agent

@Suite("The last good job set on disk")
struct JobStoreTests {
  private let folder: TemporaryFolder
  private let set = JobSet(version: 7, files: [JobFile(name: "sites.yaml", text: "sites: [] # 拠点\n")])

  init() throws {
    folder = try TemporaryFolder()
  }

  private var store: JobStore { JobStore(file: folder.path + "/jobs/tsu.json") }

  @Test("What was saved is loaded; the next takes its place, and only the owner may read it")
  func saved() throws {
    #expect(store.load() == nil)
    try store.save(set)
    #expect(store.load() == set)
    let next = JobSet(version: 8, files: [])
    try store.save(next)
    #expect(store.load() == next)
    let mode = try FileManager.default.attributesOfItem(atPath: store.file)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/jobs") == ["tsu.json"])
  }

  @Test("A file that is cut short or was changed counts as none")
  func damaged() throws {
    try store.save(set)
    let data = try Data(contentsOf: URL(fileURLWithPath: store.file))
    for count in [0, 1, data.count / 2, data.count - 1] {
      try data.prefix(count).write(to: URL(fileURLWithPath: store.file))
      #expect(store.load() == nil)
    }
    let changed = String(decoding: data, as: UTF8.self).replacingOccurrences(of: "拠点", with: "支所")
    try Data(changed.utf8).write(to: URL(fileURLWithPath: store.file))
    #expect(store.load() == nil)
  }

  @Test("A save that was cut off before its end leaves the one before")
  func interrupted() throws {
    try store.save(set)
    try Data("{\"version\": 8".utf8).write(to: URL(fileURLWithPath: store.file + ".new"))
    #expect(store.load() == set)
  }
}
