import Agent
import Fetch
import Measurement
import Probes
import Wire

/// One file of the folder `probes`: what is measured from where to where, when, and what is good.
public struct ProbeJob: Sendable, Equatable {
  /// The file's name without its ending.
  public var name: String
  /// A registered kind of probe.
  public var kind: String
  /// Makes it the mesh's part towards the hub or, where `isRing`, along the ring.
  public var mesh: Mesh?
  public var isRing = false
  /// Those of its targets that are measured at their router.
  public var routers: Set<String> = []
  /// Sites whose agents run it.
  public var from: [String]
  public var targets: [Target]
  /// Packets a second on each path, all sizes together; of kinds that send all the time.
  public var rate: Int
  /// Length of a record's and of the judging interval; for other kinds also how often they run.
  public var interval: Duration
  /// When it runs instead of once each interval.
  public var cron: CronExpression?
  /// The cron expression's, of the time zone database.
  public var timeZone: String
  /// How often a run asks.
  public var count: Int?
  public var families: [AddressFamily]
  public var routes: [Path.Route]
  public var proxy: ProxySettings?
  public var server: String?
  /// PEM file to believe; `nil` for the system's.
  public var authority: String?
  public var token: SecretSource?
  public var room: String?
  /// Of calls between sites: where they meet. Without it a call's targets are relays, and both its ends are at one site.
  public var relay: String?
  public var objective: ObjectiveSettings
  /// Whether a breach pages somebody, or only shows and makes a ticket.
  public var pages: Bool
  /// May take more than its share of a line or of other people's servers.
  public var isForced: Bool

  public enum Target: Sendable, Hashable {
    /// A configured site, by its reflector.
    case site(String)
    case endpoint(Endpoint)
    /// What a kind reads itself: a host, a name or a web address.
    case named(String)
  }

  public struct ProxySettings: Sendable, Equatable {
    public var url: String
    /// Holds `user:password`.
    public var credentials: SecretSource?
  }

  public var probeKind: ProbeKind? { ProbeKind.named(kind) }
  /// Between the starts of two runs, at the least.
  var shortestGap: Duration { cron?.shortestGap ?? interval }
  /// Sent all the time, instead of run from time to time.
  public var isContinuous: Bool { probeKind?.cadence == .continuous }

  /// What `config check` says of it.
  public var summary: String {
    if isContinuous {
      let way = mesh.map { isRing ? " along a ring of \($0.ring.count)" : " to \($0.hub)" } ?? ""
      return "\(name): \(kind)\(way), \(rate) packets/s, judged every \(SettingKind<Duration>.show(interval))"
    }
    let when = cron.map { "at \($0.text) in \(timeZone)" } ?? "every \(SettingKind<Duration>.show(interval))"
    return "\(name): \(kind), \(when)"
  }

  /// The sites and targets that the agent of `site` measures: never itself. A call between sites has two ends, and each
  /// tells what it hears.
  public func targets(from site: String) -> [Target] {
    if isRing { return mesh?.neighbours(of: site).map(Target.site) ?? [] }
    let asked = from.contains(site) ? targets.filter { $0 != .site(site) } : []
    guard relay != nil, targets.contains(.site(site)) else { return asked }
    return asked + from.map(Target.site).filter { $0 != .site(site) && !asked.contains($0) }
  }

  init(
    name: String, _ root: SettingsMapping, sites: [SiteSettings], defaults: ObjectiveSettings,
    resolve: @escaping (String) -> String
  ) {
    let ids = sites.map(\.id)
    // Who measures, and is measured, unless the job says otherwise.
    let manned = sites.filter { !$0.isMeasuredAtRouter }.map(\.id)
    routers = Set(ids).subtracting(manned)
    self.name = name
    kind = root.required("kind", .oneOf(ProbeKind.all.map(\.name))) ?? ""
    let probe = ProbeKind.named(kind)
    let isSTAMP = probe?.cadence == .continuous
    let hub = root.value("mesh", SettingKind.oneOf(ids).or("none"), default: nil)
    if hub != nil { Self.checkMesh(root, isSTAMP: isSTAMP) }
    mesh = hub.map { Mesh(hub: $0, sites: sites) }
    from = root.list("from", .oneOf(ids), default: mesh?.ring ?? manned)
    if !isSTAMP, !root.has("to") { root.report("to", "is missing, so nothing would be measured") }
    targets = root.list(
      "to", isSTAMP ? .target(sites: ids) : .namedTarget(sites: ids),
      default: isSTAMP ? hub.map { [.site($0)] } ?? manned.map(Target.site) : [])
    rate = root.value("rate", .number(1...1_000), default: isSTAMP ? 50 : 1)
    let usual: Duration = if case .repeated(let every, _) = probe?.cadence { every } else { Self.judgingInterval(rate) }
    let longest: Duration = isSTAMP ? .seconds(900) : .seconds(86_400)
    interval = root.value("interval", .duration(.seconds(1)...longest), default: usual)
    cron = root.value("cron", SettingKind.cron.or("none"), default: nil)
    timeZone = root.value("timeZone", .timeZone, default: "Asia/Tokyo")
    count = root.value("count", .numberOrAuto(1...1_000), default: nil)
    let ip = root.value("ip", .oneOf(["any", "4", "6", "both"]), default: "any")
    families = ["any": [.any], "4": [.v4], "6": [.v6]][ip] ?? [.v4, .v6]
    let route = root.value("route", .oneOf(["direct", "proxy", "both"]), default: "both")
    routes = ["direct": [.direct], "proxy": [.proxy]][route] ?? [.direct, .proxy]
    proxy = ProxySettings(root.mapping("proxy"), resolve: resolve)
    server = root.value("server", SettingKind.text.or("auto"), default: nil)
    authority = root.value("authority", .pathOrAuto, default: nil).map(resolve)
    token = root.value("token", SettingKind.secret(resolve).or("none"), default: nil)
    room = root.value("room", SettingKind.text.or("auto"), default: nil)
    relay = root.value("relay", SettingKind.webAddress.or("none"), default: nil)
    // Packets as meetings send them are held to what meetings are held to; a request takes longer than a packet.
    let own = probe.map(\.limits).flatMap { $0 == ProbeLimits() ? nil : ObjectiveSettings($0) }
    objective = ObjectiveSettings(root.mapping("objective"), defaults: own ?? defaults)
    // What a provider knows already needs nobody to get up.
    pages = root.value("page", .flag, default: kind != "status")
    isForced = root.value("force", .flag, default: false)
    root.finish()
    if let probe { check(probe, root, sites) }
  }

