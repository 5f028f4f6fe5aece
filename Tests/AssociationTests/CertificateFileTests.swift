import Foundation
import Testing
import Wire

@testable import Association

/// Certificates made by openssl.
@Suite("Certificate files")
struct CertificateFileTests {
  /// A root, an authority below it, and a server's certificate from that.
  private final class Chain {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    init() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try shell(
        """
        printf 'basicConstraints=critical,CA:TRUE\\n' > ca.ext
        printf 'subjectAltName=DNS:meet.example.jp,IP:10.1.0.5,IP:2001:db8::5\\n' > server.ext
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=Root \
          -keyout root.key -out root.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=Office -keyout office.key -out office.csr
        openssl x509 -req -in office.csr -CA root.pem -CAkey root.key -CAcreateserial -days 20 -extfile ca.ext -out office.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=meet -keyout server.key -out server.csr
        openssl x509 -req -in server.csr -CA office.pem -CAkey office.key -CAcreateserial -days 10 -extfile server.ext -out server.pem
        cat server.pem office.pem > chain.pem
        cat server.pem root.pem office.pem > disordered.pem
        cat chain.pem server.key > withkey.pem
        openssl x509 -in server.pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary > pin
        openssl x509 -in server.pem -noout -enddate -dateopt iso_8601 > until
        """)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func file(_ name: String) -> String { folder.appending(path: name).path }

    private func shell(_ script: String) throws {
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-ec", script]
      process.currentDirectoryURL = folder
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "is openssl installed?")
    }
  }

  @Test("Names, dates, key and order of a chain are what openssl says")
  func chain() throws {
    let chain = try Chain()
    let certificate = try CertificateFile(path: chain.file("chain.pem"))
    #expect(certificate.hosts == ["meet.example.jp", "10.1.0.5", "2001:db8::5"])
    #expect(certificate.publicKeyDigest == [UInt8](try Data(contentsOf: URL(filePath: chain.file("pin")))))
    #expect(!certificate.isSelfSigned)
    #expect(certificate.isInOrder)
    let until = try String(contentsOfFile: chain.file("until"), encoding: .utf8)
    let date = try #require(until.split(separator: "=").last?.trimmingCharacters(in: .whitespacesAndNewlines))
    let formatter = DateFormatter()
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ssX"
    let end = try #require(formatter.date(from: date))
    #expect(certificate.validUntil == WallTime(seconds: Int64(end.timeIntervalSince1970)))
    #expect(certificate.validFrom < certificate.validUntil)
    #expect(try CertificateFile(path: chain.file("withkey.pem")) == certificate, "a key in the file is passed over")
  }

  @Test("A root is signed by itself; an authority out of its place is noticed")
  func order() throws {
    let chain = try Chain()
    #expect(try CertificateFile(path: chain.file("root.pem")).isSelfSigned)
    #expect(try !CertificateFile(path: chain.file("disordered.pem")).isInOrder)
  }

  @Test("A file that is not there or holds no certificate is named so")
  func problems() throws {
    let chain = try Chain()
    #expect(throws: CertificateFile.Problem.unreadable) { try CertificateFile(path: chain.file("none.pem")) }
    #expect(throws: CertificateFile.Problem.empty) { try CertificateFile(path: chain.file("server.key")) }
  }
}
