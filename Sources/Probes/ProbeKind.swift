import Fetch
import Measurement
import Wire

/// A kind of probe. To add one: a file that makes its `ProbeKind`, and a line in `all`.
public struct ProbeKind: Sendable {
  /// As in `probe NAME TARGET` and in a record's origin.
  public let name: String
  /// One line for `--help`.
  public let summary: String
  /// What it measures and how, in sentences.
  public let measures: String
  /// What its figures do not say, in sentences.
  public let limitations: String
  /// What a target looks like.
  public let example: String
  /// What is sent and counted: `packets`, `requests`.
  public let unit: String
  /// What the latency is: `round trip`, `whole request`.
  public let delay: String
  /// What a good verdict needs.
  public let metrics: [ProbeMetric]
  /// What results are held against unless the request says otherwise.
  public let limits: ProbeLimits
  /// What of a request it heeds beside its target.
  public let options: Set<ProbeOption>
  /// How an agent runs it.
  public let cadence: Cadence
  /// How long a run takes while nothing answers, of kinds that ask one packet at a time; of others `nil`.
  public private(set) var silentRun: (@Sendable (ProbeRequest) -> Duration)? = nil
  /// The routes and labels of what a request gives, in their order.
  public let streams: @Sendable (ProbeRequest) -> [ProbeStream]
  /// Measures once.
  let run: @Sendable (ProbeRequest) async throws(ProbeError) -> [ProbeMeasurement]

  public enum Cadence: Sendable, Hashable {
    /// All the time, with a record for each interval.
    case continuous
    /// Once in an interval: by itself, and at the least.
    case repeated(every: Duration, atLeast: Duration)
  }

  public static let all: [ProbeKind] = [
    .stamp, .call, .https, .stun, .dns, .tcp, .icmp, .trace, .status,
  ]

  public static func named(_ name: String) -> ProbeKind? {
    all.first { $0.name == name }
  }

  /// Makes one measurement.
  public func measure(_ request: ProbeRequest) async throws(ProbeError) -> ProbeResult {
    let measurements = try await run(request)
    return ProbeResult(
      kind: self, target: request.target, limits: request.limits ?? limits, measurements: measurements)
  }

  /// What one record of this kind comes to.
  public func status(of record: PathRecord, limits: ProbeLimits) -> ProbeStatus {
    ProbeResult(
      kind: self, target: "", limits: limits, measurements: [ProbeMeasurement(record: record, place: "")]
    ).status
  }

  /// The help that such arguments of the program ask for: `probe NAME --help`.
  public static func help(for arguments: [String]) -> String? {
    guard arguments.count >= 2, arguments[0] == "probe", let kind = named(arguments[1]),
      arguments.contains("--help") || arguments.contains("-h")
    else { return nil }
    return kind.help
  }

  /// For `probe NAME --help`.
  public var help: String {
    let options = ProbeOption.allCases.filter(options.contains).map { "  \($0.help)" }
    let limits = metrics.map { "\($0.rawValue) \(Figure.text(self.limits[$0], $0))" }.joined(separator: ", ")
    return """
      kakehashi probe \(name) TARGET: \(summary).

      MEASURES
        \(measures)

      CANNOT TELL
        \(limitations)

      LIMITS
        \(limits). \(self.limits.warningPercent) % of a limit is a warning.

      OPTIONS
      \((options + ["  --json        Print JSON.", "  --plugin      Print one line as a monitoring plugin does."]).joined(separator: "\n"))

      EXIT STATUS
        0 good, 1 warning, 2 breach, 3 anything that is not a measurement.

      EXAMPLE
        kakehashi probe \(name) \(example)
      """
  }
}

extension ProbeKind: Hashable {
  /// Names are unique among kinds.
  public static func == (left: Self, right: Self) -> Bool { left.name == right.name }

  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// What a kind may heed of a request.
public enum ProbeOption: String, Sendable, Hashable, CaseIterable {
  case seconds, count, rate, bytes, dscp, ip, proxy, server, authority, token, room, `as`, with, wait
  case keyFile = "key-file"

