import Testing

@testable import LoadTest

@Suite("Opus as a meeting speaks it")
struct OpusTests {
  @Test("Speech is coded at about 28 kbit/s, each packet another, and decoded to what was said")
  func coding() throws {
    guard var encoder = SpeechEncoder() else { throw SpeechTestsError.refused }
    guard var decoder = SpeechDecoder() else { throw SpeechTestsError.refused }
    var speech = Speech(seed: 5)
    var packets: Set<[UInt8]> = []
    var said: [Double] = []
    var heard: [Double] = []
    var bytes = 0
    for _ in 0..<100 {
      let frame = speech.frame()
      let packet = encoder.encode(frame)
      bytes += packet.count
      packets.insert(packet)
      said += frame.map(Double.init)
      heard += (decoder.decode(packet) ?? []).map(Double.init)
    }
    #expect(packets.count == 100)
    #expect((20_000...40_000).contains(bytes * 8 / 2))
    try #require(heard.count == said.count)
    // Coding takes 6.5 ms, 312 samples, and some coders more: the best shift up to 10 ms.
    let likeness = (0..<480).map { shift in
      Self.correlation(said.dropLast(shift), heard.dropFirst(shift))
    }.max()
    #expect(try #require(likeness) > 0.8)
  }

  @Test("What is missing is made up, and what is no Opus of 20 ms is refused")
  func concealment() throws {
    guard var encoder = SpeechEncoder() else { throw SpeechTestsError.refused }
    guard var decoder = SpeechDecoder() else { throw SpeechTestsError.refused }
    var speech = Speech(seed: 6)
    for _ in 0..<10 { _ = decoder.decode(encoder.encode(speech.frame())) }
    let made = decoder.decode(nil)
    #expect(made?.contains { $0 != 0 } == true)
    let nothing = decoder.decode([])
    #expect(nothing == nil)
    // Code 3 with more frames than the packet can hold.
    let broken = decoder.decode([0x03, 0xff])
    #expect(broken == nil)
  }

  private static func correlation(_ left: ArraySlice<Double>, _ right: ArraySlice<Double>) -> Double {
    var (product, leftPower, rightPower) = (0.0, 0.0, 0.0)
    for (a, b) in zip(left, right) {
      product += a * b
      leftPower += a * a
      rightPower += b * b
    }
    return product / (leftPower * rightPower).squareRoot()
  }
}

private enum SpeechTestsError: Error {
  case refused
}
