import Probes
import Wire

/// One file of the folder `probes`: what is measured from where to where, how often.
public struct ProbeJob: Sendable, Equatable {
  /// The file's name without its ending.
  public var name: String
  /// A registered kind of probe.
  public var kind: String
  /// Sites whose agents run it.
  public var from: [String]
  public var targets: [Target]
  /// Packets a second on each path, all sizes together.
  public var rate: Int
  /// Length of a record's and of the judging interval.
  public var interval: Duration

  public enum Target: Sendable, Hashable {
    /// A configured site, by its reflector.
    case site(String)
    case endpoint(Endpoint)
  }

  /// What `config check` says of it.
  public var summary: String {
    "\(name): \(kind), \(rate) packets/s, judged every \(SettingKind<Duration>.show(interval))"
  }

  struct Reading {
    var jobs: [ProbeJob] = []
    var files: [String] = []
    var problems: [SettingsProblem] = []
    var entries: [EffectiveSetting] = []
  }

  /// Every `*.yaml` of the folder, by name. A folder that is not there has no jobs.
  static func readAll(folder: String, files: SettingsFiles, sites: [SiteSettings]) -> Reading {
    var reading = Reading()
    let names = ((try? files.names(folder)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
    for name in names {
      let reader = SettingsReader(file: "\(folder)/\(name)")
      do {
        let root = reader.root(text: try files.text("\(folder)/\(name)"))
        let job = ProbeJob(name: String(name.dropLast(5)), root, sites: sites)
        if reader.problems.isEmpty { reading.jobs.append(job) }
      } catch {
        reader.report(line: nil, key: "", "cannot be read: \(error)")
      }
      reading.files.append(reader.file)
      reading.problems += reader.problems
      reading.entries += reader.entries.map {
        EffectiveSetting(key: "probes/\(name):\($0.key)", value: $0.value, isDefault: $0.isDefault)
      }
    }
    reading.problems += unequalIntervals(reading)
    return reading
  }

  /// An agent's records all have the length of its shortest job; what is judged holds a whole number of them.
  private static func unequalIntervals(_ reading: Reading) -> [SettingsProblem] {
    guard let shortest = reading.jobs.map(\.interval).min()?.nanoseconds else { return [] }
    return reading.jobs.filter { $0.interval.nanoseconds % shortest != 0 }.map { job in
      SettingsProblem(
        file: reading.files.first { $0.hasSuffix("/\(job.name).yaml") } ?? job.name, line: nil, key: "interval",
        message: "must be a multiple of the shortest job's interval")
    }
  }

  private init(name: String, _ root: SettingsMapping, sites: [SiteSettings]) {
    let ids = sites.map(\.id)
    self.name = name
    kind = root.required("kind", .oneOf(ProbeKind.all.filter { $0.cadence == .continuous }.map(\.name))) ?? ""
    from = root.list("from", .oneOf(ids), default: ids)
    targets = root.list("to", .target(sites: ids), default: ids.map(Target.site))
    rate = root.value("rate", .number(1...1_000), default: 50)
    interval = root.value("interval", .duration(.seconds(1)...(.seconds(900))), default: .seconds(15))
    root.finish()
    for case .site(let id) in targets where sites.first(where: { $0.id == id })?.reflector == nil {
      root.report("to", "names the site \"\(id)\", which has no reflector in sites")
    }
    let seconds = interval.nanoseconds / 1_000_000_000
    if Int64(rate) * seconds < 10 {
      root.report("interval", "holds fewer than 10 packets at \(rate) a second; lengthen it or raise the rate")
    }
  }

  /// The sites and endpoints that the agent of `site` measures: never itself.
  public func targets(from site: String) -> [Target] {
    from.contains(site) ? targets.filter { $0 != .site(site) } : []
  }
}
