import Measurement

/// What was lost, in which bursts and which way.
///
/// A stateful reflector numbers its answers, so for each number that never came a packet was lost on the way back; other
/// lost packets never reached it. Packets overtake one another, so which packet had a missing number is not known, and
/// it need not lie where the number does: each is taken to belong to the nearest run of losses that has room for it.
extension STAMPMeter {
  /// Unanswered packets between two answered ones.
  private struct LostRun {
    /// From the first one to the answered one that ends it.
    var sequences: Range<UInt64>
    var length: UInt64 = 0
    /// Of them, those that never came back at all; others came too late.
    var lost: UInt64 = 0
    var isRefused = false
    /// Of the lost, how many the reflector answered.
    var lostBack: UInt64 = 0
    /// False where the reflector began anew, or where no answer has come since.
    var isDecided = true

    /// Some of what is lost may have been answered.
    var hasRoom: Bool { lostBack < lost && !isRefused }
  }

  /// An answer and the packet it was for.
  struct Answer: Sendable, BitwiseCopyable {
    var number: Int64
    var sequence: UInt64
  }

  /// Goes through the packets of the interval to be sealed, with what came before and after them. A burst that has not
  /// ended ends with the last interval.
  mutating func countLosses(_ sequences: Range<UInt64>, isLast: Bool, _ record: inout PathRecord) {
    var answers: [Answer] = []
    var runs = lostRuns(&answers)
    if record.loss.forwardLost != nil { assignMissingNumbers(among: &answers, to: &runs) }
    for run in runs where run.sequences.overlaps(sequences) || sequences.contains(run.sequences.upperBound) {
      count(run, in: sequences, endsWithIt: isLast && run.sequences.upperBound == nextSequence, &record)
    }
    if let restart = answers.last(where: { sequences.contains($0.sequence) }), restart.number >> 32 > reflectorRestarts
    {
      reflectorRestarts = restart.number >> 32
      record.degradations.insert(.partial)
    }
    record.loss.sent -= min(record.loss.refused, record.loss.sent)
    let known = (record.loss.forwardLost ?? 0) + (record.loss.reverseLost ?? 0)
    record.loss.roundTripLost = record.loss.lost - min(known, record.loss.lost)
    for sequence in sequences.reversed() {
      guard let packet = remembered(sequence), packet.fate == .answered else { continue }
      lastAnswer = Answer(number: packet.reflectorNumber, sequence: sequence)
      break
    }
  }

  /// All runs that are remembered, in order, and all answers.
  private func lostRuns(_ answers: inout [Answer]) -> [LostRun] {
    let oldest = nextSequence - min(nextSequence, UInt64(packets.count))
    var runs: [LostRun] = []
    var run = LostRun(sequences: oldest..<oldest)
    if oldest > 0, let lastAnswer, lastAnswer.sequence < oldest {
      // Whatever was forgotten since was not answered.
      answers.append(lastAnswer)
      run.length = oldest - lastAnswer.sequence - 1
      run.lost = run.length
      run.sequences = lastAnswer.sequence + 1..<oldest
    }
    for sequence in oldest..<nextSequence {
      guard let packet = remembered(sequence) else { continue }
      guard packet.fate == .answered else {
        run.length += 1
        if packet.fate != .late { run.lost += 1 }
        if packet.fate == .refused { run.isRefused = true }
        continue
      }
      answers.append(Answer(number: packet.reflectorNumber, sequence: sequence))
      run.sequences = run.sequences.lowerBound..<sequence
      if run.length > 0 { runs.append(run) }
      run = LostRun(sequences: sequence + 1..<sequence + 1)
    }
    if run.length > 0 {
      run.sequences = run.sequences.lowerBound..<nextSequence
      run.isDecided = false
      runs.append(run)
    }
    return runs
  }

