import API
import ArgumentParser
import Foundation
import Probes

/// The executable: arguments in, exit status out. What it does stands in `Commands` and `Serving`.
struct Kakehashi: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kakehashi",
    abstract: "Relays an organisation's internal meetings and measures their quality.",
    discussion: """
      Start with `kakehashi up --config config/kakehashi.yaml`; it prints what to open next.
      """,
    version: ProgramVersion.current.description,
    subcommands: [
      UpCommand.self, RelayCommand.self, MonitorCommand.self, AgentCommand.self, DashboardCommand.self,
      ProbeCommand.self, DoctorCommand.self, SiteCommand.self, JobsCommand.self, PlannedCommand.self,
      ReportCommand.self,
      InviteCommand.self,
      TokenCommand.self, ConfigCommand.self, SelfTestCommand.self, ImpairCommand.self,
    ])
}

@main
enum Program {
  /// `probe doctor` is a command of its own: `probe` itself would take it for a kind.
  private static var arguments: [String] {
    let arguments = Array(CommandLine.arguments.dropFirst())
    return arguments.starts(with: ["probe", "doctor"]) ? Array(arguments.dropFirst()) : arguments
  }

  static func main() async {
    if let help = ProbeKind.help(for: Array(CommandLine.arguments.dropFirst())) {
      Standard.output.write(help)
      end(with: .success)
    }
    do {
      var command = try Kakehashi.parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      end(with: .success)
    } catch {
      let status = Kakehashi.exitCode(for: error)
      let message = Kakehashi.fullMessage(for: error)
      if !message.isEmpty { (status.isSuccess ? Standard.output : Standard.error).write(message) }
      // Monitoring systems read 3 as "no measurement was made", whatever the reason (a wrong option, for instance).
      let isProbe = CommandLine.arguments.dropFirst().first == "probe"
      end(with: status == .validationFailure && isProbe ? ExitCode(ProbeStatus.notMeasured.rawValue) : status)
    }
  }

  /// Without the exit handlers: they would take OpenSSL, libcurl and the Swift runtime down under threads that are
  /// still at work, and a finished command would now and then abort instead of giving its status.
  private static func end(with status: ExitCode) -> Never {
    fflush(nil)
    _exit(status.rawValue)
  }
}

/// What ends a command early: a sentence on standard error and a status.
struct Failure: Error, CustomStringConvertible {
  let description: String
  let status: Int32

  /// The configuration, or what it names (a port, a certificate, a folder), is wrong: nothing was started.
  static func configuration(_ problem: some CustomStringConvertible) -> Failure {
    Failure(description: problem.description, status: 78)
  }

  static func failed(_ problem: some CustomStringConvertible) -> Failure {
    Failure(description: problem.description, status: 1)
  }

  /// Says it and ends the command.
  func report() -> ExitCode {
    Standard.error.write("kakehashi: \(description)")
    return ExitCode(status)
  }
}

/// Standard output and error, a line at a time.
struct Standard {
  let file: FileHandle

  static let output = Standard(file: .standardOutput)
  static let error = Standard(file: .standardError)

  func write(_ line: String) {
    try? file.write(contentsOf: Data((line + "\n").utf8))
  }
}
