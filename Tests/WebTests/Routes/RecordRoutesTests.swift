import API
import Fetch
import Foundation
import Measurement
import Testing
import Wire

@testable import Web

@Suite struct RecordRoutesTests {
  private let type = ["Content-Type": MediaTypes.records]

  private func records(_ count: Int) -> [UInt8] {
    PathRecordCodec.encode(
      (0..<count).map { index in
        PathRecord(
          id: PathRecord.ID(
            agent: "tsu", boot: 7, path: TestMonitor.path, origin: .probe(kind: "stamp"),
            intervalStart: WallTime(seconds: 1_799_999_000 + 15 * Int64(index))),
          length: .seconds(15))
      })
  }

  @Test("Records are taken with 204, the same ones again too")
  func taken() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service) { server in
      for _ in 0..<2 {
        let response = try await server.fetch("POST", Paths.records, type, body: records(3))
        #expect(response.status == 204)
        #expect(response.body.isEmpty)
      }
    }
  }

  @Test("A configured token is asked for, and only the whole of it will do")
  func token() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: { $0.recordsToken = "secret-of-tsu" }) { server in
      for shown in [nil, "Bearer", "Bearer secret-of-ts", "Bearer secret-of-tsu2", "Basic secret-of-tsu"] {
        var headers = type
        headers["Authorization"] = shown
        let response = try await server.fetch("POST", Paths.records, headers, body: records(1))
        #expect(response.status == 401)
        #expect(response.errorCode == .unauthorized)
        #expect(response.header("WWW-Authenticate") == "Bearer")
      }
      var headers = type
      headers["Authorization"] = "bearer secret-of-tsu"
      #expect(try await server.fetch("POST", Paths.records, headers, body: records(1)).status == 204)
    }
  }

  @Test("Anything but whole records is refused with the place that cannot be read")
  func malformed() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service) { server in
      let cut = try await server.fetch("POST", Paths.records, type, body: Array(records(2).dropLast()))
      #expect(cut.status == 400)
      #expect(cut.errorCode == .badRecords)
      let other = try await server.fetch("POST", Paths.records, ["Content-Type": "text/plain"], body: records(1))
      #expect(other.status == 415)
    }
  }

  @Test("A body over the bound is refused, told or not told how long it is")
  func bound() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: { $0.maximumRecordsBytes = 1_000 }) { server in
      let response = try await server.fetch("POST", Paths.records, type, body: Array(repeating: 0, count: 1_001))
      #expect(response.status == 413)
      #expect(response.errorCode == .bodyTooLarge)
      var chunked = type
      chunked["Transfer-Encoding"] = "chunked"
      let untold = try? await server.fetch("POST", Paths.records, chunked, body: Array(repeating: 0, count: 1_001))
      #expect(untold?.status != 204)
    }
  }
}
