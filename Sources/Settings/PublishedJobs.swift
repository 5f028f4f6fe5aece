import API
import Wire

/// A job set as an agent or the monitor understands it: who is where, and what is measured.
public struct PublishedJobs: Sendable {
  public var sites: [SiteSettings]
  public var jobs: [ProbeJob]

  /// Reads the files by the same rules as the configuration's own; throws every problem with file and line.
  /// - Parameters:
  ///   - objective: what is good where a job does not say.
  ///   - folder: of the reader's own configuration. Credentials and authorities that jobs name stand in its folder
  ///     `secrets`: nothing else of a machine is read because somebody elsewhere says so.
  public init(
    _ files: [JobFile], objective: ObjectiveSettings = ObjectiveSettings(), folder: String = "."
  ) throws(JobError) {
    let contents = SettingsFiles(
      Dictionary(files.map { ("\(Self.folder)/\($0.name)", $0.text) }, uniquingKeysWith: { $1 }))
    let reader = SettingsReader(file: "\(Self.folder)/sites.yaml")
    var sites: [SiteSettings] = []
    do {
      let root = reader.root(text: try contents.text(reader.file))
      if reader.problems.isEmpty {
        sites = root.mappings("sites").compactMap { SiteSettings($0) { $0 } }
        root.finish()
        SiteSettings.checkTogether(sites, root)
      }
    } catch {
      reader.report(line: nil, key: "", "cannot be read: \(error)")
    }
    let read = ProbeJobs(
      folder: "\(Self.folder)/probes", files: contents, sites: sites, defaults: objective,
      resolve: { FilePath.resolve($0, in: folder) })
    let problems =
      reader.problems + read.problems + read.jobs.flatMap { Self.foreignFiles($0, secrets: "\(folder)/secrets/") }
    guard problems.isEmpty else { throw JobError(problems.map(Self.problem)) }
    self.sites = sites
    jobs = read.jobs
  }

  /// Stands before the names while they are read.
  private static let folder = "jobs"

  private static func foreignFiles(_ job: ProbeJob, secrets: String) -> [SettingsProblem] {
    let named = [
      ("token", job.token), ("proxy.credentials", job.proxy?.credentials),
      ("authority", job.authority.map(SecretSource.file)),
    ]
    return named.compactMap { key, source in
      guard let source else { return nil }
      if case .file(let path) = source, path.hasPrefix(secrets), !path.split(separator: "/").contains("..") {
        return nil
      }
      return SettingsProblem(
        file: "\(folder)/probes/\(job.name).yaml", line: nil, key: key,
        message: "must name a file in the folder secrets beside an agent's configuration, like secrets/proxy")
    }
  }

  private static func problem(_ problem: SettingsProblem) -> JobProblem {
    let file = problem.file.hasPrefix("\(folder)/") ? String(problem.file.dropFirst(folder.count + 1)) : problem.file
    let message = problem.key.isEmpty ? "\(problem.message)." : "\(problem.key): \(problem.message)."
    return JobProblem(file: file, line: problem.line, message: message)
  }
}

extension ProbeJob {
  /// The files of a folder as they are published: those that the configuration reads, in the order of their names.
  public static func files(in folder: String, files: SettingsFiles = SettingsFiles()) throws -> [JobFile] {
    try files.names(folder).filter { $0.hasSuffix(".yaml") }.sorted().map { name in
      JobFile(name: "probes/\(name)", text: try files.text("\(folder)/\(name)"))
    }
  }
}
