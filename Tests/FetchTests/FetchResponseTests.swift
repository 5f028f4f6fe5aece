import Testing

@testable import Fetch

@Suite("Phase timings")
struct FetchResponseTests {
  @Test("Marks become phases")
  func phases() {
    let timings = PhaseTimings(
      nameLookup: 100, connect: 300, appConnect: 900, preTransfer: 1_000, startTransfer: 5_000, total: 6_000)
    #expect(timings.nameLookup == .microseconds(100))
    #expect(timings.connect == .microseconds(200))
    #expect(timings.tlsHandshake == .microseconds(600))
    #expect(timings.firstByte == .microseconds(4_000))
    #expect(timings.transfer == .microseconds(1_000))
    #expect(timings.total == .microseconds(6_000))
  }

  @Test("A connection used again has no handshake")
  func reused() {
    let timings = PhaseTimings(
      nameLookup: 10, connect: 10, appConnect: 0, preTransfer: 50, startTransfer: 70, total: 80)
    #expect(timings.connect == .zero)
    #expect(timings.tlsHandshake == .zero)
    #expect(timings.firstByte == .microseconds(20))
  }
}
