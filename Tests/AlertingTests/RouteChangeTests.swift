import Measurement
import Testing
import Wire

@testable import Alerting

@Suite("A route beside the last good one")
struct RouteChangeTests {
  /// Hops by their last numbers; 0 is nobody, the last of a route that arrives is the target.
  private func hops(_ numbers: [UInt32], arrives: Bool = true) -> [RouteChange.Hop] {
    numbers.enumerated().map { place, number in
      var hop = RouteHop(distance: UInt8(place + 1))
      if number != 0 { hop.addresses = [IPAddress(v4: 0x0a00_0000 + number)] }
      hop.isTarget = arrives && place == numbers.count - 1
      return RouteChange.Hop(hop)
    }
  }

  private func change(_ now: [RouteChange.Hop], _ before: [RouteChange.Hop]?) -> RouteChange {
    RouteChange(followedAt: WallTime(seconds: 1), hops: now, lastGood: before)
  }

  @Test("The same routers, or routers that did not answer this time, are the same route")
  func same() {
    #expect(change(hops([1, 2, 3]), hops([1, 2, 3])).difference == RouteChange.Difference.none)
    #expect(change(hops([1, 0, 3]), hops([1, 2, 3])).difference == RouteChange.Difference.none)
    #expect(change(hops([1, 2, 3]), hops([1, 0, 3])).difference == RouteChange.Difference.none)
    #expect(change(hops([1, 2, 3]), hops([1, 2, 3])).english == "The route is as it was before.")
  }

  @Test("Another router at the same distance is another route; one of several that share the work is not")
  func another() {
    let change = change(hops([1, 9, 3]), hops([1, 2, 3]))
    #expect(change.difference == .another(distance: 2, before: "10.0.0.2", now: "10.0.0.9"))
    #expect(change.english == "The route is another: hop 2 is 10.0.0.9 and was 10.0.0.2.")
    #expect(change.japanese.contains("2ホップ目は10.0.0.2から10.0.0.9に"))
    var shared = hops([1, 2, 3])
    shared[1].addresses.append("10.0.0.9")
    #expect(self.change(hops([1, 9, 3]), shared).difference == RouteChange.Difference.none)
  }

  @Test("Where nobody further on answers, the way is cut after the last who does")
  func cut() {
    let change = change(hops([1, 2, 0, 0, 0, 0, 0], arrives: false), hops([1, 2, 0, 4, 5]))
    #expect(change.difference == .cut(distance: 4, before: "10.0.0.4", last: "10.0.0.2"))
    #expect(change.english == "The route ends after 10.0.0.2; it went on to 10.0.0.4.")
    let whole = self.change(hops([0, 0, 0, 0, 0], arrives: false), hops([1, 2]))
    #expect(whole.english == "Not even the first router answers.")
    // The target never answered a trace: that it does not now is no news.
    let mute = hops([1, 2, 0, 0, 0, 0, 0], arrives: false)
    #expect(self.change(mute, mute).difference == RouteChange.Difference.none)
  }

  @Test("Without a good one before there is nothing to say, and the hops are shown")
  func first() {
    let change = change(hops([1, 0, 3]), nil)
    #expect(change.english.isEmpty && change.japanese.isEmpty)
    #expect(RouteChange.line(change.hops) == "10.0.0.1 → ? → 10.0.0.3")
  }
}
