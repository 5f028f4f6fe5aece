import Foundation
import Measurement
import Testing
import Wire

@testable import Alerting

@Suite struct IncidentTests {
  @Test("The identity is the same wherever it is made, and differs by series, kind and start")
  func identity() {
    let incident = Incident(.made(3, .bad), kind: .breach)
    #expect(incident.id == Incident(.made(3, .bad, loss: 99_999), kind: .breach).id)
    #expect(incident.id.count == 16)
    var other = Judgement.made(3, .bad)
    other.series.path.label = "voice"
    let ids = [
      incident.id, Incident(.made(4, .bad), kind: .breach).id, Incident(.made(3, .bad), kind: .unmeasured).id,
      Incident(other, kind: .breach).id,
    ]
    #expect(Set(ids).count == 4)
  }

  @Test("The worst value of each metric stays, the headline is the worst of them")
  func worst() {
    var incident = Incident(.made(0, .bad, loss: 50_000), kind: .breach)
    incident.include(.made(1, .bad, loss: 20_000))
    #expect(incident.headline?.value == 50_000)
    var slow = Judgement.made(2, .bad)
    slow.findings = [Finding(metric: .latency, value: 1_500_000_000, objective: Objective())]
    incident.include(slow)
    #expect(incident.worst.map(\.metric) == [.loss, .latency])
    #expect(incident.headline?.metric == .latency)
    #expect(incident.lastBadAt == WallTime(seconds: 45))
  }

  @Test("It outlives being stored")
  func codable() throws {
    let incident = Incident(.made(0, .bad), kind: .breach)
    #expect(try JSONDecoder().decode(Incident.self, from: JSONEncoder().encode(incident)) == incident)
  }
}
