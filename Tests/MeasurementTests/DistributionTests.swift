import Measurement
import Testing

@Suite struct DistributionTests {
  private static let millisecond: UInt64 = 1_000_000

  @Test("An empty distribution has no mean and no percentile")
  func empty() {
    let distribution = Distribution()
    #expect(distribution.isEmpty)
    #expect(distribution.mean == nil)
    #expect(distribution.percentile(95) == nil)
    #expect(distribution.count(above: 0) == 0)
  }

  @Test("Count, sum, least, greatest and mean are exact")
  func exactFigures() {
    let distribution = Distribution([3, 1, 2, 5])
    #expect(distribution.count == 4)
    #expect(distribution.sum == 11)
    #expect(distribution.minimum == 1)
    #expect(distribution.maximum == 5)
    #expect(distribution.mean == 2)
  }

  @Test(
    "A limit is the upper edge of its bucket, so counts over it are exact",
    arguments: [30, 60, 120, 150, 300, 75, 15].map { $0 * 1_000_000 } as [UInt64])
  func limitsAreEdges(limit: UInt64) {
    #expect(Distribution.range(ofBucket: Distribution.bucketIndex(of: limit)).upperBound == limit)
    #expect(Distribution([limit - 1, limit]).count(above: limit) == 0)
    #expect(Distribution([limit, limit + 1, limit + 2]).count(above: limit) == 2)
  }

  @Test("Buckets follow on one another and hold the durations that they say")
  func bucketsTile() {
    var next: UInt64 = 0
    for index in 0..<UInt16(Distribution.bucketLimit) {
      let range = Distribution.range(ofBucket: index)
      #expect(range.lowerBound == next)
      #expect(Distribution.bucketIndex(of: range.lowerBound) == index)
      #expect(Distribution.bucketIndex(of: range.upperBound) == index)
      next = range.upperBound + 1
    }
    #expect(next > 6 * 86_400 * 1_000 * Self.millisecond)
  }

  @Test("No bucket is wider than 1/64 of what it holds, or than 14.7 µs where that is more")
  func width() {
    for index in 0..<UInt16(Distribution.bucketLimit) {
      let range = Distribution.range(ofBucket: index)
      #expect(UInt64(range.count) <= max(range.lowerBound / 64 + 2, 14_700))
    }
  }

  @Test("The greatest durations share the last bucket instead of trapping")
  func greatest() {
    let distribution = Distribution([.max, .max - 1, 1 << 60])
    #expect(distribution.buckets == [.init(index: UInt16(Distribution.bucketLimit - 1), count: 3)])
    #expect(distribution.percentile(50).map { $0 >= 1 << 60 } == true)
  }

  @Test("Percentiles are within 0.8 % of the true ones")
  func percentiles() {
    let distribution = Distribution((1...1_000).map { $0 * 150_000 })
    for percent in [1, 25, 50, 75, 95, 99] {
      let truth = Double(percent) * 10 * 150_000
      let found = Double(distribution.percentile(Double(percent)) ?? 0)
      #expect(abs(found - truth) <= truth * 0.008, "\(percent)th percentile")
    }
    #expect(distribution.percentile(0) == 150_000)
    #expect(distribution.percentile(100) == 150_000_000)
    #expect(distribution.percentile(.nan) == nil)
  }

  @Test("Percentiles of short durations are within 7.4 µs of the true ones")
  func shortPercentiles() {
    let distribution = Distribution((1...1_000).map { $0 * 900 })
    for percent in [1, 25, 50, 75, 95, 99] {
      let truth = Double(percent) * 10 * 900
      let found = Double(distribution.percentile(Double(percent)) ?? 0)
      #expect(abs(found - truth) <= 7_400, "\(percent)th percentile")
    }
  }

  @Test("Ranks are rounded up: the median of four is the second")
  func ranks() {
    let distribution = Distribution([100, 200, 300, 400].map { $0 * 1_000_000 })
    #expect(distribution.percentile(25) == 100_000_000)
    #expect(distribution.percentile(50).map { $0 < 210_000_000 } == true)
    #expect(distribution.percentile(50.1).map { $0 > 290_000_000 } == true)
  }

  @Test("One value is each of its own percentiles")
  func single() {
    let distribution = Distribution([12_345_678])
    #expect([0, 50, 95, 100].allSatisfy { distribution.percentile($0) == 12_345_678 })
  }

  @Test("Merging is the same as recording everything in one place")
  func merging() {
    let values = (0..<500).map { UInt64($0 * $0) * 977 % 400_000_000 }
    var left = Distribution(values.prefix(200))
    left.merge(Distribution(values.dropFirst(200)))
    #expect(left == Distribution(values))
    left.merge(Distribution())
    #expect(left == Distribution(values))
    var empty = Distribution()
    empty.merge(left)
    #expect(empty == left)
  }

  @Test("What would make more values than can be counted is left out")
  func uncountable() {
    var most = Distribution([1_000_000])
    for _ in 0..<63 {
      let half = most
      most.merge(half)
    }
    #expect(most.count == 1 << 63)
    var merged = most
    merged.merge(most)
    #expect(merged == most)
    merged.merge(Distribution([2_000_000]))
    #expect(merged.count == most.count + 1)
  }

  @Test("Without a histogram count, sum and mean are known and nothing else, in whatever it is merged into")
  func noHistogram() {
    var distribution = Distribution(count: 3, sum: 7)
    #expect(distribution.mean == 2)
    #expect(distribution.percentile(50) == nil)
    #expect(distribution.count(above: 0) == nil)
    distribution.record(5)
    #expect(distribution == Distribution(count: 4, sum: 12))
    distribution.merge(Distribution([8]))
    #expect(distribution == Distribution(count: 5, sum: 20))
    var other = Distribution([8])
    other.merge(Distribution(count: 4, sum: 12))
    #expect(other == distribution)
    other = Distribution()
    other.merge(distribution)
    #expect(other == distribution)
    #expect(Distribution(count: 0, sum: 9) == Distribution())
  }

  @Test("An emptied distribution starts anew")
  func removeAll() {
    var distribution = Distribution([1, 2])
    distribution.removeAll()
    #expect(distribution == Distribution())
  }
}

extension Distribution {
  init(_ values: some Sequence<UInt64>) {
    self.init()
    for value in values { record(value) }
  }
}
