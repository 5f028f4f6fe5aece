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
      records.append(close(intervals.removeFirst()))
    }
  }

  /// Ends the measurement: packets that could still be answered were not sent, and what is left is a partial interval.
  public mutating func finish(now: MonotonicTime, into records: inout [PathRecord]) {
    seal(now: now, into: &records)
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
      records.append(close(interval))
    }
  }

  private func end(of interval: OpenInterval) -> UInt64 {
    intervals.first?.firstSequence ?? nextSequence
  }

  /// The interval was taken out of `intervals`; those left follow it.
  private mutating func close(_ interval: OpenInterval) -> PathRecord {
    var record = interval.record
    walkLosses(interval.firstSequence..<end(of: interval), &record)
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

  /// Unanswered packets between two answered ones.
  private struct Run {
    var length: UInt64 = 0
    /// Of them, how many were answered too late: they got there and back.
    var late: UInt64 = 0
    var isRefused = false

    mutating func add(_ packet: Packet) {
      length += 1
      if packet.fate == .late { late += 1 }
      if packet.fate == .refused { isRefused = true }
    }
  }

  /// Goes through the interval's packets in order: bursts, and for each run of losses which way they were lost.
  private mutating func walkLosses(_ sequences: Range<UInt64>, _ record: inout PathRecord) {
    var run = Run()
    for sequence in sequences {
      let packet = packets[index(of: sequence)]
      guard packet.sequence == sequence, packet.fate != .unsent else { continue }
      guard packet.fate == .answered else {
        run.add(packet)
        continue
      }
      settle(run, before: packet, &record)
      advance(to: packet.reflectorNumber, &record)
      record.loss.bursts.record(length: openBurst)
      openBurst = 0
      run = Run()
    }
    if run.length > 0 {
      let next = firstAnswered(from: sequences.upperBound)
      countedMissing += settle(run, before: next, &record)
    }
    record.loss.sent -= min(record.loss.refused, record.loss.sent)
    let known = (record.loss.forwardLost ?? 0) + (record.loss.reverseLost ?? 0)
    record.loss.roundTripLost = record.loss.lost - min(known, record.loss.lost)
  }

  /// Counts a run that ends with the answered packet `next`, if there is one; returns how many were lost on the way
  /// back.
  ///
  /// The reflector numbers its answers: of the numbers between the run's neighbours, those never seen were lost on the
  /// way back. What is left of the run never reached the reflector.
  @discardableResult
  private mutating func settle(_ run: Run, before next: Packet?, _ record: inout PathRecord) -> UInt64 {
    if run.isRefused {
      record.loss.refused += run.length
      return 0
    }
    openBurst += run.length
    let undecided = run.length - run.late
    guard undecided > 0, let next, record.loss.forwardLost != nil, !isAfterRestart(next.reflectorNumber) else {
      return 0
    }
    let missing = missingNumbers(before: next.reflectorNumber)
    let reverse = min(missing - min(missing, countedMissing), undecided)
    record.loss.reverseLost? += reverse
    record.loss.forwardLost? += undecided - reverse
    return reverse
  }

  /// Keeps the highest number.
  private mutating func advance(to number: Int64, _ record: inout PathRecord) {
    if isAfterRestart(number) { record.degradations.insert(.partial) }
    guard number > lastReflectorNumber else { return }
    lastReflectorNumber = number
    countedMissing = 0
  }

  /// The reflector began to count anew in between: its numbers tell nothing of what was lost meanwhile.
  private func isAfterRestart(_ number: Int64) -> Bool {
    number >> 32 > max(lastReflectorNumber, 0) >> 32
  }

  private func missingNumbers(before next: Int64) -> UInt64 {
    // A gap longer than the memory cannot be looked into.
    guard next > lastReflectorNumber, next - lastReflectorNumber < Int64(reflectorNumbers.count) else { return 0 }
    var missing: UInt64 = 0
    for number in UInt64(lastReflectorNumber + 1)..<UInt64(next)
    where reflectorNumbers[Int(number % UInt64(reflectorNumbers.count))] != number + 1 {
      missing += 1
    }
    return missing
  }

  private func firstAnswered(from sequence: UInt64) -> Packet? {
    var sequence = sequence
    while sequence < nextSequence {
      let packet = packets[index(of: sequence)]
      if packet.sequence == sequence, packet.fate == .answered { return packet }
      sequence += 1
    }
    return nil
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
