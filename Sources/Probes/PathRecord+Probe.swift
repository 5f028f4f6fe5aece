import Measurement
import Transport
import Wire

extension PathRecord {
  /// Of a measurement that begins now; an agent gives it its own identity.
  init(probe kind: String, path: Path, start: WallTime = SystemClock.wallTime) {
    self.init(
      id: ID(agent: "probe", boot: Entropy().next(), path: path, origin: .probe(kind: kind), intervalStart: start),
      length: .nanoseconds(1))
  }
}

extension Distribution {
  mutating func record(_ duration: Duration) {
    record(UInt64(max(duration.nanoseconds, 0)))
  }
}
