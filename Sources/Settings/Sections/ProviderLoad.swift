import Measurement
import Probes
import Wire

/// What all jobs together ask of other people's servers, as a share of what may be asked of each by each way out: one
/// packet of STUN a second, one HTTPS request a minute, one status request in two minutes.
struct ProviderLoad {
  /// One server as it sees us: all who come through one proxy are one.
  private struct Asked: Hashable {
    var kind: String
    var host: String
    /// The proxy, or the site for those who go straight.
    var exit: String
  }

  /// Other kinds measure what is our own.
  static let kinds: Set = ["stun", "https", "status"]

  private var shares: [Asked: Double] = [:]

  /// The first server that the job would have asked more than it may be, and through what.
  func firstOverfull(adding job: ProbeJob, _ sites: [SiteSettings]) -> (host: String, exit: String)? {
    // Thirds add up to a little more than 1.
    let limit = 1.000_001
    let over = Self.shares(of: job, sites).filter { $0.value + (shares[$0.key] ?? 0) > limit }
    return over.keys.min { ($0.host, $0.exit) < ($1.host, $1.exit) }.map { ($0.host, $0.exit) }
  }

  mutating func add(_ job: ProbeJob, _ sites: [SiteSettings]) {
    shares.merge(Self.shares(of: job, sites), uniquingKeysWith: +)
  }

  private static func shares(of job: ProbeJob, _ sites: [SiteSettings]) -> [Asked: Double] {
    guard kinds.contains(job.kind), let kind = job.probeKind, case .repeated(_, let least) = kind.cadence else {
      return [:]
    }
    // Of STUN each packet counts; of the others each run.
    let share =
      (job.kind == "stun" ? Double(job.count ?? 10) : least.secondsAsDouble) / job.shortestGap.secondsAsDouble
    var shares: [Asked: Double] = [:]
    for site in sites {
      for case .named(let target) in job.targets(from: site.id) {
        for stream in job.streams(to: .named(target), from: site.id) {
          let exit = stream.route == .proxy ? job.proxy?.url ?? "" : site.id
          shares[Asked(kind: job.kind, host: host(of: target), exit: exit), default: 0] += share
        }
      }
    }
    return shares
  }

  /// Of a web address, `host:port` or a host.
  static func host(of target: String) -> String {
    let rest = target.split(separator: "://", maxSplits: 1).last ?? ""
    let authority = rest.prefix { !"/?#".contains($0) }
    if authority.hasPrefix("[") { return authority.drop { $0 == "[" }.prefix { $0 != "]" }.lowercased() }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    // More than one colon: a version 6 address.
    return (parts.count == 2 ? parts[0] : authority).lowercased()
  }
}
