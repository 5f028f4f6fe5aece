import API
import Testing

@testable import Dashboard

@Suite("Plain text")
struct PlainTextTests {
  @Test("One fact a line, worst first, with nothing a terminal would obey")
  func lines() {
    let lines = PlainText.lines(SampleOverview.overview, words: Words(.en))
    #expect(lines[0] == "bad\ttsu → hq (direct, voice)\tprobe stamp\tloss 3.20 %\tjitter 12.3 ms\tlatency 204 ms")
    #expect(lines[5] == "meeting\t朝会\t2 people\tin 1.24 Mb/s\tout 2.48 Mb/s")
    #expect(lines[6] == "incident\tfiring\ttsu → hq (direct, voice)\tloss 3.2 % > 1 %\tsince 2026-11-22T01:12:00Z")
    #expect(lines.count == 10)
  }

  @Test("An incident without figures says that nothing was measured")
  func unmeasured() {
    var overview = SampleOverview.overview
    (overview.incidents[1].metric, overview.incidents[1].value, overview.incidents[1].limit) = ("unknown", "", "")
    let lines = PlainText.lines(overview, words: Words(.en))
    #expect(
      lines[6] == "incident\tfiring\ttsu → hq (direct, voice)\tnothing measured\tsince 2026-11-22T01:12:00Z")
  }

  @Test("What is wrong with the monitoring itself is a fact too")
  func troubles() {
    var overview = SampleOverview.overview
    overview.troubles = [
      TroubleStatus(kind: "delivery", channel: "team", waiting: 3, since: 1_795_311_000, reason: "down")
    ]
    #expect(
      PlainText.lines(overview, words: Words(.en)).last
        == "trouble\tdelivery\tChannel team takes no notifications: 3 wait.\tsince 2026-11-22T01:30:00Z")
  }
}
