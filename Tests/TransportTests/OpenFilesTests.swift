import Glibc
import Testing
import Transport

@Suite("Open files")
struct OpenFilesTests {
  @Test("The limit is raised to what the system allows, and stays there")
  func raised() {
    let limit = OpenFiles.raiseLimit()
    #expect(limit >= 1_024)
    #expect(OpenFiles.raiseLimit() == limit)
    #expect(sysconf(Int32(_SC_OPEN_MAX)) == limit)
  }
}
