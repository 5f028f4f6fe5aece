/// Why a receiver did not take a notification.
enum DeliveryError: Error, Equatable, CustomStringConvertible {
  /// An answer other than 200–299.
  case refused(status: Int)
  /// The body was not written by this version or an older one.
  case unreadable(String)

  var description: String {
    switch self {
    case .refused(let status): "The receiver answered with HTTP status \(status)."
    case .unreadable(let reason): "A notification in the outbox cannot be read: \(reason)."
    }
  }
}
