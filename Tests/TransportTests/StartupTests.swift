import Testing

@testable import Transport

@Suite("A thread's startup")
struct StartupTests {
  @Test("The starter gets what the thread reports")
  func value() throws {
    let startup = try Startup<Int>()
    let thread = try NamedThread("starting") { startup.report(.success(7)) }
    #expect(try startup.wait() == 7)
    thread.join()
  }

  @Test("The thread's error becomes the starter's")
  func failure() throws {
    let startup = try Startup<Int>()
    let error = SystemError("start", code: 1)
    let thread = try NamedThread("starting") { startup.report(.failure(error)) }
    #expect(throws: error) { try startup.wait() }
    thread.join()
  }
}
