import Testing

@testable import Notify

struct RoutingTests {
  let channels = ["team", "board", "night"].map { Channel(name: $0, kind: .webhook, url: "http://127.0.0.1/\($0)") }

  @Test("Without routes every channel is told of everything")
  func none() {
    #expect(Routing(channels: channels).channels(for: .example()) == ["team", "board", "night"])
  }

  @Test("Every route that matches counts, and a channel is told once")
  func union() {
    let routing = Routing(
      channels: channels,
      routes: [
        Route(severities: [.page], channels: ["night", "team"]),
        Route(sites: ["tsu"], channels: ["team"]),
        Route(sites: ["hq"], channels: ["board"]),
      ])
    #expect(routing.channels(for: .example()) == ["team", "night"])
    #expect(routing.channels(for: .example(severity: .ticket)) == ["team"])
  }

  @Test("Severity and site of one route must both match")
  func both() {
    let routing = Routing(
      channels: channels, routes: [Route(severities: [.ticket], sites: ["tsu"], channels: ["board"])])
    #expect(routing.channels(for: .example()) == [])
    #expect(routing.channels(for: .example(severity: .ticket)) == ["board"])
  }

  @Test("Kinds are found by the names the configuration uses")
  func kinds() {
    #expect(ChannelKind.all.map(\.name) == ["webhook", "alertmanager"])
    #expect(ChannelKind.named("webhook") != nil)
    #expect(ChannelKind.named("pigeon") == nil)
  }
}
