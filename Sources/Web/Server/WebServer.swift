import API
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
import Logging
import Monitor
import NIOCore
import Relay
import ServiceLifecycle

/// The HTTPS server: meeting page, signalling, ingest, overview, event streams and metrics.
///
/// Serves what the process has: routes of a role that is not given do not exist.
public struct WebServer: Service {
  private let application: Application<RouterResponder<WebContext>>
  private let configuration: WebConfiguration
  private let feed: OverviewFeed
  private let logger: Logger
  private let certificate: ServedCertificate

  /// Reads the certificate and asks for the port, so that what is wrong is said before anything runs.
  ///
  /// - Parameter onListening: is called once with the port, as soon as connections are taken.
  public init(
    configuration: WebConfiguration, relay: RelayService?, monitor: MonitorService?, logger: Logger,
    onListening: @escaping @Sendable (Int) async -> Void = { _ in }
  ) throws(WebStartError) {
    certificate = try ServedCertificate(
      certificatePath: configuration.certificatePath, privateKeyPath: configuration.privateKeyPath, logger: logger)
    try ListenAddress.check(host: configuration.host, port: configuration.port)
    let server = Self.builder(configuration, certificate.configuration)
    let routes = Routes(configuration: configuration, relay: relay, monitor: monitor, logger: logger)
    feed = routes.feed
    self.configuration = configuration
    self.logger = logger
    application = Application(
      responder: routes.router().buildResponder(), server: server,
      configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
      onServerRunning: { await onListening($0.localAddress?.port ?? configuration.port) }, logger: logger)
  }

  private static func builder(_ configuration: WebConfiguration, _ tls: TLSConfiguration) -> HTTPServerBuilder {
    let bodyTime = TimeAmount(configuration.bodyTime)
    let channel = HTTP2UpgradeChannel.Configuration(
      idleTimeout: configuration.idleTime, gracefulCloseTimeout: .seconds(5),
      streamConfiguration: .init(
        additionalChannelHandlers: [RequestDeadline(bodyTime: bodyTime)],
        idleTimeout: TimeAmount(configuration.idleTime),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: configuration.maximumHeaderBytes, maxHeaderListSize: configuration.maximumHeaderBytes,
          maxHeaderFieldCount: configuration.maximumHeaders)))
    let connections = Places(
      total: configuration.maximumConnections, perAddress: configuration.maximumConnectionsPerAddress)
    return HTTPServerBuilder { responder in
      GuardedChannel(
        base: try HTTP2UpgradeChannel(tlsConfiguration: tls, configuration: channel, responder: responder),
        connections: connections, requestTime: TimeAmount(configuration.requestTime),
        idleTime: TimeAmount(configuration.idleTime))
    }
  }

  /// How long connections may take to close at graceful shutdown. A client that keeps an idle HTTP/2 connection
  /// without reading it (a pooling one does) answers no PING and would otherwise hold the server for ever.
  static let closingTime: Duration = .seconds(2)

  /// Reads the certificate's files now, as it does by itself a few seconds after they were replaced.
  public func reloadCertificate() {
    certificate.reload()
  }

  /// Serves until graceful shutdown; open event streams end with it.
  public func run() async throws {
    if configuration.keys == nil {
      logger.warning("Whoever reaches this server may join, publish, watch and read the dashboard: http.keys is empty")
    }
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await application.run() }
        group.addTask {
          try await gracefulShutdown()
          try await Task.sleep(for: Self.closingTime)
        }
        let watching = [Task { await feed.run() }, Task { await certificate.watch() }]
        defer { for task in watching { task.cancel() } }
        // Whichever is first ends the other; what that one says of it is of no interest.
        _ = try await group.next()
        group.cancelAll()
      }
    } catch let error as IOError {
      throw WebStartError(listening: configuration.host, port: configuration.port, errno: error.errnoCode)
    }
  }
}
