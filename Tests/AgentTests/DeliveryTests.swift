import Testing

@testable import Agent
@testable import Fetch

@Suite("Delivery")
struct DeliveryTests {
  private func outcome(_ status: Int, _ headers: [FetchRequest.Header] = []) -> DeliveryOutcome {
    let timings = PhaseTimings(
      nameLookup: 0, connect: 0, appConnect: 0, preTransfer: 0, startTransfer: 0, total: 0)
    return DeliveryOutcome(
      FetchResponse(status: status, headers: headers, body: [], timings: timings, remoteAddress: ""), url: "https://m/")
  }

  @Test("Only 204 is a commit: a 200 may come from anything in between")
  func committed() {
    #expect(outcome(204) == .committed)
    #expect(outcome(200) == .unavailable("https://m/ answered with status 200"))
  }

  @Test("Records are refused for themselves only by statuses that speak of them", arguments: [400, 413, 422])
  func refused(status: Int) {
    #expect(outcome(status) == .refused("https://m/ refused records with status \(status)"))
  }

  @Test(
    "Everything else is tried again, with a reason that says what to check",
    arguments: [
      (401, "token"), (403, "token"), (404, "address"), (405, "address"), (503, "503"), (500, "500"),
    ])
  func unavailable(status: Int, word: String) {
    guard case .unavailable(let reason, nil) = outcome(status) else {
      Issue.record("\(status) is not tried again")
      return
    }
    #expect(reason.contains(word))
  }

  @Test("Retry-After is obeyed, within reason")
  func retryAfter() {
    let reason = "https://m/ answered with status 503"
    #expect(outcome(503, [.init("retry-after", "7")]) == .unavailable(reason, retryAfter: .seconds(7)))
    #expect(outcome(503, [.init("Retry-After", "99999")]) == .unavailable(reason, retryAfter: .seconds(600)))
    #expect(outcome(503, [.init("Retry-After", "soon")]) == .unavailable(reason))
  }

  @Test("It waits longer and longer, up to a minute, and from the start again after a success")
  func backoff() {
    var backoff = Backoff()
    let waits = (0..<12).map { _ in backoff.next(atLeast: nil) }
    #expect(waits.prefix(4) == [.milliseconds(250), .milliseconds(500), .seconds(1), .seconds(2)])
    #expect(waits.last == .seconds(60))
    #expect(backoff.next(atLeast: .seconds(90)) == .seconds(90))
    backoff.reset()
    #expect(backoff.next(atLeast: nil) == .milliseconds(250))
  }
}
