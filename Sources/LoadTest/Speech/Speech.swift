import Wire

/// Samples that a speech codec takes for a voice: a pulse train whose pitch wanders, through the resonances of changing
/// vowels, in syllables, with breath. Deterministic by its seed, and never twice the same.
public struct Speech: Sendable {
  /// Samples a second, one channel.
  public static let rate = 48_000
  /// 20 ms.
  public static let frameSamples = 960

  private static let vowels: [[Double]] = [
    [730, 1_090, 2_440], [270, 2_290, 3_010], [300, 870, 2_240], [530, 1_840, 2_480], [570, 840, 2_410],
  ]

  private var random: SplitMix64
  private var formants: [Resonator]
  private var sample = 0
  /// Where in the glottal period, 0 to 1.
  private var phase = 0.0
  private var pitch = 120.0

  public init(seed: UInt64) {
    random = SplitMix64(seed: seed)
    formants = Self.vowels[0].map(Resonator.init)
  }

  /// The next 20 ms.
  public mutating func frame() -> [Int16] {
    // A syllable lasts 200 ms; each begins another vowel.
    if sample % (Self.frameSamples * 10) == 0 {
      let vowel = Self.vowels[Int(random.next() % UInt64(Self.vowels.count))]
      for index in formants.indices { formants[index].tune(vowel[index]) }
    }
    pitch = min(max(pitch + (noise() * 6), 90), 180)
    return (0..<Self.frameSamples).map { _ in next() }
  }

  private mutating func next() -> Int16 {
    phase += pitch / Double(Self.rate)
    var source = noise() * 0.02
    if phase >= 1 {
      phase -= 1
      source += 1
    }
    // Rises and falls within the syllable, as a parabola.
    let place = Double(sample % (Self.frameSamples * 10)) / Double(Self.frameSamples * 10)
    sample += 1
    let loudness = 0.15 + 3.4 * place * (1 - place)
    var sum = 0.0
    for index in formants.indices { sum += formants[index].filter(source) / Double(index + 1) }
    return Int16(max(-30_000, min(30_000, sum * loudness * 6_000)))
  }

  /// Between −1 and 1.
  private mutating func noise() -> Double {
    Double(Int64(bitPattern: random.next()) >> 11) / Double(1 << 52)
  }

  /// Two poles at a formant's frequency, 100 Hz wide. (The usual recursion; its cosine by a series, since this module has
  /// no mathematics library.)
  private struct Resonator {
    private var a = 0.0, b = 0.0, c = 0.0
    private var first = 0.0, second = 0.0

    init(_ frequency: Double) {
      tune(frequency)
    }

    mutating func tune(_ frequency: Double) {
      // exp(−π · 100 Hz / rate).
      let radius = 0.993_476
      c = -radius * radius
      b = 2 * radius * Self.cosine(2 * .pi * frequency / Double(Speech.rate))
      a = 1 - b - c
    }

    mutating func filter(_ input: Double) -> Double {
      let output = a * input * 12 + b * first + c * second
      (second, first) = (first, output)
      return output
    }

    /// Exact to nine digits below 0.5, which is 3.8 kHz.
    private static func cosine(_ angle: Double) -> Double {
      let square = angle * angle
      return 1 - square / 2 * (1 - square / 12 * (1 - square / 30 * (1 - square / 56)))
    }
  }
}
