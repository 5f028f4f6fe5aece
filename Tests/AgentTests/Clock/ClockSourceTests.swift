import Foundation
import Testing

@testable import Agent

@Suite("What keeps the clock")
struct ClockSourceTests {
  @Test(
    "It is known by the files of each, chrony before what Debian installs beside it; nothing there is nothing known")
  func files() throws {
    let folder = try TemporaryFolder()
    #expect(ClockSource.current(root: folder.path) == nil)
    func make(_ file: String) throws {
      let path = folder.path + file
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
    }
    try make("/run/systemd/timesync/synchronized")
    #expect(ClockSource.current(root: folder.path) == "systemd-timesyncd")
    try make("/run/chrony/chronyd.pid")
    #expect(ClockSource.current(root: folder.path) == "chrony")
  }
}
