import Measurement
import Testing

@testable import Probes

@Suite("A provider's status feed")
struct StatusFeedTests {
  private func summary(_ indicator: String, _ components: [String] = [], incidents: String = "") -> String {
    let list = components.map { "{\"id\":\"b\",\"name\":\"Meetings\",\"status\":\"\($0)\"}" }.joined(separator: ",")
    return """
      {"page":{"id":"x","name":"Meet","url":"https://status.example","updated_at":"2026-11-20T01:02:03Z"},
       "components":[\(list)],"incidents":[\(incidents)],"scheduled_maintenances":[],
       "status":{"indicator":"\(indicator)","description":"…"}}
      """
  }

  private func read(_ text: String) throws -> StatusFeed {
    try StatusFeed(Array(text.utf8))
  }

  @Test(
    "The gravest of the indicator and the components counts, and what is not known is grave",
    arguments: [
      ("none", ["operational"], .operational), ("minor", ["operational"], .degraded), ("major", [], .outage),
      ("critical", [], .outage), ("maintenance", [], .maintenance), ("none", ["under_maintenance"], .maintenance),
      ("none", ["operational", "degraded_performance"], .degraded), ("none", ["partial_outage"], .degraded),
      ("minor", ["major_outage"], .outage), ("none", ["on fire"], .outage), ("purple", [], .outage),
    ] as [(String, [String], ServiceState)])
  func statuspage(indicator: String, components: [String], state: ServiceState) throws {
    #expect(try read(summary(indicator, components)).state == state)
  }

  @Test("Incidents that are not over are told in the provider's words, the gravest first")
  func incidents() throws {
    let incidents = """
      {"name":"Slow joins","status":"monitoring","impact":"minor"},
      {"name":"No audio","status":"investigating","impact":"critical"},
      {"name":"Last week","status":"resolved","impact":"critical"}
      """
    #expect(try read(summary("critical", incidents: incidents)).incidents == ["No audio", "Slow joins"])
  }

  private func incident(_ status: String, end: String = "", severity: String = "medium") -> String {
    """
    {"id":"aBc","number":"1","begin":"2026-11-20T01:00:00+00:00",\(end)"external_desc":"Meet users may see errors.\\n\\nMore.",
     "most_recent_update":{"created":"2026-11-20T01:10:00+00:00","status":"\(status)","text":"…"},
     "severity":"\(severity)","service_key":"x","service_name":"Google Meet","affected_products":[]}
    """
  }

  @Test(
    "Of Google's incidents those without an end count",
    arguments: [
      ("SERVICE_OUTAGE", .outage), ("SERVICE_DISRUPTION", .degraded), ("AVAILABLE", .operational), ("?", .outage),
    ]
      as [(String, ServiceState)])
  func google(status: String, state: ServiceState) throws {
    let over = incident("SERVICE_OUTAGE", end: "\"end\":\"2026-11-20T02:00:00+00:00\",")
    #expect(try read("[\(over)]") == (try read("[]")))
    let feed = try read(" [\(over), \(incident(status))]")
    #expect(feed.state == state)
    #expect(feed.incidents == ["Google Meet: Meet users may see errors."])
  }

  @Test(
    "What cannot be read is not fine: it is an error that says so",
    arguments: [
      "", "<html>Login</html>", "{", "{}", "[{}]", "{\"status\":\"ok\"}", "null", "7",
      "{\"status\":{\"indicator\":3}}", "[{\"id\":\"a\"}]",
    ])
  func unreadable(text: String) {
    let error = #expect(throws: StatusFeed.Unreadable.self) { try read(text) }
    #expect(error?.description.hasSuffix(".") == true || error?.description.hasSuffix("?") == true)
  }

  @Test("A long list of incidents is cut")
  func bounded() throws {
    let many = Array(repeating: incident("SERVICE_OUTAGE"), count: 50).joined(separator: ",")
    #expect(try read("[\(many)]").incidents.count == StatusFeed.incidentLimit)
  }
}
