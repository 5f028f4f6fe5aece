import API
import Fetch
import Foundation
import Logging
import NIOSSL
import Testing

@testable import Web

@Suite("The certificate that is served")
struct ServedCertificateTests {
  let folder = FileManager.default.temporaryDirectory.appending(path: "kakehashi-web-\(UUID().uuidString)")

  private var certificate: String { folder.path + "/certificate.pem" }
  private var key: String { folder.path + "/key.pem" }

  init() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try put("localhost.pem", at: certificate)
    try put("localhost.key.pem", at: key)
  }

  /// Replaces a file at once, as renewing programs do.
  private func put(_ vector: String, at path: String) throws {
    let bytes = try Data(contentsOf: URL(filePath: "\(TestServer.vectors)/\(vector)"))
    try bytes.write(to: URL(filePath: path), options: .atomic)
  }

  private func served() throws -> ServedCertificate {
    try ServedCertificate(
      certificatePath: certificate, privateKeyPath: key,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  /// What is to be shown at the next handshake.
  private func shown(_ served: ServedCertificate) -> [UInt8]? {
    guard case .certificate(let leaf) = served.current.chain.first else { return nil }
    return try? leaf.toDERBytes()
  }

  @Test("It is read when both files have been replaced and are still")
  func renewed() throws {
    let served = try served()
    let old = shown(served)
    try put("renewed.pem", at: certificate)
    served.look()
    #expect(shown(served) == old)
    try put("renewed.key.pem", at: key)
    served.look()
    #expect(shown(served) == old)
    served.look()
    #expect(shown(served) != old)
  }

  @Test("One that cannot be used changes nothing, and is not read again until it is replaced")
  func broken() throws {
    let served = try served()
    let old = shown(served)
    try put("other.key.pem", at: key)
    for _ in 0..<3 { served.look() }
    #expect(shown(served) == old)
    try Data("no certificate".utf8).write(to: URL(filePath: certificate))
    served.reload()
    #expect(shown(served) == old)
    try put("renewed.pem", at: certificate)
    try put("renewed.key.pem", at: key)
    for _ in 0..<2 { served.look() }
    #expect(shown(served) != old)
  }

  @Test("New connections are shown the renewed one; a connection from before goes on")
  func connections() async throws {
    try await TestServer.run(configure: {
      $0.certificatePath = certificate
      $0.privateKeyPath = key
    }) { server in
      #expect(try await server.fetch("GET", Paths.health).status == 200)
      try put("renewed.pem", at: certificate)
      try put("renewed.key.pem", at: key)
      let renewed = "\(TestServer.vectors)/renewed.pem"
      // A client of its own, or a connection from before would do.
      let isShown = try await eventually {
        let client = Fetcher()
        defer { client.shutdown() }
        var request = server.request("GET", Paths.health)
        request.trust = .authorities(file: renewed)
        return (try? await client.fetch(request).status) == 200
      }
      #expect(isShown)
      let response = try await server.fetch("GET", Paths.health)
      #expect(response.status == 200)
      #expect(response.timings.tlsHandshake == .zero)
    }
  }
}
