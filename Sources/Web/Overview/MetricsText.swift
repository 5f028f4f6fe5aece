import API
import Relay
import Wire

/// The Prometheus text format, version 0.0.4: what is counted and judged now, in base units.
enum MetricsText {
  static func text(
    relay: RelayStatistics?, overview: Overview, eventStreams: Int, heapBytes: UInt64,
    refusals: [ErrorCode: UInt64] = [:]
  ) -> String {
    var page = MetricsPage()
    if let relay { addRelay(relay, to: &page) }
    addPaths(overview.paths, to: &page)
    page.add(
      "kakehashi_incidents", .gauge, "Incidents that are open.",
      ["pending", "firing"].map { state in
        ([("state", state)], Double(overview.incidents.count { $0.state == state }))
      })
    page.add(
      "kakehashi_troubles", .gauge, "What is wrong with the monitoring itself.",
      ["history", "damage", "delivery", "late", "crowded"].map { kind in
        ([("kind", kind)], Double((overview.troubles ?? []).count { $0.kind == kind }))
      })
    page.add("kakehashi_heap_bytes", .gauge, "Heap memory in use.", Double(heapBytes))
    page.add("kakehashi_event_streams", .gauge, "Event streams open over HTTP.", Double(eventStreams))
    page.add(
      "kakehashi_refused_requests_total", .counter, "Requests without a token that fits, by reason.",
      Self.accessCodes.map { ([("reason", $0.rawValue)], Double(refusals[$0] ?? 0)) })
    return page.text
  }

  private static let accessCodes: [ErrorCode] = [
    .unauthorized, .tokenInvalid, .tokenExpired, .tokenNotYetValid, .forbidden,
  ]

  private static func addRelay(_ relay: RelayStatistics, to page: inout MetricsPage) {
    page.add("kakehashi_relay_rooms", .gauge, "Rooms with somebody in them.", Double(relay.rooms))
    page.add("kakehashi_relay_participants", .gauge, "Participants in all rooms.", Double(relay.participants))
    page.add(
      "kakehashi_relay_received_datagrams_total", .counter, "Datagrams received.", Double(relay.receivedDatagrams))
    page.add(
      "kakehashi_relay_received_bytes_total", .counter, "UDP payload received in bytes.", Double(relay.receivedBytes))
    page.add("kakehashi_relay_sent_datagrams_total", .counter, "Datagrams sent.", Double(relay.sentDatagrams))
    page.add("kakehashi_relay_sent_bytes_total", .counter, "UDP payload sent in bytes.", Double(relay.sentBytes))
    page.add(
      "kakehashi_relay_forwarded_packets_total", .counter, "Media packets handed on, once for each receiver.",
      Double(relay.forwardedPackets))
    page.add(
      "kakehashi_relay_coalesced_events_total", .counter, "Events replaced by newer ones before anybody read them.",
      Double(relay.coalescedEvents))
    page.add(
      "kakehashi_relay_segmentation_fallbacks_total", .counter,
      "Runs that left datagram by datagram because their path takes no segmentation.",
      Double(relay.segmentationFallbacks))
    page.add(
      "kakehashi_relay_table_entries", .gauge, "Entries in the relay's own tables; zero when nobody is there.",
      relay.tables.sizes.map { ([("table", $0.name)], Double($0.entries)) })
    page.add(
      "kakehashi_relay_dropped_packets_total", .counter, "Packets that went no further, by reason.",
      DropReason.allCases.map { ([("reason", "\($0)")], Double(relay.drops[$0])) })
  }

  private static func addPaths(_ paths: [PathStatus], to page: inout MetricsPage) {
    func labels(_ path: PathStatus) -> [(String, String)] {
      [
        ("site", path.site), ("target", path.target), ("route", path.route), ("label", path.label),
        ("origin", path.origin),
      ]
    }
    func add(_ name: String, _ help: String, _ figure: (PathStatus) -> Double?) {
      page.add(name, .gauge, help, paths.compactMap { path in figure(path).map { (labels(path), $0) } })
    }
    add("kakehashi_path_loss_ratio", "Loss of the newest judged interval.") { $0.lossPercent.map { $0 / 100 } }
    add("kakehashi_path_jitter_seconds", "Mean delay variation of the newest judged interval.") {
      $0.jitterMilliseconds.map { $0 / 1_000 }
    }
    add("kakehashi_path_latency_seconds", "Mean latency of the newest judged interval.") {
      $0.latencyMilliseconds.map { $0 / 1_000 }
    }
    page.add(
      "kakehashi_path_verdict", .gauge, "1 for the verdict that holds.",
      paths.flatMap { path in
        VerdictName.allCases.map { verdict in
          (labels(path) + [("verdict", verdict.rawValue)], path.verdict == verdict ? 1 : 0)
        }
      })
  }
}

/// Lines of the text format.
struct MetricsPage {
  enum Kind: String {
    case counter, gauge
  }

  private(set) var text = ""

  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ value: Double) {
    add(name, kind, help, [([], value)])
  }

  /// One line for each set of labels; nothing at all when there is none.
  mutating func add(_ name: String, _ kind: Kind, _ help: String, _ samples: [(labels: [(String, String)], Double)]) {
    guard !samples.isEmpty else { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    for (labels, value) in samples {
      let list = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
      text += list.isEmpty ? "\(name) \(Self.number(value))\n" : "\(name){\(list)} \(Self.number(value))\n"
    }
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
  }

  private static func escaped(_ value: String) -> String {
    value.reduce(into: "") { text, character in
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.append(character)
      }
    }
  }
}
