import Testing
import Wire

@testable import SFU

@Suite("Keyframe requests")
struct KeyframeRequestsTests {
  private static func time(_ milliseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
  }

  @Test("However many want one, the sender is asked once")
  func coalesced() {
    var requests = KeyframeRequests()
    #expect(requests.nextDue == .never)
    #expect(requests.want(at: Self.time(0)) == true)
    requests.sent(at: Self.time(0))
    for millisecond in 1..<200 { #expect(requests.want(at: Self.time(Int64(millisecond))) == false) }
    #expect(requests.nextDue == Self.time(500))
    requests.keyframeCame(at: Self.time(60))
    #expect(requests.nextDue == .never)
    #expect(requests.sentCount == 1)
  }

  @Test("A wish within 200 ms of the last request waits for the floor")
  func floor() {
    var requests = KeyframeRequests()
    #expect(requests.want(at: Self.time(0)) == true)
    requests.sent(at: Self.time(0))
    requests.keyframeCame(at: Self.time(30))
    #expect(requests.want(at: Self.time(50)) == false)
    #expect(requests.nextDue == Self.time(200))
    requests.sent(at: Self.time(200))
    #expect(requests.nextDue == Self.time(700))
  }

  @Test("An emptied source is asked for nothing")
  func forgotten() {
    var requests = KeyframeRequests()
    _ = requests.want(at: Self.time(0))
    requests.forget()
    #expect(requests.nextDue == .never)
  }
}
