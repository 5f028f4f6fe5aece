import API
import Testing

@testable import Dashboard

@Suite("A path's history in columns")
struct HistoryBarsTests {
  private static func point(
    _ at: Double, loss: Double? = 0, good: Int = 0, bad: Int = 0, unknown: Int = 0, planned: Int = 0
  ) -> HistoryPoint {
    HistoryPoint(
      at: at, lossPercent: loss, jitterMilliseconds: loss.map { _ in 3 }, latencyMilliseconds: nil,
      pdvMilliseconds: nil,
      good: good, bad: bad, unknown: unknown, planned: planned)
  }

  private static let bars = HistoryBars(
    [
      point(100, loss: 0.5, good: 20), point(105, loss: 2, good: 19, bad: 1), point(110, good: 20),
      point(120, loss: nil, unknown: 20), point(130, loss: 50, planned: 20), point(160, good: 20), point(99, bad: 1),
    ], from: 100, to: 160, columns: 6)

  @Test("A column shows its worst; what lies outside the span is left out")
  func worst() {
    #expect(Self.bars.columns.map(\.loss) == [2, 0, nil, 50, nil, nil])
    // Of planned work nobody asks.
    #expect(Self.bars.greatest(\.loss) == 2)
    #expect(Self.bars.bars(\.loss, limit: 1)[3].style == .faint)
    #expect(Self.bars.totals.good == 59)
    #expect(Self.bars.totals.bad == 1)
  }

  @Test("What is not good is marked; good and not known at all are not")
  func marks() {
    #expect(Self.bars.marks.map(\.text).joined() == "✖ ?◇  ")
  }

  @Test("A bar is full at the limit; a dot is what was not measured, a blank what nobody knows of")
  func figures() {
    #expect(Self.bars.bars(\.loss, limit: 1).map(\.text).joined() == "█▁·█  ")
    #expect(Self.bars.bars(\.loss, limit: 1).first?.style.role == .bad)
    #expect(Self.bars.bars(\.jitter, limit: 30).map(\.text).joined() == "▁▁·▁  ")
    #expect(Self.bars.bars(\.loss, limit: 0).count == 6)
  }

  @Test("Where planned work and judged intervals share a column, the judged ones are shown")
  func shared() {
    let bars = HistoryBars(
      [
        Self.point(0, loss: 50, planned: 20), Self.point(5, loss: 0.5, good: 20), Self.point(10, loss: 40, planned: 20),
      ],
      from: 0, to: 20, columns: 2)
    #expect(bars.columns.map(\.loss) == [0.5, 40])
    #expect(bars.greatest(\.loss) == 0.5)
    #expect(bars.marks.map(\.text) == ["◇", "◇"])
  }

  @Test("What a monitor may say never traps", arguments: [Double.infinity, -.infinity, .nan, 1e300, -1e300])
  func nonsense(at: Double) {
    let bars = HistoryBars(
      [Self.point(at, good: .max), Self.point(1, loss: at, good: .max, bad: .max), Self.point(1, loss: at, good: 1)],
      from: 0, to: 20, columns: 2)
    #expect(bars.marks.count == 2)
    #expect(bars.bars(\.loss, limit: 1).count == 2)
    _ = bars.totals
  }

  @Test("No columns and no time make no picture, and nothing fails")
  func nothing() {
    #expect(HistoryBars([Self.point(1)], from: 0, to: 0, columns: 5).totals.isEmpty)
    #expect(HistoryBars([Self.point(1)], from: 0, to: 5, columns: 0).columns.isEmpty)
  }
}
