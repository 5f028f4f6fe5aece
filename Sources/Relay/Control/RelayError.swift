/// Why the relay did not do what a client asked for. `description` is a sentence for people.
public enum RelayError: Error, Equatable, Sendable {
  /// The room or the participant does not exist, or no longer.
  case notFound
  case roomFull(limit: Int)
  case tooManyRooms(limit: Int)
  /// A Worker has no place or its mailbox is full: try again later (503 with Retry-After).
  case busy
  /// Too many from the client's address have joined and not connected: try again later (429 with Retry-After).
  case tooManyPendingJoins(limit: Int)
  case shuttingDown
  case nameMissing
  case nameTooLong(limit: Int)
  case offerTooLarge(limit: Int)
  /// The offer could not be read (400).
  case offerMalformed(String)
  /// The offer was read and cannot be accepted as a whole (422).
  case offerUnacceptable(String)
  /// A WHEP viewer came before any publisher (409 with Retry-After).
  case nothingPublished
  /// A PATCH needs If-Match (428).
  case preconditionRequired
  /// If-Match names another ICE session; the current one's ETag is given (412).
  case preconditionFailed(current: String)
}

extension RelayError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notFound: "There is no such participant any more; join again."
    case .roomFull(let limit): "The room is full: it holds \(limit) participants."
    case .tooManyRooms(let limit): "The relay holds \(limit) rooms and can open no other now."
    case .busy: "The relay is busy; try again in a few seconds."
    case .tooManyPendingJoins(let limit):
      "\(limit) participants from your network address have joined and are not connected yet; try again in a few seconds."
    case .shuttingDown: "The relay is shutting down; try again in a minute."
    case .nameMissing: "The room and the participant need a name."
    case .nameTooLong(let limit): "A name has at most \(limit) characters."
    case .offerTooLarge(let limit): "The offer is larger than \(limit) bytes; offer fewer sections or codecs."
    case .offerMalformed(let reason): "The offer could not be read: \(reason)"
    case .offerUnacceptable(let reason): "The offer cannot be accepted: \(reason)"
    case .nothingPublished: "Nothing is published in the room yet; try again later."
    case .preconditionRequired: "Send If-Match with the session's ETag, or with * to restart ICE."
    case .preconditionFailed(let current): "The session's ETag is \(current) now."
    }
  }
}
