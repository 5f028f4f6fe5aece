import Measurement
import Wire

extension STAMPMeter {
  /// When `seal` next has a record to give.
  public var nextSeal: MonotonicTime {
    intervals.first.map { $0.end + configuration.timeout } ?? .never
  }

  /// Appends the records of all intervals whose last packet can no longer arrive.
  public mutating func seal(now: MonotonicTime, into records: inout [PathRecord]) {
    while let first = intervals.first, first.end + configuration.timeout <= now {
      records.append(close(intervals.removeFirst(), isLast: false))
    }
  }

  /// Ends the measurement: packets that could still be answered were not sent, and what is left is a partial interval.
  public mutating func finish(now: MonotonicTime, into records: inout [PathRecord]) {
    while !intervals.isEmpty {
      var interval = intervals.removeFirst()
      for sequence in interval.firstSequence..<end(of: interval) {
        let place = index(of: sequence)
        guard packets[place].sequence == sequence, packets[place].fate == .outstanding,
          packets[place].sent + configuration.timeout > now
        else { continue }
        packets[place].fate = .unsent
        interval.record.loss.sent -= 1
      }
      if interval.end > now { interval.record.degradations.insert(.partial) }
      records.append(close(interval, isLast: intervals.isEmpty))
    }
  }

  private func end(of interval: OpenInterval) -> UInt64 {
    intervals.first?.firstSequence ?? nextSequence
  }

  /// The interval was taken out of `intervals`; those left follow it.
  private mutating func close(_ interval: OpenInterval, isLast: Bool) -> PathRecord {
    var record = interval.record
    countLosses(interval.firstSequence..<end(of: interval), isLast: isLast, &record)
    countDiscarded(interval.firstSequence..<end(of: interval), &record)
    if record.loss.received == 0 { record.timestamps = .userSpace }
    // One leg that is negative, or one reply whose clock is not good, and no one-way figure can be believed.
    record.clock.isSynchronized = record.loss.received > 0 && interval.clocksAreGood
    if !record.clock.isSynchronized {
      record.forwardDelay.removeAll()
      record.reverseDelay.removeAll()
    }
    if record.loss.sent == 0, record.loss.refused > 0 { record.condition = .targetDown }
    return record
  }

  /// Arrived, but later than a meeting can use: the path's least round trip, of this interval and the one before, and
  /// 60 ms more.
  private mutating func countDiscarded(_ sequences: Range<UInt64>, _ record: inout PathRecord) {
    var minimum = Int64.max
    for sequence in sequences where isAnswered(sequence) {
      minimum = min(minimum, packets[index(of: sequence)].roundTrip)
    }
    guard minimum != .max else { return }
    let limit = min(minimum, previousMinimum ?? minimum) + 60_000_000
    for sequence in sequences where isAnswered(sequence) && packets[index(of: sequence)].roundTrip > limit {
      record.loss.discarded += 1
    }
    previousMinimum = minimum
  }

  private func isAnswered(_ sequence: UInt64) -> Bool {
    let packet = packets[index(of: sequence)]
    return packet.sequence == sequence && packet.fate == .answered
  }
}
