import Foundation
import Measurement
import Testing
import Wire

@testable import Probes

/// A stream's record made by hand.
func record(
  sent: UInt64 = 100, received: UInt64 = 100, roundTrip: UInt64 = 10_000_000, jitter: UInt64 = 1_000_000,
  _ change: (inout PathRecord) -> Void = { _ in }
) -> PathRecord {
  var record = PathRecord(
    id: PathRecord.ID(
      agent: "probe", boot: 1, path: Path(site: "", target: "10.7.0.5", route: .direct, label: "voice"),
      origin: .probe(kind: "stamp"), intervalStart: WallTime(seconds: 1_800_000_000)),
    length: .seconds(15), packetBytes: 172, dscp: DSCPSeen(sent: 46, arrived: [46: received]))
  record.loss.sent = sent
  record.loss.received = received
  record.loss.forwardLost = sent - received
  record.loss.reverseLost = 0
  for _ in 0..<received {
    record.roundTrip.record(roundTrip)
    record.delayVariation.record(jitter)
    record.reverseDelayVariation.record(jitter / 2)
  }
  record.timestamps = .kernel
  change(&record)
  return record
}

func result(_ records: PathRecord...) -> ProbeResult {
  ProbeResult(
    kind: .stamp, target: "10.7.0.5", limits: ProbeLimits(),
    measurements: records.map { ProbeMeasurement(record: $0, place: "10.7.0.5:862") })
}

@Suite("A probe's result")
struct ProbeResultTests {
  @Test(
    "Limits are inclusive, warnings begin above 80 % of them",
    arguments: [
      (80, .good), (81, .warning), (100, .warning), (101, .breach),
    ] as [(UInt64, ProbeStatus)])
  func lossLimits(lost: UInt64, status: ProbeStatus) {
    #expect(result(record(sent: 10_000, received: 10_000 - lost)).status == status)
  }

  @Test(
    "Jitter and latency are compared exactly, to the nanosecond",
    arguments: [
      (120_000_000, 1, .good), (120_000_001, 1, .warning), (150_000_000, 1, .warning),
      (150_000_001, 1, .breach), (1, 24_000_000, .good), (1, 24_000_001, .warning), (1, 30_000_000, .warning),
      (1, 30_000_001, .breach),
    ] as [(UInt64, UInt64, ProbeStatus)])
  func delayLimits(roundTrip: UInt64, jitter: UInt64, status: ProbeStatus) {
    #expect(result(record(roundTrip: roundTrip, jitter: jitter)).status == status)
  }

  @Test("A mean just over the limit is a breach although it rounds down to it")
  func exactMean() {
    var over = record(sent: 2, received: 0)
    over.loss.received = 2
    over.loss.forwardLost = 0
    over.roundTrip.record(150_000_000)
    over.roundTrip.record(150_000_001)
    #expect(over.roundTrip.mean == 150_000_000)
    #expect(result(over).status == .breach)
  }

  @Test("The worse direction is judged, for jitter too")
  func worseDirection() {
    let slow = record { $0.reverseDelayVariation.record(10_000_000_000) }
    #expect(result(slow).status == .breach)
  }

  @Test("Nothing received is 100 % loss and a breach")
  func silence() {
    let silent = result(record(received: 0))
    #expect(silent.status == .breach)
    #expect(silent.streams[0].findings.map(\.metric) == [.loss])
    #expect(silent.streams[0].findings[0].value == 1_000_000)
  }

  @Test("A target down, or nothing sent, is not a measurement")
  func notMeasured() {
    let down = record(sent: 0, received: 0) {
      $0.condition = .targetDown
      $0.loss.refused = 250
    }
    #expect(result(down).status == .notMeasured)
    #expect(result(down).streams[0].obstacle?.hasPrefix("target down") == true)
    #expect(result(record(sent: 0, received: 0)).status == .notMeasured)
  }

