import ArgumentParser
import Settings

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Checks or shows the configuration.",
    discussion: "Example: kakehashi config check --config config/kakehashi.yaml",
    subcommands: [Check.self, Show.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what is wrong, by file, line and key; exit status 78 when anything is.",
      discussion: "Example: kakehashi config check --config config/kakehashi.yaml")

    @OptionGroup var file: ConfigurationOption

    func run() throws {
      let settings = try file.read()
      Standard.output.write("\(settings.file) is right.")
      Standard.output.write("Sites: \(settings.sites.map(\.id).joined(separator: ", "))")
      Standard.output.write("Probe jobs:\(settings.jobs.isEmpty ? " none" : "")")
      for job in settings.jobs { Standard.output.write("  \(job.summary)") }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints every key with the value in force.",
      discussion: "Example: kakehashi config show --config config/kakehashi.yaml")

    @OptionGroup var file: ConfigurationOption

    func run() throws {
      for setting in try file.read().effective {
        Standard.output.write("\(setting.key): \(setting.value)\(setting.isDefault ? "   # default" : "")")
      }
    }
  }
}
