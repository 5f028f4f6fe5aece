import Testing

@testable import STAMP

@Suite struct DirectMeasurementTests {
  @Test("The counters stand one after the other")
  func layout() {
    var bytes = [UInt8](repeating: 0, count: 14)
    let value = DirectMeasurement(senderTransmitted: 1, reflectorReceived: 0x0203_0405, reflectorTransmitted: 6)
    bytes.write { value.write(into: &$0, at: 2) }
    #expect(bytes == [0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 6])
    #expect(DirectMeasurement(bytes, at: 2) == value)
  }
}
