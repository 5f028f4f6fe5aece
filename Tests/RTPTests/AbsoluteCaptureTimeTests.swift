import RTP
import Testing
import Wire

@Suite("Absolute capture time")
struct AbsoluteCaptureTimeTests {
  private static func array(_ time: AbsoluteCaptureTime) -> [UInt8] {
    let bytes = time.bytes
    return bytes.indices.map { bytes[$0] }
  }

  @Test("It is read with and without the clock's offset, and written with it")
  func fields() throws {
    let short = try required(AbsoluteCaptureTime(hex("0102030405060708").span.bytes))
    #expect(short == AbsoluteCaptureTime(captured: NTPTime(bits: 0x0102_0304_0506_0708), clockOffset: nil))
    let text = "0102030405060708 fffffffe80000000"
    let long = try required(AbsoluteCaptureTime(hex(text).span.bytes))
    // One and a half seconds behind.
    #expect(long.clockOffset == -0x1_8000_0000)
    #expect(Self.array(long) == hex(text))
    #expect(Self.array(short) == hex("0102030405060708 0000000000000000"))
  }

  @Test("Other lengths are refused", arguments: [0, 7, 9, 15, 17])
  func lengths(count: Int) {
    let time = AbsoluteCaptureTime([UInt8](repeating: 1, count: count).span.bytes)
    #expect(time == nil)
  }
}
