import Wire

/// The folder `probes`: every job that could be read, and what is wrong with the others. A wrong file stops only itself.
public struct ProbeJobs: Sendable {
  public internal(set) var jobs: [ProbeJob] = []
  /// The files that were found, right or wrong.
  public internal(set) var files: [String] = []
  public internal(set) var problems: [SettingsProblem] = []
  var entries: [EffectiveSetting] = []

  /// Every `*.yaml` of the folder, by name. A folder that is not there has no jobs.
  init(
    folder: String, files source: SettingsFiles, sites: [SiteSettings], defaults: ObjectiveSettings,
    resolve: @escaping (String) -> String
  ) {
    let names = ((try? source.names(folder)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
    for name in names {
      let reader = SettingsReader(file: "\(folder)/\(name)")
      do {
        let root = reader.root(text: try source.text("\(folder)/\(name)"))
        if reader.problems.isEmpty {
          let job = ProbeJob(
            name: String(name.dropLast(5)), root, sites: sites, defaults: defaults, resolve: resolve)
          if reader.problems.isEmpty { jobs += job.parts }
        }
      } catch {
        reader.report(line: nil, key: "", "cannot be read: \(error)")
      }
      files.append(reader.file)
      problems += reader.problems
      entries += reader.entries.map {
        EffectiveSetting(key: "probes/\(name):\($0.key)", value: $0.value, isDefault: $0.isDefault)
      }
    }
    dropWhatDoesNotFit(sites, folder)
  }

  /// What only shows when jobs are looked at together: the later one of the two, by name, goes.
  private mutating func dropWhatDoesNotFit(_ sites: [SiteSettings], _ folder: String) {
    let shortest = jobs.filter(\.isContinuous).map(\.interval).min()?.nanoseconds ?? 1
    var taken: [ProbeJob.MeasuredPath: String] = [:]
    var kept: [ProbeJob] = []
    var load = UplinkLoad()
    var asked = ProviderLoad()
    for job in jobs {
      func drop(_ key: String, _ message: String) {
        problems.append(SettingsProblem(file: "\(folder)/\(job.name).yaml", line: nil, key: key, message: message))
      }
      // An agent's records all have the length of its shortest job; what is judged holds a whole number of them.
      guard !job.isContinuous || job.interval.nanoseconds % shortest == 0 else {
        drop("interval", "must be a multiple of the shortest job's interval")
        continue
      }
      let paths = sites.flatMap { job.measuredPaths(from: $0.id) }
      if let other = paths.lazy.compactMap({ taken[$0] }).first {
        drop("to", "measures what the job \"\(other)\" measures already")
        continue
      }
      if !job.isForced, let full = load.firstOverfull(adding: job, sites) {
        drop(
          "rate",
          "makes probes take more than 2 % of the uplink of \"\(full)\"; lower it, or give force: true if that is meant"
        )
        continue
      }
      if !job.isForced, let full = asked.firstOverfull(adding: job, sites) {
        drop(
          job.cron == nil ? "interval" : "cron",
          "has \(full.host) asked more often than it may be through \(full.exit), all jobs and sites together; lengthen it, "
            + "name fewer sites, or give force: true if that is meant")
        continue
      }
      load.add(job, sites)
      asked.add(job, sites)
      for path in paths { taken[path] = job.name }
      kept.append(job)
    }
    jobs = kept
  }
}
