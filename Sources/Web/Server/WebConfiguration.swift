/// Where the HTTPS server listens and what it asks of callers.
public struct WebConfiguration: Sendable {
  /// A host name or address of this machine; `0.0.0.0` and `::` are all of them.
  public var host: String
  /// 0 lets the kernel choose, for tests.
  public var port: Int
  /// PEM files: the certificate with its chain, and its private key.
  public var certificatePath: String
  public var privateKeyPath: String
  /// What agents send as `Authorization: Bearer …` with their records; `nil` takes records from anybody, unless there
  /// are keys.
  public var agentToken: String?
  /// What entitles to add sites, let agents in and publish jobs, beside tokens with the scope `manage`.
  public var manageToken: String?
  /// With keys every address but the open ones asks for a token that one of them has signed.
  public var keys: AccessKeys?
  /// Greatest body of `POST /v1/records`, in bytes.
  public var maximumRecordsBytes = 4 << 20
  /// Greatest body of every other request, in bytes: a browser's longest offer is 57 kB.
  public var maximumBodyBytes = 128 << 10
  /// Event streams of participants open at once, and those from one address (IPv6: one /64), behind which there may be
  /// an office.
  public var maximumEventStreams = 4_000
  public var maximumEventStreamsPerAddress = 1_000
  /// The same for dashboards, which are counted apart: however many there are, meetings go on.
  public var maximumDashboards = 200
  public var maximumDashboardsPerAddress = 50
  /// Connections open at once, and those from one address; further ones are closed as soon as they are made.
  public var maximumConnections = 8_000
  public var maximumConnectionsPerAddress = 2_000
  /// Headers of one request: all their bytes, and how many they are. (HTTP/2: 16 KiB, by the library.)
  public var maximumHeaderBytes = 16 << 10
  public var maximumHeaders = 100
  /// From making a connection to the end of its first request's head, handshake included.
  public var requestTime: Duration = .seconds(20)
  /// From a request's head to the end of its body.
  public var bodyTime: Duration = .seconds(30)
  /// Nothing moves on a connection, or it has brought no further request.
  public var idleTime: Duration = .seconds(120)

  public init(
    host: String, port: Int, certificatePath: String, privateKeyPath: String, agentToken: String? = nil
  ) {
    self.host = host
    self.port = port
    self.certificatePath = certificatePath
    self.privateKeyPath = privateKeyPath
    self.agentToken = agentToken
  }
}

/// What `WebServer.init` would refuse, asked beforehand.
extension WebConfiguration {
  /// Whether certificate and key can be read and belong together.
  public func checkCertificate() throws(WebStartError) {
    _ = try Certificate(certificatePath: certificatePath, privateKeyPath: privateKeyPath)
  }

  /// Whether the address can be listened on.
  public func checkAddress() throws(WebStartError) {
    try ListenAddress.check(host: host, port: port)
  }
}