  @Test("The worst stream decides; a breach is not hidden by a stream that was not measured")
  func worstStream() {
    #expect(result(record(), record(sent: 100, received: 50)).status == .breach)
    #expect(result(record(sent: 100, received: 50), record(sent: 0, received: 0)).status == .breach)
    #expect(result(record(), record(sent: 0, received: 0)).status == .notMeasured)
  }

  @Test("The exit statuses are those of monitoring plugins")
  func exitStatuses() {
    #expect(ProbeStatus.allCases.map(\.rawValue) == [0, 1, 2, 3])
  }
}

@Suite("A probe's result as text")
struct ProbeResultTextTests {
  @Test("Every figure stands with its unit and its limit")
  func text() {
    let text = result(
      record(sent: 200, received: 199) {
        $0.dscp.arrived = [46: 100, 0: 99]
        $0.loss.duplicates = 2
      }
    ).text
    #expect(
      text == """
        stamp 10.7.0.5 (10.7.0.5:862), voice: 172 bytes, DSCP 46, 200 sent, 199 received
          loss     0.50 %      limit 1.00 %     good     lost 1 there, 0 back; late 0, discarded 0
          jitter   1.00 ms     limit 30.00 ms   good     there 1.00 ms, back 0.50 ms; RFC 3550 J -, PDV 0.00 ms
          latency  10.00 ms    limit 150.00 ms  good     round trip; least 10.00 ms, 95th percentile 10.00 ms, greatest 10.00 ms
          note     the network changed DSCP 46 to 0; 2 duplicates
        verdict: good
        """)
  }

  @Test("What was not measured says why")
  func obstacle() {
    #expect(
      result(record(sent: 0, received: 0)).text == """
        stamp 10.7.0.5 (10.7.0.5:862), voice: 172 bytes, DSCP 46, 0 sent, 0 received
          not measured: nothing was sent
        verdict: not measured
        """)
  }
}

@Suite("A probe's result as a monitoring plugin")
struct ProbeResultPluginTests {
  @Test("One line with the state, the figures and performance data")
  func line() {
    #expect(
      result(record(sent: 200, received: 197)).pluginLine
        == "STAMP CRITICAL - 10.7.0.5: voice loss 1.50 %, jitter 1.00 ms, latency 10.00 ms | 'voice_loss'=1.50%;0.80;1.00;0;100 "
        + "'voice_jitter'=1.00ms;24.00;30.00;0; 'voice_latency'=10.00ms;120.00;150.00;0;")
    #expect(
      result(record(sent: 0, received: 0)).pluginLine == "STAMP UNKNOWN - 10.7.0.5: voice nothing was sent")
  }
}

@Suite("A probe's result as JSON")
struct ProbeResultJSONTests {
  @Test("It has the figures a Zabbix item or a script picks out")
  func json() throws {
    let text = result(record(sent: 200, received: 197)).json
    let parsed = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let report = try #require(parsed)
    #expect(report["version"] as? Int == 1)
    #expect(report["status"] as? String == "breach")
    #expect(report["exitCode"] as? Int == 2)
    #expect(report["startedAt"] as? Double == 1_800_000_000)
    let stream = try #require((report["streams"] as? [[String: Any]])?.first)
    #expect(stream["label"] as? String == "voice")
    #expect(stream["sent"] as? Int == 200)
    #expect(stream["lost"] as? Int == 3)
    #expect((stream["roundTripMilliseconds"] as? [String: Double])?["mean"] == 10)
    #expect(stream["forwardDelayMilliseconds"] == nil)
    let findings = try #require(stream["findings"] as? [[String: Any]])
    #expect(findings.map { $0["metric"] as? String } == ["loss", "jitter", "latency"])
    #expect(findings[0]["value"] as? Double == 1.5)
    #expect(findings[0]["limit"] as? Double == 1)
    #expect(findings[0]["status"] as? String == "breach")
  }
}
