import RTP
import Testing
import Wire

@testable import SFU

@Suite("Reception statistics")
struct ReceptionStatisticsTests {
  private static func statistics(_ numbers: [UInt16], from start: Int64 = 0) -> ReceptionStatistics {
    var statistics = ReceptionStatistics(clockRate: 48_000, window: 128)
    for (index, number) in numbers.enumerated() {
      let sequence: Int64
      switch statistics.position(of: number) {
      case .start(let start):
        sequence = start
        statistics.begin(at: start)
      case .newest(let newest): sequence = newest
      case .earlier(let earlier): sequence = earlier
      case .suspect:
        statistics.suspect(number)
        continue
      }
      statistics.count(
        sequence, timestamp: UInt32(number) &* 960, byteCount: 100,
        arrival: MonotonicTime(nanoseconds: Int64(index) * 20_000_000), isVideo: false)
    }
    return statistics
  }

  @Test("Numbers go on over the wrap (RFC 3550 appendix A.1)")
  func wrap() {
    let statistics = Self.statistics([65_534, 65_535, 0, 1])
    #expect(statistics.highest == 65_537)
    #expect(statistics.position(of: 2) == .newest(65_538))
    #expect(statistics.position(of: 65_535) == .earlier(65_535))
  }

  @Test("Loss is expected less received, since the last report and in all (appendix A.3)")
  func loss() throws {
    var statistics = Self.statistics([10, 11, 13, 14, 16])
    let firstReport = statistics.report()
    let first = try #require(firstReport)
    #expect(first.cumulativeLost == 2)
    #expect(first.fractionLost == UInt8(2 * 256 / 7))
    #expect(first.extendedHighest == 16)
    let secondReport = statistics.report()
    let second = try #require(secondReport)
    #expect(second.cumulativeLost == 2)
    #expect(second.fractionLost == 0)
  }

  @Test("The reported number counts cycles from the stream's first")
  func cycles() {
    var statistics = Self.statistics([65_535, 0])
    #expect(statistics.report()?.extendedHighest == 0x1_0000)
  }

  @Test("One stray number is no restart; two in order are")
  func restart() {
    var statistics = Self.statistics([100, 101])
    #expect(statistics.position(of: 20_000) == .suspect)
    statistics.suspect(20_000)
    #expect(statistics.position(of: 102) == .newest(102))
    guard case .start(let start) = statistics.position(of: 20_001) else {
      Issue.record("the second number confirms the jump")
      return
    }
    #expect(start > 101 + 65_536)
    #expect(UInt16(truncatingIfNeeded: start) == 20_001)
  }

  @Test("A packet behind the window is no packet of this stream")
  func window() {
    let statistics = Self.statistics([1000, 1001])
    #expect(statistics.position(of: 1001 - 127) == .earlier(1001 - 127))
    #expect(statistics.position(of: 1001 - 128) == .suspect)
    #expect(statistics.sequence(ofRetransmitted: 1000) == 1000)
    #expect(statistics.sequence(ofRetransmitted: 1002) == nil)
  }

  @Test("An interval counts each number once, and reordering apart")
  func interval() {
    var statistics = Self.statistics([10, 11, 13, 12, 15])
    statistics.countDuplicate(byteCount: 100)
    let closed = statistics.closeInterval(end: 15, received: 0, recovered: 0)
    #expect(closed.expected == 6)
    #expect(closed.received == 5)
    #expect(closed.reordered == 1)
    #expect(closed.duplicates == 1)
    #expect(closed.bytes == 600)
    #expect(closed.delayVariationCount == 4)
    #expect(statistics.closeInterval(end: 15, received: 0, recovered: 0) == ReceptionCounts())
  }

  @Test("What was recovered stays lost, until the original comes late")
  func recovered() {
    var statistics = Self.statistics([10, 12])
    statistics.countRecovered(11, byteCount: 100)
    var copy = statistics
    let repaired = copy.closeInterval(end: 12, received: 0, recovered: 0)
    #expect((repaired.expected, repaired.received, repaired.recovered) == (3, 2, 1))
    statistics.countLate(11, byteCount: 100)
    let late = statistics.closeInterval(end: 12, received: 0, recovered: 0)
    #expect((late.expected, late.received, late.recovered, late.reordered) == (3, 3, 0, 1))
  }

  @Test("|D| is summed in nanoseconds: packets 5 ms late and early by turns give 5 ms each")
  func delayVariation() {
    var statistics = ReceptionStatistics(clockRate: 48_000, window: 128)
    statistics.begin(at: 0)
    for number in 0..<101 {
      let delay: Int64 = number % 2 == 0 ? 0 : 5_000_000
      statistics.count(
        Int64(number), timestamp: UInt32(number) * 960, byteCount: 1,
        arrival: MonotonicTime(nanoseconds: Int64(number) * 20_000_000 + delay), isVideo: false)
    }
    let closed = statistics.closeInterval(end: 100, received: 0, recovered: 0)
    #expect(closed.delayVariationCount == 100)
    #expect(abs(Int64(closed.delayVariationSum) - 500_000_000) < 1000)
  }

  @Test("Of a video frame only the first packet tells of delay")
  func frames() {
    var statistics = ReceptionStatistics(clockRate: 90_000, window: 512)
    statistics.begin(at: 0)
    for number in 0..<30 {
      statistics.count(
        Int64(number), timestamp: UInt32(number / 3) * 3000, byteCount: 1,
        arrival: MonotonicTime(nanoseconds: Int64(number / 3) * 33_333_333 + Int64(number % 3) * 2_000_000),
        isVideo: true)
    }
    let closed = statistics.closeInterval(end: 29, received: 0, recovered: 0)
    #expect(closed.delayVariationCount == 9)
    #expect(closed.delayVariationSum < 100_000)
  }
}
