import ArgumentParser
import Settings

struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Runs everything on this machine: relay, monitor, web server and agent.",
    discussion: "Example: kakehashi up --config config/kakehashi.yaml")

  @OptionGroup var file: ConfigurationOption

  func run() async throws {
    try await file.serve(as: .everything)
  }
}

struct RelayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relay", abstract: "Runs the media relay alone, with the meeting page; delivers its calls' records.",
    discussion: """
      The configuration names the monitor as an agent's does; see `kakehashi agent --help`.

      Example: kakehashi relay --config /etc/kakehashi/kakehashi.yaml
      """)

  @OptionGroup var file: ConfigurationOption

  func run() async throws {
    try await file.serve(as: .relay)
  }
}

extension ConfigurationOption {
  /// Serves until SIGINT or SIGTERM.
  func serve(as role: Server.Role) async throws {
    let settings = try read()
    do {
      let server = try await Server(settings, role: role)
      try await server.run()
    } catch let failure as Failure {
      throw failure.report()
    } catch {
      throw Failure.failed("\(error)").report()
    }
  }
}