  /// Puts `answers` in the order of their numbers, looks what is missing in between, and shares it out among the runs.
  private func assignMissingNumbers(among answers: inout [Answer], to runs: inout [LostRun]) {
    answers.sort { $0.number < $1.number }
    // The reflector counts from 0.
    var previous = Answer(number: -1, sequence: 0)
    if nextSequence > UInt64(packets.count), let first = answers.first { previous = first }
    for answer in answers {
      let place = min(previous.sequence, answer.sequence)...max(previous.sequence, answer.sequence)
      if let missing = missingNumbers(between: previous.number, and: answer.number) {
        assign(missing, near: place, to: &runs)
      } else {
        for index in runs.indices where place.overlaps(runs[index].sequences) { runs[index].isDecided = false }
      }
      previous = answer
    }
  }

  private func assign(_ missing: UInt64, near place: ClosedRange<UInt64>, to runs: inout [LostRun]) {
    var missing = missing
    // Outwards from the place, since the runs stand in order: what is looked at grows with what is missing alone.
    var after = Self.firstRun(in: runs, reaching: place.lowerBound)
    var before = after - 1
    while missing > 0 {
      while before >= 0, !runs[before].hasRoom { before -= 1 }
      while after < runs.count, !runs[after].hasRoom { after += 1 }
      let nearest: Int
      switch (before >= 0, after < runs.count) {
      // The answer to a duplicate has a number too, and no packet that lacks one.
      case (false, false): return
      case (true, false): nearest = before
      case (false, true): nearest = after
      case (true, true):
        let isBefore = Self.distance(runs[before].sequences, place) <= Self.distance(runs[after].sequences, place)
        nearest = isBefore ? before : after
      }
      let share = min(missing, runs[nearest].lost - runs[nearest].lostBack)
      runs[nearest].lostBack += share
      missing -= share
    }
  }

  /// The first that ends behind `sequence`.
  private static func firstRun(in runs: [LostRun], reaching sequence: UInt64) -> Int {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].sequences.upperBound > sequence { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private static func distance(_ run: Range<UInt64>, _ place: ClosedRange<UInt64>) -> UInt64 {
    if run.lowerBound > place.upperBound { return run.lowerBound - place.upperBound }
    return place.lowerBound >= run.upperBound ? place.lowerBound - run.upperBound + 1 : 0
  }

  /// How many of the reflector's numbers between two were never seen; `nil` where it began to count anew in between, or
  /// where that is longer ago than is remembered.
  private func missingNumbers(between low: Int64, and high: Int64) -> UInt64? {
    guard high >> 32 == max(low, 0) >> 32, high - low < Int64(reflectorNumbers.count) else { return nil }
    var missing: UInt64 = 0
    for number in UInt64(low + 1)..<UInt64(max(high, low + 1))
    where reflectorNumbers[Int(number % UInt64(reflectorNumbers.count))] != number + 1 {
      missing += 1
    }
    return missing
  }

  /// Counts what belongs to the interval: its part of the losses, and the burst if it ended here.
  ///
  /// Where both ways took some of a run that other intervals share, nothing tells which took whose.
  private func count(
    _ run: LostRun, in sequences: Range<UInt64>, endsWithIt: Bool, _ record: inout PathRecord
  ) {
    var length: UInt64 = 0
    var lost: UInt64 = 0
    for sequence in run.sequences.clamped(to: sequences) {
      guard let packet = remembered(sequence) else { continue }
      length += 1
      if packet.fate != .late { lost += 1 }
    }
    if run.isRefused {
      record.loss.refused += length
      return
    }
    if endsWithIt || sequences.contains(run.sequences.upperBound) { record.loss.bursts.record(length: run.length) }
    guard run.isDecided, record.loss.forwardLost != nil else { return }
    if run.lostBack == 0 {
      record.loss.forwardLost? += lost
    } else if run.lostBack == run.lost {
      record.loss.reverseLost? += lost
    } else if lost == run.lost {
      record.loss.reverseLost? += run.lostBack
      record.loss.forwardLost? += lost - run.lostBack
    }
  }

  /// A packet that was sent and is not forgotten.
  private func remembered(_ sequence: UInt64) -> Packet? {
    let packet = packets[index(of: sequence)]
    return packet.sequence == sequence && packet.fate != .unsent ? packet : nil
  }
}
