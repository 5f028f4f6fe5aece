import Fetch
import Measurement
import Probes
import Wire

/// What an hour of a job's measuring is, for one site: estimates for `config plan`, and for the bound on what probes may
/// take of a line.
public struct ProbeLoad: Sendable, Equatable {
  /// Sent by the site's agent and its reflector.
  public var packetsPerSecond = 0.0
  /// The same, with UDP or TCP and IP headers.
  public var bitsPerSecond = 0.0
  public var recordsPerDay = 0.0

  public static func + (left: Self, right: Self) -> Self {
    ProbeLoad(
      packetsPerSecond: left.packetsPerSecond + right.packetsPerSecond,
      bitsPerSecond: left.bitsPerSecond + right.bitsPerSecond, recordsPerDay: left.recordsPerDay + right.recordsPerDay)
  }

  /// About what a record takes in the database, with its index and its judgement.
  public static let bytesPerRecord = 700.0
  /// IPv4 and UDP.
  fileprivate static let headerBytes = 28.0

  /// What a job makes a site send: its agent's packets, and its reflector's answers to others'.
  public init(_ job: ProbeJob, at site: String, _ sites: [SiteSettings], recordLength: Duration) {
    self.init(job, from: site, recordLength: recordLength)
    guard job.isContinuous else { return }
    let asking = sites.count { job.targets(from: $0.id).contains(.site(site)) }
    packetsPerSecond += Double(job.rate) * Double(asking)
    bitsPerSecond += Double(job.rate) * Double(asking) * job.bitsPerPacket
  }

  /// What one job makes the agent of a site send.
  private init(_ job: ProbeJob, from site: String, recordLength: Duration) {
    let paths = Double(job.measuredPaths(from: site).count)
    let targets = Double(job.targets(from: site).count)
    guard targets > 0 else { return }
    if job.isContinuous {
      packetsPerSecond = Double(job.rate) * targets
      bitsPerSecond = packetsPerSecond * job.bitsPerPacket
      recordsPerDay = paths * 86_400 / recordLength.secondsAsDouble
      return
    }
    let runs = job.runsPerDay
    let (packets, bytes) = job.packetsPerRun
    packetsPerSecond = runs * paths * packets / 86_400
    bitsPerSecond = runs * paths * bytes * 8 / 86_400
    recordsPerDay = runs * paths
  }

  init(packetsPerSecond: Double = 0, bitsPerSecond: Double = 0, recordsPerDay: Double = 0) {
    self.packetsPerSecond = packetsPerSecond
    self.bitsPerSecond = bitsPerSecond
    self.recordsPerDay = recordsPerDay
  }
}

extension ProbeJob {
  /// One series that a job makes.
  struct MeasuredPath: Hashable {
    var path: Path
    var kind: String
  }

  func measuredPaths(from site: String) -> [MeasuredPath] {
    targets(from: site).flatMap { target in
      streams(to: target, from: site).map { stream in
        MeasuredPath(
          path: Path(site: site, target: target.id, route: stream.route, label: stream.label), kind: kind)
      }
    }
  }

  /// What the agent of `site` measures on its way to `target`.
  public func streams(to target: Target, from site: String) -> [ProbeStream] {
    if isRing { return [ProbeStream(label: Mesh.stream.label)] }
    let streams = probeKind?.streams(request(to: target, from: site)) ?? []
    guard endsAtRouter(target) else { return streams }
    return streams.map { ProbeStream(route: $0.route, label: Path.routerLabel($0.label)) }
  }

  public func endsAtRouter(_ target: Target) -> Bool {
    if case .site(let id) = target { routers.contains(id) } else { false }
  }

  /// The test packets to `target` of kinds that send all the time, at the job's rate.
  public func packetStreams(to target: Target) -> [STAMPStream] {
    packetStreams.map { stream in
      var stream = stream
      if endsAtRouter(target) { stream.label = Path.routerLabel(stream.label) }
      return stream
    }
  }

  /// The same to any target but a router.
  public var packetStreams: [STAMPStream] {
    let streams = isRing ? [Mesh.stream] : STAMPStream.meeting
    return streams.map { stream in
      var stream = stream
      stream.interval = .nanoseconds(1_000_000_000 * Int64(streams.count) / Int64(rate))
      return stream
    }
  }

