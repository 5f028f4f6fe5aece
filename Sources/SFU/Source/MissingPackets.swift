import Wire

/// The holes in one video source that the relay asks its sender to fill (RFC 4585 section 6.2.1).
///
/// Bounded in number, age and tries. What cannot be had any more is given up, and a keyframe wanted instead.
struct MissingPackets {
  /// Most holes asked for at once; more means a keyframe is cheaper.
  static let capacity = 128
  static let maximumTries: UInt8 = 10
  /// A packet may be overtaken by this much before it is asked for.
  static let patience: Int64 = 10_000_000

  private struct Hole: BitwiseCopyable {
    var sequence: Int64
    var due: MonotonicTime
    var tries: UInt8
  }

  private var holes = InlineArray<128, Hole>(repeating: Hole(sequence: 0, due: .never, tries: 0))
  private(set) var count = 0
  /// When the next request is due; `never` without holes.
  private(set) var nextDue = MonotonicTime.never

  /// Notes the holes between two sequence numbers; `false` when they are too many, and then none is left.
  mutating func note(_ range: Range<Int64>, at now: MonotonicTime) -> Bool {
    guard count + range.count <= Self.capacity else {
      removeAll()
      return false
    }
    let due = now.advanced(byNanoseconds: Self.patience)
    for sequence in range {
      holes[count] = Hole(sequence: sequence, due: due, tries: 0)
      count += 1
    }
    nextDue = min(nextDue, due)
    return true
  }

  /// A hole was filled. Gives how often it had been asked for; `nil` when it was none.
  mutating func remove(_ sequence: Int64) -> UInt8? {
    for index in 0..<count where holes[index].sequence == sequence {
      let tries = holes[index].tries
      count -= 1
      for later in index..<count { holes[later] = holes[later + 1] }
      if count == 0 { nextDue = .never }
      return tries
    }
    return nil
  }

  /// Nobody needs what came before `sequence`: a keyframe starts there.
  mutating func removeAll(before sequence: Int64) {
    var kept = 0
    for index in 0..<count where holes[index].sequence >= sequence {
      holes[kept] = holes[index]
      kept += 1
    }
    count = kept
    if count == 0 { nextDue = .never }
  }

  mutating func removeAll() {
    count = 0
    nextDue = .never
  }

  /// Puts what is due now into `wanted`, ascending, at most 64, and gives their number; `hasGivenUp` when a hole was asked
  /// for too often or has left the ring (`oldest`).
  mutating func takeDue(
    at now: MonotonicTime, roundTrip: Int64, oldest: Int64, into wanted: inout InlineArray<64, UInt16>
  ) -> (count: Int, hasGivenUp: Bool) {
    guard now >= nextDue else { return (0, false) }
    let interval = max(20_000_000, roundTrip + roundTrip / 4)
    var taken = 0
    var kept = 0
    var hasGivenUp = false
    var next = MonotonicTime.never
    for index in 0..<count {
      var hole = holes[index]
      if hole.sequence < oldest || (hole.tries >= Self.maximumTries && hole.due <= now) {
        hasGivenUp = true
        continue
      }
      if hole.due <= now && taken < 64 {
        wanted[taken] = UInt16(truncatingIfNeeded: hole.sequence)
        taken += 1
        hole.tries += 1
        hole.due = now.advanced(byNanoseconds: interval)
      }
      next = min(next, hole.due)
      holes[kept] = hole
      kept += 1
    }
    count = kept
    nextDue = next
    return (taken, hasGivenUp)
  }
}
