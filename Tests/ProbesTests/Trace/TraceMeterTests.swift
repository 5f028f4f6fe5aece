import Measurement
import Testing
import Wire

@testable import Probes

@Suite("A meter of the hops on the way")
struct TraceMeterTests {
  private static func at(_ milliseconds: Int) -> MonotonicTime {
    MonotonicTime(nanoseconds: 1_000_000_000 + Int64(milliseconds) * 1_000_000)
  }

  private static func router(_ number: Int) -> IPAddress {
    IPAddress(v4: 0x0a00_0000 | UInt32(number))
  }

  /// A way of so many routers and the target, of which some never answer.
  private func trace(_ length: Int, silent: Set<Int> = [], isTargetSilent: Bool = false) -> TraceMeter {
    var meter = TraceMeter()
    var now = 0
    while true {
      guard let packet = meter.next(at: Self.at(now)) else {
        if meter.isDone { return meter }
        now += 1_000
        continue
      }
      let hop = min(Int(packet.hopLimit), length + 1)
      let isTarget = hop == length + 1
      now += 10
      if isTarget ? !isTargetSilent : !silent.contains(hop) {
        meter.answered(by: Self.router(hop), tag: packet.tag, isTarget ? .target : .router, at: Self.at(now))
      }
    }
  }

  @Test("Three packets for each hop, until the target answers")
  func way() {
    let hops = trace(3).hops
    #expect(hops.map(\.addresses) == (1...4).map { [Self.router($0)] })
    #expect(hops.map(\.sent) == [3, 3, 3, 3])
    #expect(hops.map(\.isTarget) == [false, false, false, true])
    #expect(hops[0].roundTrips == [10_000_000, 10_000_000, 10_000_000])
  }

  @Test("A silent router is passed by; five in a row are the end")
  func silence() {
    #expect(trace(3, silent: [2]).hops.map(\.addresses.count) == [1, 0, 1, 1])
    let hops = trace(40, silent: Set(4...40)).hops
    #expect(hops.count == 8)
    #expect(!hops.contains { $0.isTarget })
    #expect(trace(2, isTargetSilent: true).hops.count == 7)
  }

  @Test("A router that lets nothing through is where the way ends")
  func refusal() {
    var meter = TraceMeter()
    for number in 0..<3 {
      let packet = meter.next(at: Self.at(number * 10))
      meter.answered(by: Self.router(4), tag: packet?.tag, .refusal, at: Self.at(number * 10 + 5))
    }
    #expect(meter.next(at: Self.at(100)) == nil)
    #expect(meter.isDone)
    #expect(meter.refusedBy == Self.router(4))
    #expect(meter.hops.map(\.isTarget) == [false])
  }

  @Test("No way is longer than thirty hops")
  func longest() {
    #expect(trace(100).hops.count == 30)
  }

  @Test("An answer to an earlier packet is none to this one, and one that quotes nothing belongs to it")
  func marks() {
    var meter = TraceMeter()
    let first = meter.next(at: Self.at(0))
    #expect(meter.next(at: Self.at(10)) == nil)
    let second = meter.next(at: Self.at(1_000))
    #expect(second?.hopLimit == 1)
    meter.answered(by: Self.router(9), tag: first?.tag, .router, at: Self.at(1_001))
    #expect(meter.hops[0].addresses.isEmpty)
    meter.answered(by: Self.router(1), tag: nil, .router, at: Self.at(1_005))
    meter.answered(by: Self.router(1), tag: nil, .router, at: Self.at(1_006))
    #expect(meter.hops[0].roundTrips == [5_000_000])
  }

  @Test("Hops are lines that people know")
  func text() {
    var hop = RouteHop(distance: 7)
    #expect(hop.text == " 7  no answer")
    hop.addresses = [Self.router(1), Self.router(2)]
    hop.roundTrips = [1_230_000]
    #expect(hop.text == " 7  10.0.0.1, 10.0.0.2  1.23 ms")
  }
}
