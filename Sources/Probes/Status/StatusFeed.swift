import Foundation
import Measurement

/// What a provider says of its own service, in one of the formats that providers publish.
struct StatusFeed: Sendable, Equatable {
  var state: ServiceState
  /// What is wrong, in the provider's words; the gravest first.
  var incidents: [String] = []

  /// Why a feed cannot be read, as a sentence.
  struct Unreadable: Error, Equatable, Sendable, CustomStringConvertible {
    let description: String
  }

  /// More are not repeated.
  static let incidentLimit = 8

  /// Reads a feed by its shape: an object is Statuspage's, a list Google's.
  init(_ body: [UInt8]) throws(Unreadable) {
    let data = Data(body)
    let first = body.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0a && $0 != 0x0d }
    do {
      switch first {
      case UInt8(ascii: "{"): self.init(try JSONDecoder().decode(StatuspageSummary.self, from: data))
      case UInt8(ascii: "["): self.init(try JSONDecoder().decode([GoogleIncident].self, from: data))
      default: throw Unreadable(description: "It is no JSON.")
      }
    } catch let error as Unreadable {
      throw error
    } catch DecodingError.keyNotFound(let key, _) {
      throw Unreadable(description: "It lacks \"\(key.stringValue)\": is it a summary.json or an incidents.json?")
    } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
      throw Unreadable(description: "It is no JSON.")
    } catch {
      throw Unreadable(description: "It has another form than a summary.json or an incidents.json.")
    }
  }

  private init(_ summary: StatuspageSummary) {
    // Components say more than the page's indicator, and the indicator stands where they are not given.
    let states = (summary.components ?? []).map(\.state) + [summary.status.state]
    state = Self.gravest(states)
    incidents = (summary.incidents ?? []).filter { !$0.isOver }.sorted { $0.gravity > $1.gravity }.map(\.name)
    incidents = Array(incidents.prefix(Self.incidentLimit))
  }

  private init(_ list: [GoogleIncident]) {
    let open = list.filter { $0.end == nil }
    state = Self.gravest(open.map(\.state))
    incidents = open.sorted { Self.place($0.state) > Self.place($1.state) }.prefix(Self.incidentLimit).map(\.summary)
  }

  private static func gravest(_ states: [ServiceState]) -> ServiceState {
    states.max { place($0) < place($1) } ?? .operational
  }

  private static func place(_ state: ServiceState) -> Int {
    ServiceState.allCases.firstIndex(of: state) ?? 0
  }
}

/// Atlassian Statuspage's `/api/v2/summary.json`, which Zoom, Slack, Cisco and many others publish. A value that is not
/// known is grave: what cannot be understood is not fine.
struct StatuspageSummary: Decodable {
  struct Status: Decodable {
    var indicator: String

    var state: ServiceState {
      switch indicator {
      case "none": .operational
      case "maintenance": .maintenance
      case "minor": .degraded
      default: .outage
      }
    }
  }

  struct Component: Decodable {
    var status: String

    var state: ServiceState {
      switch status {
      case "operational": .operational
      case "under_maintenance": .maintenance
      case "degraded_performance", "partial_outage": .degraded
      default: .outage
      }
    }
  }

  struct Incident: Decodable {
    var name: String
    var status: String
    var impact: String?

    var isOver: Bool { ["resolved", "postmortem", "completed"].contains(status) }
    var gravity: Int { ["none", "minor", "major", "critical"].firstIndex(of: impact ?? "none") ?? 3 }
  }

  var status: Status
  var components: [Component]?
  var incidents: [Incident]?
}

/// An entry of Google Workspace's `incidents.json`, which lists those of the past as well.
struct GoogleIncident: Decodable {
  struct Update: Decodable {
    var status: String?
  }

  var id: String
  var begin: String
  var end: String?
  var description: String?
  var serviceName: String?
  var severity: String?
  var mostRecentUpdate: Update?

  private enum CodingKeys: String, CodingKey {
    case id, begin, end, severity
    case description = "external_desc"
    case serviceName = "service_name"
    case mostRecentUpdate = "most_recent_update"
  }

  var state: ServiceState {
    switch mostRecentUpdate?.status ?? "" {
    case "AVAILABLE", "SERVICE_INFORMATION": .operational
    case "SERVICE_DISRUPTION": .degraded
    case "SERVICE_OUTAGE": .outage
    default: severity == "low" ? .degraded : .outage
    }
  }

  /// The description's first line.
  var summary: String {
    let line = description?.split(whereSeparator: \.isNewline).first.map(String.init) ?? id
    return [serviceName, line].compactMap { $0 }.joined(separator: ": ")
  }
}
