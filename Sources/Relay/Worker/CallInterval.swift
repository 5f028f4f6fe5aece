import SFU
import Wire

/// What a Worker counted for one participant in one interval: numbers only, made on the media thread. The control
/// plane makes records of it.
struct CallInterval: Sendable {
  var participant: ParticipantNumber
  /// Where its media came from.
  var address: IPAddress
  var start: WallTime
  var length: Duration
  /// Joined, left, or the wall clock stepped within the interval.
  var isPartial: Bool
  var counts: ParticipantInterval
}
