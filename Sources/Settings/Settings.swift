import Wire

/// The whole configuration: one YAML file and the probe jobs in its folder `probes`.
public struct Settings: Sendable {
  /// The file as the user named it.
  public var file: String
  /// The site this machine stands in.
  public var site: String
  /// Folder of all durable state.
  public var dataFolder: String
  public var sites: [SiteSettings]
  public var relay: RelaySettings
  public var http: HTTPSettings
  public var agent: AgentSettings
  public var monitor: MonitorSettings
  public var notify: NotifySettings
  public var dashboard: DashboardSettings
  public var up: UpSettings
  /// The file's folder, which relative paths count from.
  public var folder: String { FilePath.folder(of: file) }
  /// The folder of probe jobs.
  public var jobFolder: String
  public var jobs: [ProbeJob]
  /// The files that the jobs were read from.
  public var jobFiles: [String]
  /// What is wrong with jobs that therefore do not run; the others do.
  public var jobProblems: [SettingsProblem]
  /// Every key with the value in force, in the order of the sample.
  public var effective: [EffectiveSetting]

  /// Reads the file and its probe jobs.
  ///
  /// Throws every problem of the file at once, each a sentence with file, line and key. A wrong job is no error: it stops
  /// only itself, and `jobProblems` says why.
  public init(file: String, files: SettingsFiles = SettingsFiles()) throws(SettingsError) {
    let reader = SettingsReader(file: file)
    let text: String
    do {
      text = try files.text(file)
    } catch {
      throw SettingsError([SettingsProblem(file: file, line: nil, key: "", message: "cannot be read: \(error)")])
    }
    let root = reader.root(text: text)
    // Without YAML there are no keys to speak of.
    guard reader.problems.isEmpty else { throw SettingsError(reader.problems) }
    let folder = FilePath.folder(of: file)
    func resolve(_ path: String) -> String { FilePath.resolve(path, in: folder) }

    self.file = file
    let site = root.required("site", .identifier) ?? ""
    dataFolder = resolve(root.value("data", .path, default: "/var/lib/kakehashi"))
    jobFolder = resolve(root.value("probes", .path, default: "probes"))
    let sites = root.mappings("sites").compactMap { SiteSettings($0, resolve: resolve) }
    relay = RelaySettings(root.mapping("relay"))
    http = HTTPSettings(root.mapping("http"), resolve: resolve)
    agent = AgentSettings(root.mapping("agent"), resolve: resolve)
    monitor = MonitorSettings(root.mapping("monitor"))
    notify = NotifySettings(root.mapping("notify"), sites: sites.map(\.id), resolve: resolve)
    dashboard = DashboardSettings(root.mapping("dashboard"), resolve: resolve)
    up = UpSettings(root.mapping("up"))
    root.finish()

    SiteSettings.checkTogether(sites, root)
    let known = Set(sites.map(\.id))
    if !site.isEmpty, !known.contains(site) {
      root.report("site", "names no site of sites: \"\(site)\"")
    }
    if let second = up.secondSite, !known.contains(second) {
      root.report("up", "secondSite names no site of sites: \"\(second)\"")
    }
    guard reader.problems.isEmpty else { throw SettingsError(reader.problems) }
    let read = ProbeJobs(
      folder: jobFolder, files: files, sites: sites, defaults: monitor.objective, resolve: resolve)
    jobProblems = read.problems
    self.site = site
    self.sites = sites
    jobs = read.jobs
    jobFiles = read.files
    effective = reader.entries + read.entries
  }

  /// The site's entry; `init` has made sure that there is one.
  public func siteSettings(_ id: String) -> SiteSettings? {
    sites.first { $0.id == id }
  }
}