  /// The mean of its test packets.
  fileprivate var bitsPerPacket: Double {
    let bytes = packetStreams.reduce(0.0) { $0 + Double($1.packetBytes) } / Double(packetStreams.count)
    return (bytes + ProbeLoad.headerBytes) * 8
  }

  /// What the agent of `site` asks for, without secrets and without looking at any file.
  public func request(to target: Target, from site: String, address: String? = nil) -> ProbeRequest {
    var request = ProbeRequest(target: relay ?? address ?? target.id)
    if relay != nil, case .site(let other) = target { request.place = CallPlace(name: site, other: other) }
    request.limits = limits
    request.packetsPerSecond = rate
    request.count = count ?? (kind == "https" ? 1 : nil)
    request.families = families
    request.routes = routes
    request.proxy = proxy.map { Proxy(url: $0.url) }
    request.server = server
    request.room = room
    if let authority { request.trust = .authorities(file: authority) }
    return request
  }

  public var limits: ProbeLimits {
    ProbeLimits(
      lossPerMillion: UInt64(objective.lossPartsPerMillion), jitterNanoseconds: UInt64(objective.jitter.nanoseconds),
      latencyNanoseconds: UInt64(objective.latency.nanoseconds))
  }

  /// Runs a day: for cron counted over the year 2027.
  var runsPerDay: Double {
    guard let cron else { return 86_400 / interval.secondsAsDouble }
    let (start, days) = (WallTime(seconds: 1_798_761_600), 365.0)
    var (time, runs) = (start, 0.0)
    while let next = cron.next(after: time, offset: { _ in 0 }), next < start + .seconds(365 * 86_400) {
      (time, runs) = (next, runs + 1)
      // Every minute would be half a million: a month tells as much.
      if runs == 50_000 { return runs * 86_400 / Double((next - start).nanoseconds / 1_000_000_000) }
    }
    return runs / days
  }

  /// Packets and bytes that one run sends on one path, as the kinds choose them.
  var packetsPerRun: (packets: Double, bytes: Double) {
    switch kind {
    case "stun": (Double(count ?? 10), Double(count ?? 10) * 56)
    case "icmp": (Double(count ?? 10), Double(count ?? 10) * 84)
    case "dns": (Double(count ?? 5), Double(count ?? 5) * 80)
    // SYN, acknowledgement, FIN.
    case "tcp": (Double(count ?? 5) * 3, Double(count ?? 5) * 160)
    // A handshake and a request.
    case "https": (Double(count ?? 1) * 12, Double(count ?? 1) * 3_000)
    // Ten seconds of one voice or picture, both ways.
    case "call": (1_000, 1_000 * 600)
    // Three packets to each of ten hops.
    case "trace": (30, 30 * 72)
    case "status": (12, 3_000)
    default: (1, 100)
    }
  }
}

extension ProbeJob.Target {
  /// As records' paths have it.
  public var id: String {
    switch self {
    case .site(let id): id
    case .endpoint(let endpoint): endpoint.description
    case .named(let name): name
    }
  }
}

/// What all jobs together send, by site.
struct UplinkLoad {
  /// Probes may take this share of a line.
  static let share = 0.02
  private var bitsPerSecond: [String: Double] = [:]

  /// The first site whose line the job would take more of than it may.
  func firstOverfull(adding job: ProbeJob, _ sites: [SiteSettings]) -> String? {
    sites.first { site in
      guard let uplink = site.uplink else { return false }
      let more = ProbeLoad(job, at: site.id, sites, recordLength: job.interval).bitsPerSecond
      return more > 0 && (bitsPerSecond[site.id] ?? 0) + more > Double(uplink) * Self.share
    }?.id
  }

  mutating func add(_ job: ProbeJob, _ sites: [SiteSettings]) {
    for site in sites {
      bitsPerSecond[site.id, default: 0] += ProbeLoad(job, at: site.id, sites, recordLength: job.interval).bitsPerSecond
    }
  }
}

extension Duration {
  var secondsAsDouble: Double { Double(nanoseconds) / 1e9 }
}
