import Measurement
import Testing
import Transport
import Wire

@testable import Probes

@Suite("The stamp probe")
struct STAMPProbeTests {
  @Test("By default it sends what a meeting does; a request may say otherwise")
  func streams() throws {
    #expect(try STAMPProbe.streams(ProbeRequest(target: "x")) == STAMPStream.meeting)
    let streams = try STAMPProbe.streams(
      ProbeRequest(target: "x", packetBytes: [100, 500], packetsPerSecond: 100, dscp: 10))
    #expect(streams.map(\.packetBytes) == [100, 500])
    #expect(streams.map(\.label) == ["100", "500"])
    #expect(streams.allSatisfy { $0.interval == .milliseconds(20) && $0.dscp == 10 })
  }

  @Test(
    "What cannot be sent is refused in a sentence",
    arguments: [
      ProbeRequest(target: "x", packetBytes: [10]), ProbeRequest(target: "x", packetBytes: []),
      ProbeRequest(target: "x", packetsPerSecond: 0), ProbeRequest(target: "x", dscp: 64),
      ProbeRequest(target: "x", duration: .zero),
    ])
  func refused(request: ProbeRequest) {
    #expect(throws: ProbeError.self) { try STAMPProbe.streams(request) }
  }

  @Test("Port 862 is asked unless the target names another, whichever it is")
  func port() async throws {
    for (target, port) in [
      ("192.0.2.1", 862), ("192.0.2.1:1", 1), ("192.0.2.1:8620", 8_620), ("[2001:db8::1]:65535", 65_535),
    ] {
      #expect(try await STAMPProbe.address(of: target).resolved().port == UInt16(port))
    }
  }

  @Test("A target that is no host is a sentence, not a measurement")
  func badTarget() async {
    await #expect(throws: ProbeError.self) { try await ProbeKind.stamp.measure(ProbeRequest(target: "http://x/")) }
    await #expect(throws: ProbeError.self) {
      try await ProbeKind.stamp.measure(ProbeRequest(target: "no-such.invalid"))
    }
  }

  @Test("A port where nothing listens is a target down")
  func targetDown() async throws {
    // No socket is ever given this one; one that was just closed may be another test's by now.
    let result = try await ProbeKind.stamp.measure(
      ProbeRequest(target: "127.0.0.1:9", duration: .milliseconds(400)))
    #expect(result.status == .notMeasured)
    #expect(result.streams.map(\.record.condition) == [.targetDown, .targetDown])
  }

  @Test("A host that never answers is 100 % loss", arguments: ["127.0.0.1:0", "[::1]:0"])
  func silentTarget(text: String) async throws {
    let silent = try UDPSocket(bindingTo: try #require(Endpoint(text)))
    let result = try await ProbeKind.stamp.measure(
      ProbeRequest(target: silent.localEndpoint.description, duration: .milliseconds(400)))
    #expect(result.status == .breach)
    #expect(result.streams.map(\.label) == ["voice", "video"])
    for stream in result.streams {
      #expect((1...10).contains(stream.record.loss.sent))
      #expect(stream.record.loss.received == 0)
    }
  }
}
