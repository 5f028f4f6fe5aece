import Testing
import Wire

@testable import STAMP

@Suite struct FollowUpTelemetryTests {
  @Test("Number, timestamp and method stand in this order, and what is reserved is zero")
  func layout() {
    var bytes = [UInt8](repeating: 0xee, count: 17)
    let value = FollowUpTelemetry(
      sequenceNumber: 0x0102_0304, timestamp: Timestamp(bits: 0x1112_1314_1516_1718), method: 1)
    bytes.write { value.write(into: &$0, at: 1) }
    #expect(bytes == [UInt8](hex: "ee 01020304 1112131415161718 01 000000"))
    #expect(FollowUpTelemetry(bytes, at: 1) == value)
    #expect(value.isKnown)
    #expect(!FollowUpTelemetry.unknown.isKnown)
  }
}
