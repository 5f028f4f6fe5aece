import Foundation
import Testing
import Transport
import Wire

@testable import Association

@Suite("Self-signed certificates")
struct SelfSignedCertificateTests {
  private func make(hosts: [String] = []) throws -> SelfSignedCertificate {
    try SelfSignedCertificate(
      name: "kakehashi", hosts: hosts, validFrom: SystemClock.wallTime + .seconds(-86_400),
      validFor: .seconds(86_400 * 397))
  }

  @Test("openssl reads the certificate, its hosts and its fingerprint as we do")
  func openssl() throws {
    let certificate = try make(hosts: ["localhost", "127.0.0.1", "::1"])
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (file, keyFile) = (folder.appending(path: "c.pem").path, folder.appending(path: "k.pem").path)
    try certificate.certificatePEM.write(toFile: file, atomically: true, encoding: .utf8)
    try certificate.keyPEM.write(toFile: keyFile, atomically: true, encoding: .utf8)

    let text = try run("x509", "-in", file, "-noout", "-text", "-fingerprint", "-sha256")
    #expect(text.contains("DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1"))
    #expect(text.contains("TLS Web Server Authentication"))
    #expect(text.contains(certificate.fingerprint.text))
    #expect(try run("verify", "-CAfile", file, file).contains("OK"))
    #expect(try run("pkey", "-in", keyFile, "-noout", "-check").contains("valid"))
  }

  @Test("Two certificates have two keys")
  func distinct() throws {
    let (first, second) = (try make(), try make())
    #expect(first.fingerprint != second.fingerprint)
    #expect(first.publicKeyDigest != second.publicKeyDigest)
  }

  @Test("A certificate is renewed with its key, so that who pinned it goes on; what is no key is replaced by a new one")
  func renewed() throws {
    let first = try make()
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: file) }
    func renew() throws -> SelfSignedCertificate {
      try SelfSignedCertificate(
        name: "kakehashi", validFrom: SystemClock.wallTime, validFor: .seconds(86_400), keyFile: file)
    }
    try first.keyPEM.write(toFile: file, atomically: true, encoding: .utf8)
    let second = try renew()
    #expect(second.publicKeyDigest == first.publicKeyDigest)
    #expect(second.fingerprint != first.fingerprint)
    try "no key".write(toFile: file, atomically: true, encoding: .utf8)
    #expect(try renew().publicKeyDigest != first.publicKeyDigest)
  }

  private func run(_ arguments: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
