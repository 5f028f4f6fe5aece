/// `POST /v1/sites/{site}/code`: how long the code is to work.
public struct CodeRequestBody: Codable, Sendable, Equatable {
  public var validSeconds: Int

  public init(validSeconds: Int) {
    self.validSeconds = validSeconds
  }
}

/// A one-time code, told once: the monitor keeps its digest alone.
public struct CodeBody: Codable, Sendable, Equatable {
  public var site: String
  public var code: String
  /// Seconds since 1970.
  public var expiresAt: Double

  public init(site: String, code: String, expiresAt: Double) {
    self.site = site
    self.code = code
    self.expiresAt = expiresAt
  }
}

/// `POST /v1/enrolments`: an agent shows its code.
public struct EnrolmentBody: Codable, Sendable, Equatable {
  public var code: String
  /// Only to look what the code is for: it is not used up.
  public var isTrial: Bool

  public init(code: String, isTrial: Bool) {
    self.code = code
    self.isTrial = isTrial
  }
}

/// What a code is for, and the identity it was used for.
public struct EnrolledBody: Codable, Sendable, Equatable {
  public var site: SiteBody
  /// A reflector to try the network with: of the site the monitor stands in.
  public var hub: Hub?
  /// The agent's own key, told once; absent after a trial.
  public var key: String?

  public struct Hub: Codable, Sendable, Equatable {
    public var site: String
    public var reflector: String

    public init(site: String, reflector: String) {
      self.site = site
      self.reflector = reflector
    }
  }

  public init(site: SiteBody, hub: Hub?, key: String?) {
    self.site = site
    self.hub = hub
    self.key = key
  }
}

/// `DELETE /v1/agents/{site}`: why, for the agent to say.
public struct RevocationBody: Codable, Sendable, Equatable {
  public var reason: String?

  public init(reason: String?) {
    self.reason = reason
  }
}
