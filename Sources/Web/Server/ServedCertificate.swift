import Glibc
import Logging
import NIOSSL
import Synchronization

/// The certificate that new connections are shown: the files' newest good content. Connections that stand keep what they
/// were shown, so nothing is dropped when it is renewed.
final class ServedCertificate: Sendable {
  /// How often the files are looked at.
  static let period: Duration = .seconds(2)

  private let certificatePath: String
  private let privateKeyPath: String
  private let logger: Logger
  private let state: Mutex<State>

  private struct State {
    var certificate: Certificate
    /// The files that were read last, whether they were good or not.
    var read: Stamp
    /// The files at the last look.
    var seen: Stamp
  }

  /// Throws what is wrong with the files.
  init(certificatePath: String, privateKeyPath: String, logger: Logger) throws(WebStartError) {
    self.certificatePath = certificatePath
    self.privateKeyPath = privateKeyPath
    self.logger = logger
    let stamp = Stamp(certificatePath, privateKeyPath)
    let certificate = try Certificate(certificatePath: certificatePath, privateKeyPath: privateKeyPath)
    state = Mutex(State(certificate: certificate, read: stamp, seen: stamp))
  }

  /// What the next handshake shows.
  var current: Certificate { state.withLock { $0.certificate } }

  /// For the server: asks at each handshake.
  var configuration: TLSConfiguration {
    var configuration = current.configuration
    configuration.sslContextCallback = { [self] _, promise in
      let current = current
      var shown = NIOSSLContextConfigurationOverride()
      shown.certificateChain = current.chain
      shown.privateKey = current.key
      promise.succeed(shown)
    }
    return configuration
  }

  /// Looks at the files until the task is cancelled.
  func watch() async {
    while (try? await Task.sleep(for: Self.period)) != nil { look() }
  }

  /// Reads files that have changed since they were read and not since the last look: one of the two is replaced first,
  /// and a file takes a moment to be written.
  func look() {
    let stamp = Stamp(certificatePath, privateKeyPath)
    let isNew = state.withLock { state in
      defer { state.seen = stamp }
      return stamp != state.read && stamp == state.seen
    }
    if isNew { reload() }
  }

  /// Reads the files now. What cannot be used changes nothing.
  func reload() {
    let stamp = Stamp(certificatePath, privateKeyPath)
    do {
      let certificate = try Certificate(certificatePath: certificatePath, privateKeyPath: privateKeyPath)
      state.withLock { $0.certificate = certificate }
      logger.notice("New connections are shown the renewed certificate", metadata: ["file": "\(certificatePath)"])
    } catch {
      logger.error("The renewed certificate cannot be used; the one before stays", metadata: ["reason": "\(error)"])
    }
    state.withLock { $0.read = stamp }
  }

  /// What tells that a file was written or replaced.
  private struct Stamp: Equatable {
    private let files: [[Int]]

    init(_ paths: String...) {
      files = paths.map { path in
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        return [
          Int(status.st_dev), Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
        ]
      }
    }
  }
}
