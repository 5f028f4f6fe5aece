import Testing
import Wire

@testable import Agent

@Suite("When to follow a route")
struct RouteWatchTests {
  private static func at(_ seconds: Int64) -> MonotonicTime { .zero + .seconds(seconds) }

  @Test("Once an hour while all is well")
  func well() {
    var watch = RouteWatch()
    let due = (0..<500).filter { watch.isDue("hq", isBad: false, at: Self.at($0 * 15)) }
    #expect(due == [0, 240, 480])
  }

  @Test("At once when a target is no longer well, and once for as long as that lasts")
  func incident() {
    var watch = RouteWatch()
    _ = watch.isDue("hq", isBad: false, at: Self.at(0))
    let due = (1..<100).filter { watch.isDue("hq", isBad: $0 >= 10, at: Self.at($0 * 15)) }
    #expect(due == [10])
    // Another target's are its own.
    let isOther = watch.isDue("tsu", isBad: true, at: Self.at(1_500))
    #expect(isOther)
  }

  @Test("A target that comes and goes is not followed all the time")
  func flapping() {
    var watch = RouteWatch()
    _ = watch.isDue("hq", isBad: false, at: Self.at(0))
    let due = (1..<60).filter { watch.isDue("hq", isBad: $0 % 2 == 1, at: Self.at($0 * 15)) }
    #expect(due == [1, 21, 41])
  }
}
