import Synchronization
import Wire

/// Places that clients take and hold for as long as they like: bounded in all, and for each address (IPv6: each /64), so
/// that one client cannot take what everybody needs.
final class Places: Sendable {
  private struct State {
    var count = 0
    var byAddress: [IPAddress: Int] = [:]
  }

  private let total: Int
  private let perAddress: Int
  private let state = Mutex(State())

  init(total: Int, perAddress: Int) {
    self.total = total
    self.perAddress = perAddress
  }

  var taken: Int { state.withLock { $0.count } }

  /// `nil` when none is left for this address.
  func take(for address: IPAddress) -> Place? {
    let holder = address.isV4 ? address : IPAddress(high: address.high, low: 0)
    return state.withLock { state in
      let held = state.byAddress[holder] ?? 0
      guard state.count < total, held < perAddress else { return nil }
      state.count += 1
      state.byAddress[holder] = held + 1
      return Place(self, holder)
    }
  }

  private func release(_ holder: IPAddress) {
    state.withLock { state in
      state.count -= 1
      let held = (state.byAddress[holder] ?? 1) - 1
      state.byAddress[holder] = held > 0 ? held : nil
    }
  }

  /// A place that is held until this is let go of.
  final class Place: Sendable {
    private let places: Places
    private let holder: IPAddress

    fileprivate init(_ places: Places, _ holder: IPAddress) {
      self.places = places
      self.holder = holder
    }

    deinit {
      places.release(holder)
    }
  }
}
