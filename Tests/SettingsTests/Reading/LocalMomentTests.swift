import Foundation
import Settings
import Testing

@Suite struct LocalMomentTests {
  private static let tokyo = TimeZone(identifier: "Asia/Tokyo") ?? .gmt

  @Test(
    "A moment is one of the zone's, or of the offset that stands with it",
    arguments: [
      "2026-11-25 22:00", "2026-11-25T22:00", "2026-11-25 22:00+09:00", "2026-11-25T13:00Z", "2026-11-25 08:00-05:00",
    ])
  func moments(text: String) {
    #expect(LocalMoment.seconds(text, in: Self.tokyo) == 1_795_611_600)
  }

  @Test(
    "What is no moment is refused",
    arguments: [
      "", "tomorrow", "2026-11-25", "2026-11-31 22:00", "2026-11-25 24:00", "2026-11-25 22:00+19:00",
      "2026-11-25 22:00 ",
    ])
  func refused(text: String) {
    #expect(LocalMoment.seconds(text, in: Self.tokyo) == nil)
  }

  @Test("An hour that the clocks leave out is no moment")
  func leftOut() throws {
    let berlin = try #require(TimeZone(identifier: "Europe/Berlin"))
    #expect(LocalMoment.seconds("2026-03-29 02:30", in: berlin) == nil)
    #expect(LocalMoment.seconds("2026-03-29 03:30", in: berlin) != nil)
  }

  @Test("It is written as it is read")
  func written() {
    #expect(LocalMoment.text(1_795_611_600, in: Self.tokyo) == "2026-11-25 22:00")
  }
}
