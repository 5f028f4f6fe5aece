import ArgumentParser
import Foundation
import History
import Settings

struct MonitorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "monitor", abstract: "Runs the monitor alone, or looks after its history.",
    discussion: """
      Without a subcommand: takes records, judges, tells, answers dashboards.

      Example: kakehashi monitor --config /etc/kakehashi/kakehashi.yaml
      """,
    subcommands: [
      MonitorRunCommand.self, MonitorBackupCommand.self, MonitorRestoreCommand.self, MonitorVerifyCommand.self,
    ],
    defaultSubcommand: MonitorRunCommand.self)
}

struct MonitorRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs the monitor alone: takes records, judges, tells, answers dashboards.",
    shouldDisplay: false)

  @OptionGroup var file: ConfigurationOption

  func run() async throws {
    try await file.serve(as: .monitor)
  }
}

struct MonitorBackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Copies the history to a file, while the monitor runs.",
    discussion: """
      The copy holds records, roll-ups, verdicts, incidents and what is still to be told, as of one instant. Keys, tokens \
      and certificates are not in it: keep the configuration and the data folder's tls/ and *.token too.

      Example: kakehashi monitor backup /mnt/backup/history-$(date +%F).sqlite
      """)

  @Argument(help: "The file to write; it must not be there yet.")
  var destination: String

  @OptionGroup var file: ConfigurationOption

  func run() throws {
    let history = HistoryFile(dataFolder: try file.read().dataFolder)
    try reporting { () throws(HistoryError) in try history.backUp(to: destination) }
    Standard.output.write("\(destination) holds the history of this moment.")
  }
}

struct MonitorRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Puts a backup in the place of the history; the monitor must not run.",
    discussion: """
      The history that was there is kept under another name. What agents still hold comes in after the start, once; \
      what they delivered since the backup is lost.

      Example: kakehashi monitor restore /mnt/backup/history-2026-11-22.sqlite
      """)

  @Argument(help: "The backup.")
  var backup: String

  @OptionGroup var file: ConfigurationOption

  func run() throws {
    let settings = try file.read()
    let kept = try reporting { () throws(HistoryError) in
      try HistoryFile(path: backup).restore(into: DataFolder(path: settings.dataFolder))
    }
    let aside = kept.map { " What was there is \($0) now." } ?? ""
    Standard.output.write("The history in \(settings.dataFolder) is that of \(backup).\(aside)")
  }
}

struct MonitorVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Reads a backup, or the history while the monitor runs, for damage.",
    discussion: """
      Ends with 0 when all of it can be read and makes sense, else with 1.

      Example: kakehashi monitor verify /mnt/backup/history-2026-11-22.sqlite
      """)

  @Argument(help: "The backup; without it the history in the data folder.")
  var backup: String?

  @OptionGroup var file: ConfigurationOption

  func run() throws {
    let history = try backup.map { HistoryFile(path: $0) } ?? HistoryFile(dataFolder: file.read().dataFolder)
    let contents = try reporting { () throws(HistoryError) in try history.verify() }
    let span = contents.recorded.map {
      " from \(Self.text($0.lowerBound.nanoseconds)) to \(Self.text($0.upperBound.nanoseconds))"
    }
    Standard.output.write(
      "\(history.path) is whole: \(contents.records) records\(span ?? ""), \(contents.rollUps) roll-ups, "
        + "\(contents.incidents) incidents, \(contents.waitingNotifications) notifications to be told.")
  }

  private static func text(_ nanoseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000_000)).formatted(.iso8601)
  }
}

/// Has a failure end the command with a sentence and status 1.
private func reporting<Value>(_ body: () throws(HistoryError) -> Value) throws -> Value {
  do {
    return try body()
  } catch {
    throw Failure.failed(error).report()
  }
}
