import Testing
import Wire

@testable import Transport

@Suite("Segment runs")
struct SegmentRunsTests {
  /// Adds datagrams given as destination and size; gives each run as its destination and its datagrams' sizes.
  private func grouped(_ datagrams: [(port: UInt16, bytes: Int)], plain: UInt16? = nil) -> [(UInt16, [Int32])] {
    var runs = SegmentRuns(capacity: 256)
    var offset = 0
    // The second round shows that nothing of the first is left.
    for round in 0..<2 {
      offset = 0
      if round == 1 { runs.removeAll() }
      for (port, bytes) in datagrams {
        let key = SegmentRuns.Key(
          destination: Endpoint(address: .loopbackV4, port: port), local: .anyV4, trafficClass: 0)
        runs.add(offset: offset, length: bytes, key: key, takesSegmentation: port != plain)
        offset += bytes
      }
    }
    return (0..<runs.count).map { index in
      var sizes: [Int32] = []
      var next = runs[run: index].first
      while next >= 0 {
        sizes.append(runs[entry: next].length)
        next = runs[entry: next].next
      }
      return (runs[run: index].key.destination.port, sizes)
    }
  }

  @Test("Equal sizes to one destination are one run, whatever stands between them")
  func interleaved() {
    let runs = grouped([(1, 100), (2, 50), (1, 100), (2, 50), (1, 100)])
    #expect(runs.map(\.0) == [1, 2])
    #expect(runs.map(\.1) == [[100, 100, 100], [50, 50]])
  }

  @Test("A shorter datagram ends its run, a longer one begins another")
  func sizes() {
    #expect(grouped([(1, 100), (1, 100), (1, 60), (1, 60), (1, 80)]).map(\.1) == [[100, 100, 60], [60], [80]])
  }

  @Test("An empty datagram stands alone")
  func empty() {
    #expect(grouped([(1, 100), (1, 0), (1, 100)]).map(\.1) == [[100], [0], [100]])
  }

  @Test("The kernel's bounds end a run: 64 segments, 65,000 bytes")
  func bounds() {
    let short = grouped(Array(repeating: (1, 10), count: 130))
    #expect(short.map(\.1.count) == [64, 64, 2])
    let long = grouped(Array(repeating: (1, 30_000), count: 3))
    #expect(long.map(\.1.count) == [2, 1])
  }

  @Test("A destination that takes no segmentation has runs of one")
  func plain() {
    #expect(grouped([(1, 10), (1, 10), (2, 10), (2, 10)], plain: 1).map(\.1) == [[10], [10], [10, 10]])
  }

  @Test("Source address and marking tell runs apart")
  func keys() {
    var runs = SegmentRuns(capacity: 8)
    let destination = Endpoint(address: .loopbackV4, port: 1)
    for (local, trafficClass) in [(IPAddress.anyV4, 0), (.loopbackV4, 0), (.anyV4, 184), (.anyV4, 0)] {
      let key = SegmentRuns.Key(destination: destination, local: local, trafficClass: UInt8(trafficClass))
      runs.add(offset: 0, length: 10, key: key, takesSegmentation: true)
    }
    let count = runs.count
    let first = runs[run: 0].segments
    #expect(count == 3)
    #expect(first == 2)
  }

  @Test("Many destinations keep their own runs")
  func manyDestinations() {
    let runs = grouped((0..<240).map { (UInt16($0 % 120), 10) })
    #expect(runs.count == 120)
    #expect(runs.allSatisfy { $0.1 == [10, 10] })
  }
}
