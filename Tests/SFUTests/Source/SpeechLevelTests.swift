import RTP
import Testing
import Wire

@testable import SFU

@Suite("Speech level")
struct SpeechLevelTests {
  private static func time(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: milliseconds * 1_000_000)
  }

  /// Feeds packets of 20 ms; gives the time at which speech began.
  private static func feed(
    _ speech: inout SpeechLevel, _ level: AudioLevel?, from start: Int64, count: Int, isDiscontinuous: Bool = false
  ) -> Int64? {
    for index in 0..<count {
      let now = start + Int64(index) * 20
      if speech.update(level: level, isDiscontinuous: isDiscontinuous, at: time(now)) { return now }
    }
    return nil
  }

  @Test("Interop 12: speech is heard within 200 ms, whatever the voice bit says")
  func onset() throws {
    for voice: UInt8 in [0, 0x80] {
      var speech = SpeechLevel()
      let began = Self.feed(&speech, AudioLevel(bits: voice | 25), from: 0, count: 50)
      #expect(try #require(began) <= 200)
      #expect(speech.isSpeaking)
    }
  }

  @Test("The noise of a room and a single click are not speech")
  func noise() {
    var speech = SpeechLevel()
    #expect(Self.feed(&speech, AudioLevel(bits: 60), from: 0, count: 500) == nil)
    #expect(Self.feed(&speech, AudioLevel(bits: 0x80 | 60), from: 10_000, count: 500) == nil)
    var click = SpeechLevel()
    #expect(Self.feed(&click, AudioLevel(bits: 10), from: 0, count: 1) == nil)
  }

  @Test("A speaker keeps the floor for 1.5 s")
  func hold() {
    var speech = SpeechLevel()
    _ = Self.feed(&speech, AudioLevel(bits: 20), from: 0, count: 50)
    _ = speech.update(level: AudioLevel(bits: 20), isDiscontinuous: false, at: Self.time(1000))
    #expect(speech.expire(at: Self.time(2500)) == false)
    #expect(speech.expire(at: Self.time(2501)) == true)
    #expect(!speech.isSpeaking)
    #expect(speech.expire(at: Self.time(9000)) == false)
  }

  @Test("Without the extension a packet with sound counts as speech, and DTX as silence")
  func withoutExtension() {
    var speech = SpeechLevel()
    #expect(Self.feed(&speech, nil, from: 0, count: 50, isDiscontinuous: true) == nil)
    #expect(Self.feed(&speech, nil, from: 1000, count: 50) != nil)
    speech.silence()
    #expect(!speech.isSpeaking && speech.loudness == 0)
  }
}
