import LoadTest
import Measurement

/// A listener's device: what is not there in time, the decoder makes up.
struct Listener: ~Copyable {
  private var decoder: SpeechDecoder
  private(set) var playout = Playout()

  /// `nil` when libopus refuses, for want of memory.
  init?() {
    guard let decoder = SpeechDecoder() else { return nil }
    self.decoder = decoder
  }

  /// Plays the next 20 ms; `nil` for a packet that is not there.
  mutating func play(_ packet: [UInt8]?) {
    playout.frames += 1
    if packet == nil || decoder.decode(packet) == nil {
      playout.concealedFrames += 1
      _ = decoder.decode(nil)
    }
  }
}
