import Wire

/// One HTTP request.
public struct FetchRequest: Sendable {
  public var method: String
  /// `http://` or `https://`; other schemes are refused.
  public var url: String
  public var headers: [Header]
  public var body: [UInt8]?
  public var trust: Trust
  /// For the whole exchange; `nil` is without bound (event streams).
  public var timeout: Duration?
  /// For finding the address, connecting and the TLS handshake together.
  public var connectTimeout: Duration
  /// Ends the exchange when not one byte came for this long; whole seconds. For event streams with heartbeats.
  public var idleTimeout: Duration?
  /// A longer answer is an error.
  public var maximumBodyBytes: Int
  /// `nil` goes straight to the server. Nothing is ever taken from the environment.
  public var proxy: Proxy?
  /// Which addresses of the server, or of the proxy, may be tried.
  public var family: AddressFamily
  /// Begins anew in everything: name, connection and TLS session are not those of an earlier request, and the answer
  /// tells when the certificates expire.
  public var isMeasurement: Bool

  public struct Header: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    _ method: String = "GET", _ url: String, headers: [Header] = [], body: [UInt8]? = nil, trust: Trust = .system,
    timeout: Duration? = .seconds(30), connectTimeout: Duration = .seconds(10), idleTimeout: Duration? = nil,
    maximumBodyBytes: Int = 4 << 20, proxy: Proxy? = nil, family: AddressFamily = .any, isMeasurement: Bool = false
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.trust = trust
    self.timeout = timeout
    self.connectTimeout = connectTimeout
    self.idleTimeout = idleTimeout
    self.maximumBodyBytes = maximumBodyBytes
    self.proxy = proxy
    self.family = family
    self.isMeasurement = isMeasurement
  }
}

/// An HTTP proxy, and who we are to it.
public struct Proxy: Sendable, Hashable {
  /// `http://host:port`, without a user.
  public var url: String
  public var credentials: Credentials?

  public struct Credentials: Sendable, Hashable {
    public var user: String
    public var password: String

    public init(user: String, password: String) {
      self.user = user
      self.password = password
    }

    /// From `user:password`, as a secret's file has it.
    public init?(secret: String) {
      guard let colon = secret.firstIndex(of: ":"), colon != secret.startIndex else { return nil }
      self.init(user: String(secret[..<colon]), password: String(secret[secret.index(after: colon)...]))
    }
  }

  public init(url: String, credentials: Credentials? = nil) {
    self.url = url
    self.credentials = credentials
  }
}

/// Whose certificate is believed. There is no way to believe anyone.
public enum Trust: Sendable, Hashable {
  /// The system's authorities, and the name in the certificate.
  case system
  /// The authorities in a PEM file, and the name in the certificate.
  case authorities(file: String)
  /// One key: SHA-256 of the server's public key (its SubjectPublicKeyInfo in DER), 32 bytes. The certificate may then
  /// be self-signed and bear any name.
  case publicKey(sha256: [UInt8])
  /// As `publicKey`, of the first certificate in a PEM file, which is read for every request: how this machine's own
  /// processes know its server, whatever name they call it by and whenever its certificate is renewed.
  case certificate(file: String)
}
