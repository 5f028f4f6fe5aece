import Testing
import Wire

@testable import Monitor

struct CrowdedSitesTests {
  private func at(_ seconds: Int64) -> ClockReading {
    ClockReading(
      monotonic: MonotonicTime(nanoseconds: seconds * 1_000_000_000), wall: WallTime(seconds: 1_000_000 + seconds))
  }

  @Test("A site is news once, is counted on, and is gone a day after the last")
  func once() {
    var sites = CrowdedSites()
    #expect(sites.note([:], at: at(0)) == [])
    let news = sites.note(["tsu": 3], at: at(1))
    #expect(news.map(\.kind) == [.crowded(count: 3)])
    #expect(news.allSatisfy { $0.reason.contains("kakehashi agent revoke tsu") })
    #expect(sites.note(["tsu": 4], at: at(60)) == [])
    #expect(sites.troubles(at: at(61).monotonic).map(\.kind) == [.crowded(count: 7)])
    #expect(sites.troubles(at: at(61).monotonic).map(\.since) == [WallTime(seconds: 1_000_001)])
    #expect(sites.troubles(at: at(86_461).monotonic) == [])
    // Then it is news again.
    #expect(sites.note(["tsu": 1], at: at(86_461)).map(\.kind) == [.crowded(count: 1)])
  }

  @Test("So many sites are shown")
  func bound() {
    var sites = CrowdedSites()
    let left = Dictionary(uniqueKeysWithValues: (0..<CrowdedSites.limit + 1).map { ("site-\($0)", 1) })
    #expect(sites.note(left, at: at(0)).count == CrowdedSites.limit)
    #expect(sites.note(left, at: at(1)) == [])
    #expect(sites.troubles(at: at(1).monotonic).count == CrowdedSites.limit)
  }
}