  /// One job by its file, wherever that is, read as one of `settings`; throws what is wrong with it.
  public init(
    file: String, in settings: Settings? = nil, files: SettingsFiles = SettingsFiles()
  ) throws(SettingsError) {
    let reader = SettingsReader(file: file)
    do {
      let root = reader.root(text: try files.text(file))
      guard reader.problems.isEmpty else { throw SettingsError(reader.problems) }
      let folder = settings?.folder ?? FilePath.folder(of: file)
      let name = file.split(separator: "/").last ?? ""
      self.init(
        name: String(name.hasSuffix(".yaml") ? name.dropLast(5) : name), root, sites: settings?.sites ?? [],
        defaults: settings?.monitor.objective ?? ObjectiveSettings(),
        resolve: { FilePath.resolve($0, in: folder) })
    } catch let error as SettingsError {
      throw error
    } catch {
      reader.report(line: nil, key: "", "cannot be read: \(error)")
      throw SettingsError(reader.problems)
    }
    guard reader.problems.isEmpty else { throw SettingsError(reader.problems) }
  }

  /// What a file asks for: a mesh has a part along the ring, too, which tells where a fault lies and pages nobody.
  var parts: [ProbeJob] {
    guard mesh != nil else { return [self] }
    var ring = self
    ring.isRing = true
    ring.targets = []
    ring.rate = 1
    ring.interval = Mesh.interval
    ring.pages = false
    return [self, ring]
  }

  private static func checkMesh(_ root: SettingsMapping, isSTAMP: Bool) {
    if !isSTAMP { root.report("mesh", "is for stamp; other kinds measure what is named in to") }
    for key in ["from", "to"] where root.has(key) {
      root.report(key, "follows from mesh: every site to its hub, and along the ring")
    }
  }

  private func checkReflectors(_ root: SettingsMapping, _ sites: [SiteSettings]) {
    for case .site(let id) in targets where sites.first(where: { $0.id == id })?.measuringPoint == nil {
      root.report("to", "names the site \"\(id)\", which has no reflector in sites")
    }
  }

  private func checkCall(_ root: SettingsMapping) {
    if kind != "call" { root.report("relay", "is for calls between sites; \(kind) meets nowhere") }
    for case .named(let name) in targets {
      root.report("to", "names \"\(name)\", which is no site; with a relay, calls are between sites")
    }
    if room != nil { root.report("room", "must be auto for calls between sites: each two have a room of their own") }
  }

  /// The streams take turns.
  private static func judgingInterval(_ rate: Int) -> Duration {
    let packetInterval = Duration.nanoseconds(1_000_000_000) * STAMPStream.meeting.count / rate
    return JudgingInterval.length(packetInterval: packetInterval) ?? .seconds(900)
  }

  private func check(_ probe: ProbeKind, _ root: SettingsMapping, _ sites: [SiteSettings]) {
    if relay == nil { checkReflectors(root, sites) } else { checkCall(root) }
    if routes == [.proxy], proxy == nil { root.report("route", "is through a proxy, and none is given as proxy") }
    guard case .repeated(_, let least) = probe.cadence else {
      if cron != nil { root.report("cron", "is for kinds that run from time to time; \(kind) measures all the time") }
      if Int64(rate) * (interval.nanoseconds / 1_000_000_000) < 10 {
        root.report("interval", "holds fewer than 10 packets at \(rate) a second; lengthen it or raise the rate")
      }
      return
    }
    // A run that is still going on lets the next one out, whose interval would be unknown instead of bad.
    let silentRun = targets.first.flatMap { probe.silentRun?(request(to: $0, from: from.first ?? "")) } ?? .zero
    if shortestGap < silentRun {
      root.report(
        cron == nil ? "interval" : "cron",
        "must leave \(SettingKind<Duration>.show(silentRun)) or more between runs, as long as one takes while nothing "
          + "answers; lengthen it, or lower count")
    } else if !isForced, shortestGap < least {
      root.report(
        cron == nil ? "interval" : "cron",
        "must leave \(SettingKind<Duration>.show(least)) or more between runs of \(kind), unless force is true")
    }
    if isForced { return }
    if rate > 1 { root.report("rate", "must be 1 for \(kind), unless force is true: the servers are other people's") }
    if kind == "https", count ?? 1 > 1 { root.report("count", "must be 1 for https, unless force is true") }
  }
}

extension ProbeJob.ProxySettings {
  init?(_ mapping: SettingsMapping, resolve: @escaping (String) -> String) {
    let url = mapping.optional("url", .proxyAddress)
    credentials = mapping.optional("credentials", .secret(resolve))
    mapping.finish()
    guard let url else { return nil }
    self.url = url
  }
}
