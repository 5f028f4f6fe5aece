import Testing
import Wire

@testable import ICE

@Suite struct CandidatePairTests {
  @Test("Pairs differ by either end, port or address")
  func identity() {
    let here = Endpoint(address: .loopbackV4, port: 1)
    let there = Endpoint(address: .loopbackV6, port: 1)
    let pairs: Set = [
      CandidatePair(local: here, remote: there), CandidatePair(local: there, remote: here),
      CandidatePair(local: here, remote: here), CandidatePair(local: here, remote: there),
      CandidatePair(local: here, remote: Endpoint(address: .loopbackV6, port: 2)),
    ]
    #expect(pairs.count == 4)
  }
}
