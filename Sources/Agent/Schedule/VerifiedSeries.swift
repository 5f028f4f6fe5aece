import Foundation
import Measurement
import Synchronization

/// The series whose target has answered once, on disk: from then on its silence is loss, also after a restart. Whoever
/// never answered may be one that answers nobody.
///
/// Bounded by what is measured: a series that is not any more is forgotten.
final class VerifiedSeries: Sendable {
  private struct State: Sendable {
    var known: Set<PathRecord.Series>
    var measured: Set<PathRecord.Series> = []
    var isSaved = true
  }

  private let file: String
  private let state: Mutex<State>

  /// - Parameter file: need not be there; one that cannot be read counts as none.
  init(file: String) {
    self.file = file
    let known = (try? File.read(file)).flatMap {
      try? JSONDecoder().decode(Set<PathRecord.Series>.self, from: Data($0))
    }
    state = Mutex(State(known: known ?? []))
  }

  /// What is measured from now on.
  func keep(only series: [PathRecord.Series]) {
    state.withLock { state in
      state.measured = Set(series)
      let known = state.known.intersection(state.measured)
      if known != state.known { (state.known, state.isSaved) = (known, false) }
      save(&state)
    }
  }

  /// Takes note when the record's target answered, and makes it loss when one that had has not.
  func applied(to record: PathRecord) -> PathRecord {
    var record = record
    state.withLock { state in
      if record.loss.received > 0 {
        if state.measured.contains(record.series), state.known.insert(record.series).inserted { state.isSaved = false }
        save(&state)
      } else if record.condition == .unverified, state.known.contains(record.series) {
        record.condition = .measured
      }
    }
    return record
  }

  /// A disk that refuses it is asked again at the next answer; records are what tells people of it.
  private func save(_ state: inout State) {
    guard !state.isSaved else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(state.known.sorted()) else {
      preconditionFailure("texts always encode")
    }
    state.isSaved = (try? File.replace(file, with: Array(data))) != nil
  }
}
