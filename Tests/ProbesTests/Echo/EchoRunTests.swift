import Measurement
import Testing
import Transport
import Wire

@testable import Probes

@Suite("A run of requests over a real socket")
struct EchoRunTests {
  @Test("A port where nobody listens is a target down, at once")
  func closedPort() async throws {
    var request = ProbeRequest(target: "127.0.0.1:9", packetsPerSecond: 1_000)
    request.count = 3
    let result = try await ProbeKind.stun.measure(request)
    #expect(result.streams.map(\.record.condition) == [.targetDown])
    #expect(result.streams[0].record.loss.refused == 3)
    #expect(result.status == .notMeasured)
  }

  @Test("What is asked for is checked before anything is sent")
  func refusals() async {
    for (count, rate, dscp) in [(0, 1, 0), (1_001, 1, 0), (1, 0, 0), (1, 1_001, 0), (1, 1, 64)] {
      var request = ProbeRequest(target: "127.0.0.1:9", packetsPerSecond: rate, dscp: UInt8(dscp))
      request.count = count
      await #expect(throws: ProbeError.self) { try await ProbeKind.stun.measure(request) }
    }
    await #expect(throws: ProbeError.self) { try await ProbeKind.stun.measure(ProbeRequest(target: "a b/c")) }
  }
}
