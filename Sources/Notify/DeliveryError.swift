/// Why a receiver did not take a notification.
enum DeliveryError: Error, Equatable, CustomStringConvertible {
  /// The outbox names a channel that the configuration no longer has.
  case unknownChannel(String)
  /// An answer other than 200–299.
  case refused(status: Int)
  /// The body was not written by this version or an older one.
  case unreadable(String)

  var description: String {
    switch self {
    case .unknownChannel(let name): "The configuration has no channel \(name) any more."
    case .refused(let status): "The receiver answered with HTTP status \(status)."
    case .unreadable(let reason): "A notification in the outbox cannot be read: \(reason)."
    }
  }
}
