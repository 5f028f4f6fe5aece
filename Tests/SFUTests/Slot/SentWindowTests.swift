import Testing

@testable import SFU

@Suite("Sent window")
struct SentWindowTests {
  @Test("A number is noted once, in order or not")
  func once() {
    var window = SentWindow()
    let noted = [100, 102, 101, 102, 100].map { window.insert($0) }
    #expect(noted == [true, true, true, false, false])
  }

  @Test("What is too old to tell is refused")
  func old() {
    var window = SentWindow()
    let noted = [10_000, 10_000 - 4095, 10_000 - 4096].map { window.insert($0) }
    #expect(noted == [true, true, false])
  }

  @Test("Numbers stepped over are holes, also after a turn of the window")
  func holes() {
    var window = SentWindow()
    for sequence in Int64(0)..<5000 where sequence % 10 != 3 { _ = window.insert(sequence) }
    let count = window.count(in: 4000..<5000)
    #expect(count == 900)
    let known = [4993, 4994].map { window.contains($0) }
    #expect(known == [false, true])
    _ = window.insert(50_000)
    let rest = window.count(in: 46_000..<50_001)
    #expect(rest == 1)
  }
}
