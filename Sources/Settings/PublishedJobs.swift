import API
import Wire

/// A job set as an agent or the monitor understands it: who is where, and what is measured.
public struct PublishedJobs: Sendable {
  public var sites: [SiteSettings]
  public var jobs: [ProbeJob]

  /// Reads the files by the same rules as the configuration's own; throws every problem with file and line.
  public init(_ files: [JobFile]) throws(JobError) {
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
    let read = ProbeJob.readAll(folder: "\(Self.folder)/probes", files: contents, sites: sites)
    let problems = reader.problems + read.problems
    guard problems.isEmpty else { throw JobError(problems.map(Self.problem)) }
    self.sites = sites
    jobs = read.jobs
  }

  /// Stands before the names while they are read.
  private static let folder = "jobs"

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
