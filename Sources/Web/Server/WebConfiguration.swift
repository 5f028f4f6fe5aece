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
  /// With keys every address but the open ones asks for a token that one of them has signed.
  public var keys: AccessKeys?
  /// Greatest body of `POST /v1/records`, in bytes.
  public var maximumRecordsBytes = 4 << 20
  /// Greatest body of every other request, in bytes: a browser's longest offer is 57 kB.
  public var maximumBodyBytes = 128 << 10
  /// Event streams open at once, dashboards and participants together.
  public var maximumEventStreams = 4_000

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
