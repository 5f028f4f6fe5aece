import Glibc
import Testing

@testable import Transport

@Suite("A system error")
struct SystemErrorTests {
  @Test("It is a sentence, and says what to do where there is something to do")
  func sentences() {
    #expect(
      SystemError("create a wake-up", code: EMFILE).description
        == "Cannot create a wake-up: too many files are open; raise the limit (LimitNOFILE in the systemd unit, ulimit -n)."
    )
    #expect(
      SystemError("watch a descriptor", code: EBADF).description == "Cannot watch a descriptor: Bad file descriptor.")
  }
}
