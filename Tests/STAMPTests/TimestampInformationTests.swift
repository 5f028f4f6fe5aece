import Testing

@testable import STAMP

@Suite struct TimestampInformationTests {
  @Test("Source and method on arrival stand before those on departure")
  func layout() {
    var bytes = [UInt8](repeating: 0, count: 5)
    var value = TimestampInformation(source: TimestampInformation.Source.ptp, method: 3)
    value.sourceOut = TimestampInformation.Source.freeRunning
    value.methodOut = TimestampInformation.Method.hardware
    bytes.write { value.write(into: &$0, at: 1) }
    #expect(bytes == [0, 2, 3, 5, 1])
    #expect(TimestampInformation(bytes, at: 1) == value)
  }
}
