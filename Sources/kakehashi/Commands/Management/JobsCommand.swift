import API
import Agent
import ArgumentParser
import Foundation
import Settings

struct JobsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "Publishes probe jobs to the agents: at one site first, then everywhere.",
    discussion: """
      Until a set is published each agent works by its own folder of jobs. From then on agents do what is published, with
      the sites as they were then; `kakehashi agent list` shows who has applied which version.
      """,
    subcommands: [Publish.self, Promote.self, Rollback.self, Status.self])

  struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Publishes the folder of probe jobs, and the sites as they are now, as the next version.",
      discussion: "Example: kakehashi jobs publish --first tsu")

    @Option(help: "A site that is to try them first; may be given several times. Without it: every site at once.")
    var first: [String] = []

    @Option(help: "The folder of jobs; without it, what the configuration says.")
    var folder: String?

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting {
        let place = try folder ?? options.file.settings().jobFolder
        let files: [JobFile]
        do {
          files = try ProbeJob.files(in: place)
        } catch {
          throw Failure.configuration("The folder of jobs \(place) cannot be read: \(error.localizedDescription)")
        }
        let rollout: JobRollout = try await options.client().send(
          "POST", Paths.jobs, JobPublication(files: files, first: first))
        Standard.output.write(rollout.text(options.language.chosen))
      }
    }
  }

  struct Promote: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Gives every site what was tried at some; they must have applied it.",
      discussion: "Example: kakehashi jobs promote")

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting {
        let rollout: JobRollout = try await options.client().send("POST", Paths.jobPromotion, [String: String]())
        Standard.output.write(rollout.text(options.language.chosen))
      }
    }
  }

  struct Rollback: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Goes one step back: gives up what is being tried, else gives every site what it did before.",
      discussion: "Example: kakehashi jobs rollback")

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting {
        let rollout: JobRollout = try await options.client().send("POST", Paths.jobRollback, [String: String]())
        Standard.output.write(rollout.text(options.language.chosen))
      }
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says which version is meant for whom.", discussion: "Example: kakehashi jobs status")

    @OptionGroup var options: MonitorOption

    func run() async throws {
      try await reporting {
        let rollout: JobRollout = try await options.client().get(Paths.jobs)
        Standard.output.write(rollout.text(options.language.chosen))
      }
    }
  }
}

extension JobRollout {
  fileprivate func text(_ language: SiteLanguage) -> String {
    func line(_ title: SiteText, _ version: Version?, _ note: String = "") -> String? {
      version.map { version in
        let at = Date(timeIntervalSince1970: version.publishedAt).formatted(.iso8601)
        let files = version.files.joined(separator: " ")
        return "\(title[language]): \(version.number)\(note) (\(at), \(version.digest.prefix(12)): \(files))"
      }
    }
    let lines = [
      line(SiteText("Every site", ja: "全拠点"), current),
      line(SiteText("Tried first", ja: "先行"), trial, " [\(trialSites.joined(separator: " "))]"),
      line(SiteText("Before", ja: "前の版"), previous),
    ].compactMap(\.self)
    return lines.isEmpty
      ? SiteText("Nothing is published: each agent works by its own folder of jobs.", ja: "公開されたジョブはありません。")[language]
      : lines.joined(separator: "\n")
  }
}
