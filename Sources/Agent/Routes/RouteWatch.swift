import Measurement
import Wire

/// When to follow which route, as a value in virtual time: now and then while a target is well, so that there is a last
/// good one, and at once when it no longer is.
struct RouteWatch: Sendable {
  /// Between two looks while all is well.
  static let interval: Duration = .seconds(3_600)
  /// Between two looks at a target that comes and goes.
  static let pause: Duration = .seconds(300)

  private struct State: Sendable {
    var isBad = false
    var goodAt: MonotonicTime?
    var badAt: MonotonicTime?
  }

  private var states: [String: State] = [:]

  /// Whether the route to a target is to be followed now.
  mutating func isDue(_ target: String, isBad: Bool, at now: MonotonicTime) -> Bool {
    defer { states[target, default: State()].isBad = isBad }
    let state = states[target] ?? State()
    if isBad {
      guard !state.isBad, state.badAt.map({ now - $0 >= Self.pause }) ?? true else { return false }
      states[target, default: State()].badAt = now
    } else {
      guard state.goodAt.map({ now - $0 >= Self.interval }) ?? true else { return false }
      states[target, default: State()].goodAt = now
    }
    return true
  }
}
