import API
import Foundation

extension FuzzTarget {
  /// Every shape of JSON that is read: requests by the server, answers and events by our clients. What could be read
  /// comes back from being written.
  static let jsonBodies = FuzzTarget("JSONBodies") { input in
    let body = Data(input)
    read(JoinBody.self, body)
    read(SwitchesBody.self, body)
    read(JoinedBody.self, body)
    read(ErrorBody.self, body)
    read(Overview.self, body)
    read(Roster.self, body)
    read(Slots.self, body)
    read(Speaking.self, body)
    read(LeftParticipant.self, body)
    read(Ended.self, body)
    read(HealthStatus.self, body)
  }
}

private func read<Body: Codable & Equatable>(_ type: Body.Type, _ data: Data) {
  guard let body = try? JSONDecoder().decode(type, from: data), let written = try? JSONEncoder().encode(body) else {
    return
  }
  precondition((try? JSONDecoder().decode(type, from: written)) == body, "a body is read as it was written")
}
