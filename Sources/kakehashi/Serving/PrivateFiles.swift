import Association
import Foundation
import Settings
import Transport
import Wire

/// What the first start makes in the data folder: the HTTPS pair and the agents' token. Each is for its owner only.
enum PrivateFiles {
  /// A self-signed certificate is renewed when it has fewer days left than this.
  private static let renewalDays = 30
  private static let validDays = 397

  /// The pair that the configuration names, or a self-signed one made for this machine's names and addresses. Called
  /// again while the server runs; a renewed certificate has the key it had, for those who have pinned it.
  static func prepareCertificate(_ settings: Settings) throws(Failure) {
    guard settings.http.certificate == nil else { return try checkOwnership(settings.keyFile) }
    let now = SystemClock.wallTime
    if FileManager.default.fileExists(atPath: settings.certificateFile),
      FileManager.default.isReadableFile(atPath: settings.keyFile)
    {
      // What somebody put there in our place is theirs to renew, and what cannot be read is for the server to say.
      guard let made = try? CertificateFile(path: settings.certificateFile), made.isSelfSigned else { return }
      if made.validFrom <= now, now + .seconds(renewalDays * 86_400) < made.validUntil { return }
    }
    var hosts = ["localhost", "127.0.0.1", "::1"] + InterfaceAddresses.routable().map(\.description)
    hosts.append(ProcessInfo.processInfo.hostName)
    var seen: Set<String> = []
    let certificate: SelfSignedCertificate
    do {
      certificate = try SelfSignedCertificate(
        name: "Kakehashi \(settings.site)", hosts: hosts.filter { !$0.isEmpty && seen.insert($0).inserted },
        validFrom: now + .seconds(-86_400), validFor: .seconds(validDays * 86_400), keyFile: settings.keyFile)
    } catch {
      throw .failed("The HTTPS certificate could not be made: \(error)")
    }
    // The key first: a certificate without its key would not be replaced at the next start.
    try write(certificate.keyPEM, to: settings.keyFile, mode: 0o600)
    try write(certificate.certificatePEM, to: settings.certificateFile, mode: 0o644)
    try write(PublicKeyPin.text(certificate.publicKeyDigest) + "\n", to: settings.pinFile, mode: 0o644)
  }

  /// A key that others may read is nobody's secret. Its group may: certificates are commonly shared by one.
  private static func checkOwnership(_ file: String) throws(Failure) {
    var status = stat()
    // A file that is not there is for the server to say.
    guard stat(file, &status) == 0 else { return }
    let mode = status.st_mode & 0o777
    guard mode & 0o027 == 0 else {
      throw .configuration(
        "The TLS key \(file) is open to others (mode \(String(mode, radix: 8))): chmod 640 \(file) or stricter.")
    }
  }

  /// The agents' token; a file that is not there yet is made with one drawn at random.
  static func prepareToken(_ source: SecretSource) throws(Failure) -> String {
    if case .file(let file) = source, !FileManager.default.fileExists(atPath: file) {
      let token = Entropy.bytes(24).map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
      try write(token + "\n", to: file, mode: 0o600)
    }
    return try source.secret()
  }

  /// Writes the whole file or none of it.
  static func write(_ text: String, to file: String, mode: Int) throws(Failure) {
    let folder = (file as NSString).deletingLastPathComponent
    let temporary = "\(file).new"
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      guard
        FileManager.default.createFile(
          atPath: temporary, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
      else { throw CocoaError(.fileWriteUnknown) }
      guard rename(temporary, file) == 0 else { throw CocoaError(.fileWriteUnknown) }
    } catch {
      throw .configuration("The file \(file) cannot be written: \(error.localizedDescription)")
    }
  }
}
