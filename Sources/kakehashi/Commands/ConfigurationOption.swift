import ArgumentParser
import Foundation
import Settings

/// `--config`, the same for every command that reads the configuration.
struct ConfigurationOption: ParsableArguments {
  static let installed = "/etc/kakehashi/kakehashi.yaml"

  @Option(name: .long, help: "The configuration file.")
  var config = ConfigurationOption.installed

  /// Reads it, or fails with a sentence for each problem.
  func settings() throws(Failure) -> Settings {
    do {
      return try Settings(file: config)
    } catch {
      throw .configuration(error)
    }
  }

  /// Reads it, or ends the command with status 78 and a sentence for each problem.
  func read() throws -> Settings {
    do {
      return try settings()
    } catch {
      throw error.report()
    }
  }
}
