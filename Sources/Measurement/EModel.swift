/// The E-model's rating of a conversation (ITU-T G.107, in its fullband form G.107.2), from delay and loss alone.
///
/// A planning model, not what anybody heard: echo and noise are left at their defaults, and the codec's factors come from
/// published listening tests. It is shown beside a measurement and never judged.
public struct EModel: Sendable, Equatable {
  /// What a codec does to a voice, and how it bears loss.
  public struct Codec: Sendable, Equatable {
    public var name: String
    /// Impairment without loss, Ie.
    public var impairment: Double
    /// Robustness against random loss, Bpl.
    public var lossRobustness: Double
    /// Encoding and packets take so long before anything is sent.
    public var delay: Duration

    public init(name: String, impairment: Double, lossRobustness: Double, delay: Duration) {
      self.name = name
      self.impairment = impairment
      self.lossRobustness = lossRobustness
      self.delay = delay
    }

    /// Opus, super-wideband, variable bit rate, without FEC: Alahmadi, Počta, Melvin (ACM TOMM 2021,
    /// doi 10.1145/3458751), whose factors are taken to be on the fullband scale. 20 ms of packet, 6.5 ms to look ahead.
    public static let opus28 = Codec(
      name: "Opus super-wideband at 28 kbit/s without FEC", impairment: 18.48, lossRobustness: 10.63,
      delay: .microseconds(26_500))
  }

  /// The fullband scale: R0 148, divided by 1.48 to give 0 to 100.
  static let fullband = 148.0

  public var codec: Codec
  /// Holds what comes so long before it is played.
  public var buffer: Duration

  public init(codec: Codec = .opus28, buffer: Duration = .milliseconds(60)) {
    self.codec = codec
    self.buffer = buffer
  }

  public struct Rating: Sendable, Equatable {
    /// 0 to 100.
    public var r: Double
    /// 1 to 4.5.
    public var meanOpinionScore: Double
  }

  /// - Parameters:
  ///   - networkDelay: one way, without codec and buffer.
  ///   - concealed: the share of the voice that had to be made up, 0 to 1.
  ///   - burstRatio: mean length of losses ÷ what it were if losses were random; 1 for random.
  public func rating(networkDelay: Duration, concealed: Double, burstRatio: Double = 1) -> Rating {
    let percent = min(max(concealed, 0), 1) * 100
    let whole = networkDelay + codec.delay + buffer
    let equipment =
      codec.impairment
      + (132 - codec.impairment) * percent / (percent / max(burstRatio, 1) + codec.lossRobustness)
    let r = max((Self.fullband - Self.delayImpairment(whole) * 1.48 - equipment) / 1.48, 0)
    return Rating(r: r, meanOpinionScore: Self.meanOpinionScore(r))
  }

  /// Idd of G.107 (equation 7-27), on the scale of 0 to 100.
  static func delayImpairment(_ delay: Duration) -> Double {
    let milliseconds = Double(delay.nanoseconds) / 1e6
    guard milliseconds > 100 else { return 0 }
    let x = binaryLogarithm(milliseconds / 100)
    return 25 * (sixthRoot(1 + sixthPower(x)) - 3 * sixthRoot(1 + sixthPower(x / 3)) + 2)
  }

  /// G.107 annex B.
  static func meanOpinionScore(_ r: Double) -> Double {
    if r <= 0 { return 1 }
    if r >= 100 { return 4.5 }
    return 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6
  }

  // MARK: Mathematics that the standard library lacks

  private static func sixthPower(_ x: Double) -> Double {
    let cube = x * x * x
    return cube * cube
  }

  /// Newton's method from above; `value` is at least 1.
  private static func sixthRoot(_ value: Double) -> Double {
    var root = value.squareRoot()
    for _ in 0..<64 {
      let fifth = root * root * root * root * root
      let next = (5 * root + value / fifth) / 6
      if next >= root { break }
      root = next
    }
    return root
  }

  /// Bit by bit: squares, and counts when it passes 2.
  private static func binaryLogarithm(_ value: Double) -> Double {
    var rest = value
    var result = 0.0
    while rest >= 2 {
      rest /= 2
      result += 1
    }
    var bit = 0.5
    for _ in 0..<48 {
      rest *= rest
      if rest >= 2 {
        rest /= 2
        result += bit
      }
      bit /= 2
    }
    return result
  }
}

extension PathRecord {
  /// What the model says of a voice that was played; `nil` for records of anything else.
  public func rating(_ model: EModel = EModel()) -> EModel.Rating? {
    // Where the clocks do not tell one way, half of both.
    guard let playout, playout.frames > 0,
      let delay = forwardDelay.mean ?? reverseDelay.mean ?? roundTrip.mean.map({ $0 / 2 })
    else { return nil }
    let concealed = Double(playout.concealedFrames) / Double(playout.frames)
    return model.rating(
      networkDelay: .nanoseconds(Int64(clamping: delay)), concealed: concealed, burstRatio: loss.burstRatio)
  }
}
