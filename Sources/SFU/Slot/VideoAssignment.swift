import Wire

/// Which of the cameras and screens in a room one receiver sees, and in which of its slots.
///
/// Everybody is seen while slots suffice; then the speakers it hears, the screens, whoever is seen already, and whoever
/// spoke last. A speaker's picture goes into the slot with the index of the speaker's voice, because browsers keep only
/// those two in step; nothing else moves that need not.
struct VideoAssignment {
  struct Candidate {
    var source: Slab<Source>.Handle
    var owner: ParticipantHandle
    var isScreen: Bool
    var lastHeard: MonotonicTime?
  }

  /// - Parameters:
  ///   - candidates: live pictures of the others, those who came first first.
  ///   - shown: what each slot shows or waits for.
  ///   - heard: whose voice is in each audio slot.
  /// - Returns: what each slot is to show.
  static func plan(
    _ candidates: [Candidate], shown: [Slab<Source>.Handle?], heard: [ParticipantHandle?]
  ) -> [Slab<Source>.Handle?] {
    let places = voices(candidates, heard: heard)
    let chosen = choose(candidates, count: shown.count, shown: shown, places: places)
    var plan: [Slab<Source>.Handle?] = Array(repeating: nil, count: shown.count)
    for candidate in chosen {
      if let place = places[candidate.source], place < plan.count { plan[place] = candidate.source }
    }
    for (index, source) in shown.enumerated() where plan[index] == nil {
      guard let source, chosen.contains(where: { $0.source == source }), !plan.contains(source) else { continue }
      plan[index] = source
    }
    // Slots that no voice belongs to first, so that fewer pictures have to move later.
    let order = Array(plan.indices.dropFirst(heard.count)) + Array(plan.indices.prefix(heard.count))
    var free = order.filter { plan[$0] == nil }[...]
    for candidate in chosen where !plan.contains(candidate.source) {
      guard let index = free.popFirst() else { break }
      plan[index] = candidate.source
    }
    return plan
  }

  /// The picture that goes with each voice: the camera, else the screen; by the index of the voice.
  private static func voices(
    _ candidates: [Candidate], heard: [ParticipantHandle?]
  ) -> [Slab<Source>.Handle: Int] {
    var places: [Slab<Source>.Handle: Int] = [:]
    for (index, owner) in heard.enumerated() {
      guard let owner, !heard[..<index].contains(owner) else { continue }
      let own = candidates.filter { $0.owner == owner }
      if let picture = own.first(where: { !$0.isScreen }) ?? own.first { places[picture.source] = index }
    }
    return places
  }

  private static func choose(
    _ candidates: [Candidate], count: Int, shown: [Slab<Source>.Handle?], places: [Slab<Source>.Handle: Int]
  ) -> [Candidate] {
    guard candidates.count > count else { return candidates }
    func rank(_ candidate: Candidate) -> (Int, Int64) {
      let place =
        places[candidate.source] != nil ? 0 : candidate.isScreen ? 1 : shown.contains(candidate.source) ? 2 : 3
      return (place, -(candidate.lastHeard?.nanoseconds ?? .min / 2))
    }
    // Sorting is stable, so those who came first win among equals.
    return Array(candidates.sorted { rank($0) < rank($1) }.prefix(count))
  }
}
