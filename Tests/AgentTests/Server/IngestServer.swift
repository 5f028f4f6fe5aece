import Foundation
import Measurement
import Testing

@testable import Agent

/// `server.py` as a process.
final class IngestServer {
  let port: Int
  private let process = Process()
  private let input = Pipe()
  private let bodies: String

  init(bodies: String, statuses: [Int] = []) throws {
    self.bodies = bodies
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("server.py")
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script.path, bodies] + statuses.map(String.init)
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

  var monitor: AgentConfiguration.Monitor {
    AgentConfiguration.Monitor(address: "http://127.0.0.1:\(port)", token: "secret")
  }

  /// All records answered with 204, in order.
  var records: [PathRecord] {
    get throws {
      // Not Data(contentsOf:), which leaks a page of memory each time it reads an empty file.
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: bodies))
      return try PathRecordCodec.decodeAll([UInt8](file.readToEnd() ?? Data()))
    }
  }
}
