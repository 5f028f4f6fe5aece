import Wire

extension Impairment.Conditions {
  /// What each word of the text form means, for a command's help.
  public static let words = """
    loss=3                % lost, each for itself
    delay=200             ms that everything waits
    jitter=20             ms waited on top, evenly from 0 to this, in order
    ramp=300/15           ms waited on top that grow from 0 to 300 over 15 s, once, as in a queue that fills
    spike=200/5           ms for which the line stands still, once, after 5 s
    reorder=1 or 1/30     % held back, by 30 ms, and overtaken
    duplicate=1           % sent twice
    rate=512 or 512/64    kbit/s, with a queue of 64 kB
    none                  nothing of this
    """

  /// `loss=3 delay=200 jitter=20`: any of `words`, apart by spaces; `nil` for what is none.
  public init?(_ text: some StringProtocol) {
    self = .none
    for word in text.split(separator: " ") where word != "none" {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let numbers = parts.dropFirst().first?.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) }
      guard let numbers, numbers.count <= 2, let value = Self.bounded(numbers[0]) else { return nil }
      let second = numbers.count == 2 ? Self.bounded(numbers[1]) : nil
      guard numbers.count == 1 || second != nil, set(String(parts[0]), value, second) else { return nil }
    }
  }

  private static func bounded(_ number: Double?) -> Double? {
    number.flatMap { (0...100_000).contains($0) ? $0 : nil }
  }

  private mutating func set(_ name: String, _ value: Double, _ second: Double?) -> Bool {
    switch (name, second) {
    case ("loss", nil) where value <= 100: lossPerMillion = Self.perMillion(value)
    case ("delay", nil): delay = .milliseconds(value)
    case ("jitter", nil): jitter = .milliseconds(value)
    case ("ramp", .some(let seconds)):
      ramp = .milliseconds(value)
      rampDuration = .seconds(seconds)
    case ("spike", .some(let seconds)):
      spike = .milliseconds(value)
      spikeAfter = .seconds(seconds)
    case ("reorder", _) where value <= 100:
      reorderingPerMillion = Self.perMillion(value)
      if let second { reorderingDelay = .milliseconds(second) }
    case ("duplicate", nil) where value <= 100: duplicationPerMillion = Self.perMillion(value)
    case ("rate", _) where value >= 1:
      bitsPerSecond = Int(value * 1_000)
      if let second { queueBytes = Int(second * 1_000) }
    default: return false
    }
    return true
  }

  private static func perMillion(_ percent: Double) -> Int {
    Int((percent * 10_000).rounded())
  }
}
