import Foundation
import Testing

/// `server.py` as a process, with TLS where a certificate is given.
final class TestServer {
  let port: Int
  private let process = Process()
  private let input = Pipe()

  init(certificate: TestCertificate? = nil) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("server.py")
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script.path] + (certificate.map { [$0.certificateFile, $0.keyFile] } ?? [])
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    var line = Data()
    while line.last != UInt8(ascii: "\n") {
      let piece = output.fileHandleForReading.availableData
      try #require(!piece.isEmpty, "the test server did not start; is python3 installed?")
      line += piece
    }
    port = try #require(Int(String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  func url(_ path: String, scheme: String = "http", host: String = "127.0.0.1") -> String {
    "\(scheme)://\(host):\(port)\(path)"
  }
}

/// A self-signed certificate for `localhost`, made by openssl in a folder of its own.
final class TestCertificate {
  let certificateFile: String
  let keyFile: String
  /// SHA-256 of its public key.
  let pin: [UInt8]
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fetch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    certificateFile = folder.appendingPathComponent("certificate.pem").path
    keyFile = folder.appendingPathComponent("key.pem").path
    let make =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
      + "-addext subjectAltName=DNS:localhost -keyout '\(keyFile)' -out '\(certificateFile)' 2>/dev/null"
    _ = try Self.shell(make)
    let digest = try Self.shell(
      "openssl x509 -in '\(certificateFile)' -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary"
    )
    pin = [UInt8](digest)
    try #require(pin.count == 32)
  }

  deinit {
    try? FileManager.default.removeItem(at: folder)
  }

  private static func shell(_ command: String) throws -> Data {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "\(command) failed; is openssl installed?")
    return data
  }
}
