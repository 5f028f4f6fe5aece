import ArgumentParser
import Settings

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Checks or shows the configuration.",
    discussion: "Example: kakehashi config check --config config/kakehashi.yaml",
    subcommands: [Check.self, Show.self, Plan.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Says what is wrong, by file, line and key; exit status 78 when anything is.",
      discussion: "Example: kakehashi config check --config config/kakehashi.yaml")

    @OptionGroup var file: ConfigurationOption

    func run() throws {
      let settings = try file.read()
      guard settings.jobProblems.isEmpty else {
        let error = SettingsError(settings.jobProblems)
        throw Failure.configuration([error.description, error.siteHint].compactMap(\.self).joined(separator: "\n"))
          .report()
      }
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

  struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints what measuring costs: packets and bits per second of each site, records and disk.",
      discussion: "Example: kakehashi config plan --config config/kakehashi.yaml")

    @OptionGroup var file: ConfigurationOption

    func run() throws {
      let settings = try file.read()
      for problem in settings.jobProblems { Standard.error.write("kakehashi: \(problem)") }
      for line in settings.plan { Standard.output.write(line) }
    }
  }
}
