import RTP
import Wire

/// How loud a microphone is over time, and whether its owner is speaking.
///
/// Loudness is 0 (silence) to 127 (overload). It rises within about 80 ms and falls within about half a second, so that a
/// syllable counts and a click does not. The voice bit is never asked: some clients always clear it.
struct SpeechLevel: BitwiseCopyable {
  /// −50 dBov: above the noise of a room, below soft speech.
  static let threshold: Int32 = 77
  /// What a packet with sound counts as where the client sends no levels: OBS and GStreamer.
  static let withoutExtension: Int32 = 90
  /// A speaker keeps the floor through pauses of this length.
  static let hold: Int64 = 1_500_000_000

  /// Loudness in 1/256.
  private var smoothed: Int32 = 0
  /// When the loudness was last above the threshold.
  private(set) var lastHeard: MonotonicTime?
  private(set) var isSpeaking = false

  var loudness: Int32 { smoothed >> 8 }

  /// Takes one packet; `true` when its owner begins to speak with it.
  mutating func update(level: AudioLevel?, isDiscontinuous: Bool, at now: MonotonicTime) -> Bool {
    let loudness =
      isDiscontinuous ? 0 : level.map { 127 - Int32($0.decibelsBelowOverload) } ?? Self.withoutExtension
    let difference = loudness << 8 - smoothed
    smoothed += difference > 0 ? difference / 4 : difference / 24
    guard smoothed > Self.threshold << 8 else { return false }
    lastHeard = now
    defer { isSpeaking = true }
    return !isSpeaking
  }

  /// `true` when its owner has stopped speaking since the last call.
  mutating func expire(at now: MonotonicTime) -> Bool {
    guard isSpeaking, let lastHeard, now.nanoseconds(since: lastHeard) > Self.hold else { return false }
    isSpeaking = false
    return true
  }

  /// The source was emptied.
  mutating func silence() {
    smoothed = 0
    isSpeaking = false
  }
}
