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

  @Test("The agents' token is asked for, and only the whole of it will do")
  func token() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service, configure: { $0.agentToken = "secret-of-tsu" }) { server in
      let wrong: [(shown: String?, code: ErrorCode)] = [
        (nil, .unauthorized), ("Bearer", .unauthorized), ("Basic secret-of-tsu", .unauthorized),
        ("Bearer secret-of-ts", .tokenInvalid), ("Bearer secret-of-tsu2", .tokenInvalid),
      ]
      for (shown, code) in wrong {
        var headers = type
        headers["Authorization"] = shown
        let response = try await server.fetch("POST", Paths.records, headers, body: records(1))
        #expect(response.status == 401)
        #expect(response.errorCode == code)
        #expect(response.header("WWW-Authenticate")?.hasPrefix("Bearer realm=\"kakehashi\"") == true)
      }
      var headers = type
      headers["Authorization"] = "bearer secret-of-tsu"
      #expect(try await server.fetch("POST", Paths.records, headers, body: records(1)).status == 204)
    }
  }

  @Test("With keys, a site's agent delivers that site's records and no other's; the shared token delivers every site's")
  func sites() async throws {
    let monitor = try await TestMonitor()
    let configure: @Sendable (inout WebConfiguration) -> Void = {
      $0.keys = TestKeys.keys
      $0.agentToken = "shared"
    }
    try await TestServer.run(monitor: monitor.service, configure: configure) { server async throws in
      let cases: [(token: String, status: Int)] = [
        (TestKeys.token([.agent], site: "tsu"), 204), (TestKeys.token([.agent], site: "*"), 204),
        (TestKeys.token([.agent], site: "hq"), 403), (TestKeys.token([.agent]), 403),
        (TestKeys.token([.operate], site: "tsu"), 403), ("shared", 204), ("shared2", 401),
      ]
      for (token, status) in cases {
        let headers = type.merging(["Authorization": "Bearer \(token)"]) { $1 }
        #expect(try await server.fetch("POST", Paths.records, headers, body: records(1)).status == status)
      }
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

  @Test("Records in a content coding are answered with 415 and what is read instead, and not taken for damaged ones")
  func contentCoding() async throws {
    let monitor = try await TestMonitor()
    try await TestServer.run(monitor: monitor.service) { server in
      let headers = type.merging(["Content-Encoding": "gzip"]) { $1 }
      let response = try await server.fetch("POST", Paths.records, headers, body: records(1))
      #expect(response.status == 415)
      #expect(response.errorCode == .unsupportedMediaType)
      #expect(response.header("Accept-Encoding") == "identity")
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
