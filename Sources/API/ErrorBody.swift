/// The body of every answer that is an error: `{"error": {"code": …, "message": …, "messageJa": …}}`.
public struct ErrorBody: Codable, Sendable, Equatable {
  public var error: Detail

  public struct Detail: Codable, Sendable, Equatable {
    public var code: ErrorCode
    /// A sentence in English that says what is wrong and what to do.
    public var message: String
    /// The same in Japanese.
    public var messageJa: String
  }

  public init(code: ErrorCode, message: String, messageJa: String) {
    error = Detail(code: code, message: message, messageJa: messageJa)
  }
}

/// What programs branch on; sentences are for people and may change.
public enum ErrorCode: String, Codable, Sendable, CaseIterable {
  case badRequest = "bad_request"
  case badRoomName = "bad_room_name"
  case badDisplayName = "bad_display_name"
  case badOffer = "bad_offer"
  case unsupportedOffer = "unsupported_offer"
  case badRecords = "bad_records"
  /// No token, where one is asked for.
  case unauthorized
  case tokenInvalid = "token_invalid"
  case tokenExpired = "token_expired"
  case tokenNotYetValid = "token_not_yet_valid"
  /// The token is a good one, but not for this.
  case forbidden
  case notFound = "not_found"
  case participantGone = "participant_gone"
  case methodNotAllowed = "method_not_allowed"
  case unsupportedMediaType = "unsupported_media_type"
  case bodyTooLarge = "body_too_large"
  case requestTimeout = "request_timeout"
  case preconditionRequired = "precondition_required"
  case preconditionFailed = "precondition_failed"
  /// No one-time code, or one that was used or has expired.
  case codeInvalid = "code_invalid"
  case tooManyAttempts = "too_many_attempts"
  case agentRevoked = "agent_revoked"
  case agentOutdated = "agent_outdated"
  case badSites = "bad_sites"
  case badJobs = "bad_jobs"
  /// What is asked for does not fit how things stand: there is nothing to promote, for instance.
  case conflict
  case nothingPublished = "nothing_published"
  case roomFull = "room_full"
  case relayBusy = "relay_busy"
  case tooManyPendingJoins = "too_many_pending_joins"
  case tooManyListeners = "too_many_listeners"
  case notServed = "not_served"
  case internalError = "internal"

  /// Those that agents and operators' commands meet, and no page.
  public static let ofAgents: Set<ErrorCode> = [
    .codeInvalid, .tooManyAttempts, .agentRevoked, .agentOutdated, .badSites, .badJobs, .conflict,
  ]
}
