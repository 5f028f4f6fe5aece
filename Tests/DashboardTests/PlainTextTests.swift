import Testing

@testable import Dashboard

@Suite("Plain text")
struct PlainTextTests {
  @Test("One fact a line, worst first, with nothing a terminal would obey")
  func lines() {
    let lines = PlainText.lines(SampleOverview.overview, words: Words(.en))
    #expect(lines[0] == "bad\ttsu → hq\tprobe stamp\tloss 3.20 %\tjitter 12.3 ms\tlatency 204 ms")
    #expect(lines[4] == "meeting\t朝会\t2 people\tin 1.24 Mb/s\tout 2.48 Mb/s")
    #expect(lines[5] == "incident\tfiring\ttsu → hq (direct)\tloss 3.2 % > 1 %\tsince 2026-11-22T01:12:00Z")
    #expect(lines.count == 7)
  }
}