  /// A line of help.
  var help: String {
    switch self {
    case .seconds: "--seconds N   How long to measure, 1–3600."
    case .count: "--count N     How often to ask, 1–1000."
    case .rate: "--rate N      Packets a second, 1–1000."
    case .bytes: "--bytes N     UDP payload of the packets, once for each stream."
    case .keyFile:
      "--key-file F  Authenticated, by the key in a file; --protect, --ssid and --stop-without-ssid go with it."
    case .dscp: "--dscp N      DSCP to send with, 0–63."
    case .ip: "--ip V        IPv4 or IPv6 alone (4, 6), or each by itself (both)."
    case .proxy:
      "--proxy URL   Through this proxy, too: http://proxy.example:8080. Its user and password, as user:password, come\n"
        + "                from --proxy-credentials FILE (or env:NAME)."
    case .server: "--server A    The name server to ask instead of the system's first."
    case .authority: "--authority F PEM file of the authority to believe instead of the system's."
    case .token: "--token FILE   The token to join with (or env:NAME)."
    case .room: "--room NAME   The room to meet in, instead of one with a name made up."
    case .as: "--as NAME     Be one end of a call whose other end is elsewhere, under this name."
    case .with: "--with NAME   The other end's name; both meet in a room named after the two."
    case .wait: "--wait N      How long to wait for the other end, in seconds; 60 unless given."
    }
  }
}

/// One measurement to make. What a kind does not heed is ignored.
public struct ProbeRequest: Sendable, Hashable {
  /// As the user wrote it.
  public var target: String
  public var duration: Duration
  /// `nil` are the kind's own.
  public var limits: ProbeLimits?
  /// How often to ask; `nil` is the kind's own choice.
  public var count: Int?
  /// What to send instead of the kind's own choice: each `nil` leaves it.
  public var packetBytes: [Int]?
  public var packetsPerSecond: Int?
  public var dscp: UInt8?
  /// Of STAMP alone.
  public var stamp: STAMPSessionOptions
  /// Which addresses of the target are measured, each by itself.
  public var families: [AddressFamily] = [.any]
  /// To measure through, beside the direct way.
  public var proxy: Proxy?
  /// Which way to measure; both where there is a proxy.
  public var routes: [Path.Route] = [.direct, .proxy]
  public var trust: Trust = .system
  /// Whom to ask instead of the system's choice.
  public var server: String?
  /// What lets the probe join.
  public var token: String?
  public var room: String?
  /// One end of a call, whose other end is elsewhere.
  public var place: CallPlace?

  public init(
    target: String, duration: Duration = .seconds(10), limits: ProbeLimits? = nil, packetBytes: [Int]? = nil,
    packetsPerSecond: Int? = nil, dscp: UInt8? = nil, stamp: STAMPSessionOptions = STAMPSessionOptions()
  ) {
    self.target = target
    self.duration = duration
    self.limits = limits
    self.packetBytes = packetBytes
    self.packetsPerSecond = packetsPerSecond
    self.dscp = dscp
    self.stamp = stamp
  }
}

/// One of a probe's paths, beside where it begins and ends.
public struct ProbeStream: Sendable, Hashable {
  public var route: Path.Route
  public var label: String

  public init(route: Path.Route = .direct, label: String = "") {
    self.route = route
    self.label = label
  }

  /// Straight, by each version of IP asked for.
  static let byFamily: @Sendable (ProbeRequest) -> [ProbeStream] = { request in
    request.families.map { ProbeStream(label: $0.label) }
  }
}

/// What a kind found on one path.
struct ProbeMeasurement: Sendable {
  var record: PathRecord
  /// The address that was measured; empty where none was found.
  var place: String
  /// What else a person should know: why requests failed, for instance.
  var remarks: [String] = []
  /// What a reflector says of its own delay, which no timestamp of a packet tells.
  var reflectorDelay = Distribution()
  /// Why there is nothing to judge, as a phrase.
  var obstacle: String?
  /// The round trip leads to the other end and back, and the latency judged is one way of it.
  var isBetweenPlaces = false
}

/// Why nothing could be measured, in a sentence.
public struct ProbeError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}
