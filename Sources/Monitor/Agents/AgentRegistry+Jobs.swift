import API
import Foundation
import History

/// Reads a job set's files: the paths that its jobs measure, or every problem of them.
public typealias JobReader = @Sendable ([JobFile]) throws(JobError) -> [ExpectedPath]

/// A job set with what follows from it.
struct PublishedSet: Sendable {
  var set: JobSet
  var publishedAt: Double
  var paths: [ExpectedPath] = []

  /// `nil` for a body that this version cannot read.
  init?(_ stored: StoredJobSet) {
    guard let files = try? JSONDecoder().decode([JobFile].self, from: Data(stored.body)) else { return nil }
    set = JobSet(version: stored.version, files: files)
    publishedAt = AgentRegistry.seconds(stored.published)
  }

  var summary: JobRollout.Version {
    JobRollout.Version(
      number: set.version, publishedAt: publishedAt, digest: set.digest, files: set.files.map(\.name))
  }
}

extension AgentRegistry {
  /// Which job set is meant for whom.
  public func jobs() -> JobRollout {
    JobRollout(
      current: rollout.current.flatMap { sets[$0]?.summary }, previous: rollout.previous.flatMap { sets[$0]?.summary },
      trial: rollout.trial.flatMap { sets[$0]?.summary }, trialSites: rollout.trialSites)
  }

  /// A new job set of these probe jobs and of the sites as they are now: for `first` alone until it is promoted, or for
  /// every site. It takes the place of a trial that was not promoted.
  public func publish(_ publication: JobPublication) async throws(RegistryError) -> JobRollout {
    try await inTurn { registry in
      let files = [registry.siteFile] + publication.files
      let paths = try registry.check(files)
      for site in publication.first where !registry.hasAgent(site) {
        throw RegistryError(
          .conflict, "The site \"\(site)\" has no agent that could try the jobs first.",
          ja: "拠点「\(site)」には、先に試すエージェントがありません。")
      }
      let body = Array(try JSONEncoder().encode(files))
      let first = publication.first
      let (stored, rollout) = try await registry.history.publish(body, at: registry.clock()) { rollout, version in
        if first.isEmpty {
          rollout = StoredRollout(current: version, previous: rollout.current)
        } else {
          rollout.trial = version
          rollout.trialSites = first
        }
      }
      guard var published = PublishedSet(stored) else { preconditionFailure("what was encoded is decoded") }
      published.paths = paths
      registry.sets[stored.version] = published
      registry.apply(rollout)
      return registry.jobs()
    }
  }

  /// The trial is for every site now, provided that it was applied where it was tried.
  public func promote() async throws(RegistryError) -> JobRollout {
    try await inTurn { registry in
      guard let trial = registry.rollout.trial else {
        throw RegistryError(
          .conflict, "Nothing is being tried; publish with --first.", ja: "試行中のジョブはありません。--first を付けて公開してください。")
      }
      for site in registry.rollout.trialSites where !registry.hasApplied(trial, site) {
        throw RegistryError(
          .conflict, "The agent of \"\(site)\" has not applied version \(trial) yet; `kakehashi agent list` says why.",
          ja: "拠点「\(site)」のエージェントは第\(trial)版をまだ適用していません。`kakehashi agent list` で理由が分かります。")
      }
      let rollout = StoredRollout(current: trial, previous: registry.rollout.current)
      try await registry.history.put(rollout)
      registry.apply(rollout)
      try await registry.followSites()
      return registry.jobs()
    }
  }

  /// One step back: a trial is given up; else every site goes back to what it did before.
  public func rollBack() async throws(RegistryError) -> JobRollout {
    try await inTurn { registry in
      var rollout = registry.rollout
      if rollout.trial != nil, rollout.current != nil {
        (rollout.trial, rollout.trialSites) = (nil, [])
      } else if let previous = rollout.previous {
        rollout = StoredRollout(current: previous)
      } else {
        throw RegistryError(
          .conflict, "There is no earlier version to go back to; publish another one.",
          ja: "戻せる前の版がありません。新しい版を公開してください。")
      }
      try await registry.history.put(rollout)
      registry.apply(rollout)
      try await registry.followSites()
      return registry.jobs()
    }
  }

  /// Who is where, and where an agent is: of configured sites one is taken to be there.
  private var siteFile: JobFile {
    sites.file(agentless: Set(sites.all.map(\.id).filter { !sites.isConfigured($0) && !isManned($0) }))
  }

  /// One that was revoked and comes with the shared token has no agent either.
  private func isManned(_ site: String) -> Bool {
    hasKey(site) ?? hasAgent(site)
  }

  /// Sites come and go, and what is measured follows: a set whose jobs now mean other paths (a mesh, whose ring closes
  /// around a site) is published anew with the sites as they are. What `rollback` goes back to stays what it was.
  func followSites() async throws {
    for isTrial in [false, true] {
      guard let version = isTrial ? rollout.trial : rollout.current, let published = sets[version] else { continue }
      let files = [siteFile] + published.set.files.filter { $0.name != KnownSites.fileName }
      // Jobs that cannot be read any more stay as they were: an operator publishes what can.
      guard files != published.set.files, let paths = try? read(files), Set(paths) != Set(published.paths) else {
        continue
      }
      let body = Array(try JSONEncoder().encode(files))
      let (stored, rollout) = try await history.publish(body, at: clock()) { rollout, version in
        if isTrial { rollout.trial = version } else { rollout.current = version }
      }
      guard var renewed = PublishedSet(stored) else { preconditionFailure("what was encoded is decoded") }
      renewed.paths = paths
      sets[stored.version] = renewed
      apply(rollout)
    }
  }

  private func apply(_ rollout: StoredRollout) {
    self.rollout = rollout
    let kept = [rollout.current, rollout.previous, rollout.trial]
    sets = sets.filter { kept.contains($0.key) }
    told()
  }

  private func check(_ files: [JobFile]) throws(RegistryError) -> [ExpectedPath] {
    let bytes = files.reduce(0) { $0 + $1.text.utf8.count }
    var problems: [JobProblem] = []
    if files.count > JobSet.maximumFiles || bytes > JobSet.maximumBytes {
      problems.append(
        JobProblem(
          file: "probes", message: "holds more than \(JobSet.maximumFiles) files or \(JobSet.maximumBytes) bytes"))
    }
    for file in files.dropFirst() where file.name.wholeMatch(of: /probes\/[A-Za-z0-9_.-]{1,64}\.yaml/) == nil {
      problems.append(JobProblem(file: file.name, message: "is no name of a probe job: probes/NAME.yaml"))
    }
    if problems.isEmpty {
      do {
        return try read(files)
      } catch {
        problems = error.problems
      }
    }
    let list = problems.map(\.description).joined(separator: "\n")
    throw RegistryError(.badJobs, list, ja: "ジョブに誤りがあります:\n\(list)")
  }
}
