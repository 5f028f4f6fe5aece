import Testing
import Wire

@testable import Transport

@Suite("A mailbox")
struct MailboxTests {
  @Test("Messages come out in order, and the wake-up is signalled once for many")
  func order() throws {
    let wakeup = try Wakeup()
    let mailbox = Mailbox<Int>(capacity: 8, wakeup: wakeup)
    let loop = try EventLoop()
    try loop.watch(wakeup.descriptor, token: 3)
    for message in 0..<5 { #expect(mailbox.post(message) == .posted) }
    #expect(loop.wait(until: SystemClock.now + .seconds(10)) == 1)
    #expect(loop.event(at: 0).token == 3)
    wakeup.clear()
    var messages: [Int] = [99]
    mailbox.drain(into: &messages)
    #expect(messages == [0, 1, 2, 3, 4])
    mailbox.drain(into: &messages)
    #expect(messages.isEmpty)
    #expect(loop.wait(until: SystemClock.now) == 0)
  }

  @Test("A full mailbox says so and takes messages again once drained")
  func full() throws {
    let mailbox = Mailbox<Int>(capacity: 2, wakeup: try Wakeup())
    #expect(mailbox.post(1) == .posted)
    #expect(mailbox.post(2) == .posted)
    #expect(mailbox.post(3) == .full)
    var messages: [Int] = []
    mailbox.drain(into: &messages)
    #expect(messages == [1, 2])
    #expect(mailbox.post(4) == .posted)
  }

  @Test("A closed mailbox refuses, and gives out what it had")
  func closed() throws {
    let mailbox = Mailbox<Int>(capacity: 2, wakeup: try Wakeup())
    mailbox.post(1)
    mailbox.close()
    #expect(mailbox.post(2) == .closed)
    var messages: [Int] = []
    mailbox.drain(into: &messages)
    #expect(messages == [1])
  }

  @Test("Nothing is lost or doubled between threads")
  func threads() throws {
    let wakeup = try Wakeup()
    let mailbox = Mailbox<Int>(capacity: 64, wakeup: wakeup)
    let writers = try (0..<3).map { writer in
      try NamedThread("writer \(writer)") {
        for message in 0..<1_000 {
          while mailbox.post(writer * 1_000 + message) == .full {}
        }
      }
    }
    let loop = try EventLoop()
    try loop.watch(wakeup.descriptor, token: 0)
    var seen: [Int] = []
    var messages: [Int] = []
    let deadline = SystemClock.now + .seconds(30)
    while seen.count < 3_000, SystemClock.now < deadline {
      _ = loop.wait(until: deadline)
      wakeup.clear()
      mailbox.drain(into: &messages)
      seen += messages
    }
    writers.forEach { $0.join() }
    #expect(seen.sorted() == Array(0..<3_000))
  }
}
