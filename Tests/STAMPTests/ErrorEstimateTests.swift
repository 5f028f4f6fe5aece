import STAMP
import Testing

@Suite struct ErrorEstimateTests {
  @Test("Flags stand in the two highest bits")
  func flags() {
    #expect(ErrorEstimate(bits: 0x8001).isSynchronized)
    #expect(!ErrorEstimate(bits: 0x4001).isSynchronized)
    #expect(ErrorEstimate(bits: 0x4001).format == .ptp)
    #expect(ErrorEstimate(bits: 0x0001).format == .ntp)
    #expect(ErrorEstimate(isSynchronized: true, errorNanoseconds: 0, format: .ptp).bits == 0xc001)
  }

  @Test(
    "The error is the multiplier times 2^(scale − 32) s, rounded up",
    arguments: [
      (0x0001, 1), (0x00ff, 60), (0x2001, 1_000_000_000), (0x1f01, 500_000_000), (0x2102, 4_000_000_000),
      (0x3f01, 2_147_483_648_000_000_000),
    ] as [(UInt16, UInt64)])
  func nanoseconds(bits: UInt16, nanoseconds: UInt64) {
    #expect(ErrorEstimate(bits: bits).nanoseconds == nanoseconds)
  }

  @Test("A multiplier of 0 is no error of 0: it says nothing")
  func zeroMultiplier() {
    #expect(ErrorEstimate(bits: 0x8a00).nanoseconds == nil)
  }

  @Test(
    "An error is written rounded up by less than 1 %",
    arguments: [0, 1, 59, 60, 61, 1_000, 50_000, 1_000_000, 16_000_000, 3_000_000_000, 86_400_000_000_000] as [UInt64])
  func roundTrip(nanoseconds: UInt64) throws {
    let estimate = ErrorEstimate(isSynchronized: true, errorNanoseconds: nanoseconds)
    let read = try #require(estimate.nanoseconds)
    #expect(read >= nanoseconds)
    #expect(read <= nanoseconds + nanoseconds / 100 + 1)
    #expect(estimate.isSynchronized)
  }

  @Test("An unknown error, or one beyond counting, is the greatest")
  func unknown() {
    #expect(ErrorEstimate(isSynchronized: false, errorNanoseconds: nil).bits == 0x3fff)
    #expect(ErrorEstimate(bits: 0x3fff).nanoseconds == nil)
    #expect(ErrorEstimate(isSynchronized: true, errorNanoseconds: .max).nanoseconds == nil)
  }
}
