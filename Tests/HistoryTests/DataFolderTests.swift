import Foundation
import Glibc
import Testing

@testable import History

struct DataFolderTests {
  let temporary: TemporaryFolder

  init() throws {
    temporary = try TemporaryFolder()
  }

  @Test("A folder that is not there is made for this user only, with those above it")
  func made() throws {
    let folder = try DataFolder(path: temporary.path + "/a/b")
    var status = stat()
    #expect(stat(folder.path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
  }

  @Test("A second start says that the folder is in use, and by whom")
  func locked() throws {
    let folder = try DataFolder(path: temporary.path)
    let error = #expect(throws: HistoryError.self) { _ = try DataFolder(path: folder.path) }
    #expect(error == .inUse(folder: folder.path, process: getpid()))
    #expect(
      error?.description == "The data folder \(folder.path) is in use by another kakehashi (process \(getpid())).")
  }

  @Test("Who holds a folder can be asked without holding or making it")
  func holder() throws {
    let path = temporary.path + "/asked"
    #expect(DataFolder.holder(of: path) == nil)
    #expect(!FileManager.default.fileExists(atPath: path))
    do {
      let folder = try DataFolder(path: path)
      #expect(DataFolder.holder(of: path) == getpid())
      withExtendedLifetime(folder) {}
    }
    #expect(DataFolder.holder(of: path) == nil)
    _ = try DataFolder(path: path)
  }

  @Test("The lock goes with its holder, and a file that was left behind does not stand in the way")
  func released() throws {
    do {
      let folder = try DataFolder(path: temporary.path)
      withExtendedLifetime(folder) {}
    }
    #expect(FileManager.default.fileExists(atPath: temporary.path + "/lock"))
    _ = try DataFolder(path: temporary.path)
  }

  @Test("A path that is a file is refused in a sentence")
  func file() throws {
    let path = temporary.path + "/file"
    try Data().write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: HistoryError.self) { _ = try DataFolder(path: path) }
    #expect(error?.description == "The data folder \(path) cannot be used: it is not a folder.")
  }

  @Test("A path below a file is refused in a sentence")
  func belowFile() throws {
    try Data().write(to: URL(fileURLWithPath: temporary.path + "/file"))
    let path = temporary.path + "/file/data"
    let error = #expect(throws: HistoryError.self) { _ = try DataFolder(path: path) }
    #expect(error?.description == "The data folder \(path) cannot be used: Not a directory.")
  }
}
