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
  /// Joined or left within the interval, or the relay started or stopped.
  var isPartial: Bool
  /// The wall clock was set within it.
  var isStepped: Bool
  /// How often the wall clock was set before it, since the Worker began: a clock set back shows a time twice.
  var clockSteps: UInt64 = 0
  var counts: ParticipantInterval
}
