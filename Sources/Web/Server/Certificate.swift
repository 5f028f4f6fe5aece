import Glibc
import HummingbirdHTTP2
import HummingbirdTLS

/// Reads the server's certificate and key so that what is wrong with them is said at the start, by file.
enum Certificate {
  static func configuration(certificatePath: String, privateKeyPath: String) throws(WebStartError) -> TLSConfiguration {
    try checkReadable(certificatePath, "certificate")
    try checkReadable(privateKeyPath, "private key")
    let chain: [NIOSSLCertificate]
    do {
      chain = try NIOSSLCertificate.fromPEMFile(certificatePath)
    } catch {
      throw WebStartError(message: "The certificate \(certificatePath) holds no certificate in PEM form.")
    }
    let key: NIOSSLPrivateKey
    do {
      key = try NIOSSLPrivateKey(file: privateKeyPath, format: .pem)
    } catch {
      throw WebStartError(
        message: "The private key \(privateKeyPath) holds no private key in PEM form, or one with a passphrase.")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    do {
      _ = try HTTP2UpgradeChannel(tlsConfiguration: configuration) { _, _, _ in }
    } catch {
      throw WebStartError(
        message: "The private key \(privateKeyPath) does not belong to the certificate \(certificatePath).")
    }
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
