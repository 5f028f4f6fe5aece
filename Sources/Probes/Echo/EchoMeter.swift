import Measurement
import Wire

/// Makes numbered requests and their answers, of a target that answers each, into a record: a value in virtual time.
///
/// Bounded by what it is made for: `capacity` requests.
struct EchoMeter: Sendable {
  /// An answer after this is late, and its request lost.
  static let timeout = Duration.seconds(2)
  /// Later than the least round trip by more than this is of no use to a meeting.
  static let usefulDelay: Int64 = 60_000_000

  private enum Fate: Equatable {
    case outstanding
    case answered(Int64)
    case late
    /// The host says that nothing listens there.
    case refused
    /// The answer, which came after so long, says that the request could not be served.
    case failed(Int64)
    /// This machine could not send it.
    case unsent
  }

  private var sentAt: [MonotonicTime] = []
  private var fates: [Fate] = []
  private var highestAnswered = -1
  private var duplicates: UInt64 = 0
  private var reordered: UInt64 = 0
  private var variation = DelayVariation()
  private var variations = Distribution()

  init(capacity: Int) {
    sentAt.reserveCapacity(capacity)
    fates.reserveCapacity(capacity)
  }

  /// Requests are numbered from 0 in the order of sending.
  mutating func sent(at now: MonotonicTime) {
    sentAt.append(now)
    fates.append(.outstanding)
  }

  /// The last request could not be sent.
  mutating func unsent() {
    if let last = fates.indices.last { fates[last] = .unsent }
  }

  mutating func answered(_ number: Int, at arrival: MonotonicTime) {
    guard fates.indices.contains(number) else { return }
    switch fates[number] {
    case .answered, .late, .failed:
      duplicates += 1
    case .outstanding, .refused, .unsent:
      let roundTrip = arrival.nanoseconds(since: sentAt[number])
      guard roundTrip <= Self.timeout.nanoseconds else {
        fates[number] = .late
        return
      }
      fates[number] = .answered(max(roundTrip, 0))
      if number < highestAnswered { reordered += 1 }
      highestAnswered = max(highestAnswered, number)
      if let difference = variation.record(departure: sentAt[number].nanoseconds, arrival: arrival.nanoseconds) {
        variations.record(difference)
      }
    }
  }

  /// An answer came, and it says that the request could not be served.
  mutating func failed(_ number: Int, at arrival: MonotonicTime) {
    guard fates.indices.contains(number), fates[number] == .outstanding else { return }
    let roundTrip = arrival.nanoseconds(since: sentAt[number])
    fates[number] = roundTrip <= Self.timeout.nanoseconds ? .failed(max(roundTrip, 0)) : .late
  }

  mutating func refused(_ number: Int) {
    guard fates.indices.contains(number), fates[number] == .outstanding else { return }
    fates[number] = .refused
  }

  /// Nothing more can come in time.
  func isSettled(_ now: MonotonicTime) -> Bool {
    zip(fates, sentAt).allSatisfy { fate, sent in
      fate != .outstanding || now.nanoseconds(since: sent) > Self.timeout.nanoseconds
    }
  }

  /// Adds all that was found to a record.
  func finish(_ record: inout PathRecord) {
    var roundTrips: [Int64] = []
    var burst: UInt64 = 0
    for fate in fates {
      switch fate {
      case .answered(let roundTrip):
        roundTrips.append(roundTrip)
        record.roundTrip.record(UInt64(roundTrip))
        record.loss.bursts.record(length: burst)
        burst = 0
      case .refused:
        record.loss.refused += 1
        continue
      case .unsent:
        record.degradations.insert(.sendErrors)
        continue
      case .late:
        record.loss.late += 1
        burst += 1
      case .failed(let roundTrip):
        // It was answered, so how fast is known.
        record.roundTrip.record(UInt64(roundTrip))
        burst += 1
      case .outstanding:
        burst += 1
      }
      record.loss.sent += 1
    }
    record.loss.bursts.record(length: burst)
    record.loss.received = UInt64(roundTrips.count)
    record.loss.roundTripLost = record.loss.lost
    record.loss.duplicates = duplicates
    record.loss.reordered = reordered
    if let least = roundTrips.min() {
      record.loss.discarded = UInt64(roundTrips.count { $0 - least > Self.usefulDelay })
    }
    record.delayVariation = variations
    record.rfc3550Jitter = variations.isEmpty ? nil : UInt64(variation.jitter)
    if record.loss.sent == 0, record.loss.refused > 0 { record.condition = .targetDown }
  }
}
