import Measurement
import Testing
import Wire

@testable import Probes

@Suite("A call probe")
struct CallProbeTests {
  @Test("A relay that is not there is a breach: no meeting would work")
  func noRelay() async throws {
    let result = try await ProbeKind.call.measure(ProbeRequest(target: "http://127.0.0.1:1", duration: .seconds(1)))
    #expect(result.status == .breach)
    #expect(result.streams[0].remarks.first?.hasPrefix("no meeting would work now: ") == true)
  }

  @Test("A rating stands with its assumptions, and is not among the findings")
  func rating() {
    var record = PathRecord(
      probe: "call", path: Path(site: "", target: "x", route: .relay, label: "voice"), start: WallTime(seconds: 1))
    #expect(CallProbe.remarks(on: record).isEmpty)
    record.loss.sent = 500
    record.loss.received = 500
    record.forwardDelay.record(UInt64(20_000_000))
    record.playout = Playout(frames: 500, concealedFrames: 5)
    let remarks = CallProbe.remarks(on: record)
    #expect(remarks[0] == "5 of 500 frames of 20 ms of audio concealed")
    #expect(remarks[1].contains("not judged") && remarks[1].contains("Opus") && remarks[1].contains("buffer of 60 ms"))
  }
}
