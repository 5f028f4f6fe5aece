import STAMP
import Testing
import Wire

@testable import Probes

@Suite struct STAMPViewTests {
  private func view(_ source: String?, _ timestamps: TimestampInformation? = nil) throws -> STAMPView {
    STAMPView(
      SessionSender.View(source: source.flatMap { Endpoint($0) }, timestamps: timestamps), port: 40_000,
      addresses: [try #require(IPAddress("192.0.2.1")), try #require(IPAddress("2001:db8::1"))])
  }

  @Test(
    "Our own endpoint is not translated, nor is what the reflector did not tell",
    arguments: [nil, "192.0.2.1:40000", "[2001:db8::1]:40000", "127.0.0.1:40000"])
  func own(source: String?) throws {
    #expect(try view(source).remarks.isEmpty)
  }

  @Test("Another address or another port is", arguments: ["198.51.100.1:40000", "192.0.2.1:1025"])
  func translated(source: String) throws {
    #expect(try view(source).translatedSource == Endpoint(source))
    #expect(try view(source).remarks.contains { $0.contains(source) })
  }

  @Test("A clock that nothing corrects is told")
  func freeRunning() throws {
    let method = TimestampInformation.Method.software
    #expect(
      try !view(nil, TimestampInformation(source: TimestampInformation.Source.ntp, method: method)).isClockFreeRunning)
    let free = try view(nil, TimestampInformation(source: TimestampInformation.Source.freeRunning, method: method))
    #expect(free.remarks.count == 1)
  }
}
