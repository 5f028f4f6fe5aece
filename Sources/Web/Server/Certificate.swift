import Glibc
import HummingbirdHTTP2
import HummingbirdTLS
import NIOSSL

/// A server's certificate with its chain, and its private key, as two files hold them.
struct Certificate: Sendable {
  let chain: [NIOSSLCertificateSource]
  let key: NIOSSLPrivateKeySource

  /// Reads both; what is wrong with them is said by file.
  init(certificatePath: String, privateKeyPath: String) throws(WebStartError) {
    try Self.checkReadable(certificatePath, "certificate")
    try Self.checkReadable(privateKeyPath, "private key")
    do {
      chain = try NIOSSLCertificate.fromPEMFile(certificatePath).map { .certificate($0) }
    } catch {
      throw WebStartError(message: "The certificate \(certificatePath) holds no certificate in PEM form.")
    }
    do {
      key = .privateKey(try NIOSSLPrivateKey(file: privateKeyPath, format: .pem))
    } catch {
      throw WebStartError(
        message: "The private key \(privateKeyPath) holds no private key in PEM form, or one with a passphrase.")
    }
    do {
      _ = try HTTP2UpgradeChannel(tlsConfiguration: configuration) { _, _, _ in }
    } catch {
      throw WebStartError(
        message: "The private key \(privateKeyPath) does not belong to the certificate \(certificatePath).")
    }
  }

  var configuration: TLSConfiguration {
    var configuration = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
    configuration.minimumTLSVersion = .tlsv12
    return configuration
  }

  private static func checkReadable(_ path: String, _ what: String) throws(WebStartError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw WebStartError(message: "The \(what) \(path) cannot be read: \(String(cString: strerror(errno))).")
    }
    close(descriptor)
  }
}
