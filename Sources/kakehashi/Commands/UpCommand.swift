import ArgumentParser
import Settings

struct UpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "up", abstract: "Runs everything on this machine: relay, monitor, web server and agent.",
    discussion: "Example: kakehashi up --config config/kakehashi.yaml")

  @OptionGroup var file: ConfigurationOption

  func run() async throws {
    let settings = try file.read()
    do {
      let server = try await Server(settings)
      try await server.run()
    } catch let failure as Failure {
      throw failure.report()
    } catch {
      throw Failure.failed("\(error)").report()
    }
  }
}
