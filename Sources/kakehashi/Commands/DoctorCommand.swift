import Agent
import ArgumentParser
import Fetch
import Foundation
import Settings
import Transport

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Tries once all that a site's agent needs, and prints a page for the network team.",
    discussion: """
      Name resolution, the monitor over HTTPS, the agent's key, the clock, and to each target of the site's jobs: loss,
      marking (DSCP) and packet size. `kakehashi probe doctor` is the same. Exit status 0, or 2 when something is blocked.

      Example: kakehashi probe doctor --language ja > page.txt
      """)

  @Option(help: "The agent's configuration; without it, what `kakehashi agent` takes.")
  var config: String?

  @OptionGroup var language: LanguageOption

  /// So many targets are tried at the same time.
  private static let width = 4

  func run() async throws {
    var isBlocked = false
    try await reporting {
      let page = try await page(try AgentRunCommand.file(config).settings())
      Standard.output.write(page.text(in: language.chosen))
      isBlocked = page.isBlocked
    }
    if isBlocked { throw ExitCode(2) }
  }

  private func page(_ settings: Settings) async throws(Failure) -> DoctorPage {
    let agent = try settings.agentConfiguration(site: settings.site, token: try settings.readAgentToken())
    let check = SiteCheck(monitor: agent.monitor, fetcher: Fetcher())
    var monitor = [await check.name()]
    if monitor[0].grade != .blocked { monitor += await check.health() }
    if !monitor.contains(where: { $0.grade == .blocked }) { monitor.append(await check.key()) }
    var sections = [DoctorPage.Section(SiteText("The monitor", ja: "監視サーバー"), monitor)]
    let targets = agent.presentWork.targets
    sections += await withTaskGroup(of: (Int, DoctorPage.Section).self) { group in
      var found: [(Int, DoctorPage.Section)] = []
      for (index, target) in targets.enumerated() {
        if index >= Self.width, let one = await group.next() { found.append(one) }
        group.addTask {
          let title = SiteText("To \(target.id), \(target.endpoint)", ja: "\(target.id)（\(target.endpoint)）まで")
          return (index, DoctorPage.Section(title, await check.reflector(target.endpoint.description)))
        }
      }
      for await one in group { found.append(one) }
      return found.sorted { $0.0 < $1.0 }.map(\.1)
    }
    let site = settings.siteSettings(settings.site)
    return DoctorPage(
      site: SiteText(
        "\(site?.englishName ?? settings.site) (\(settings.site))",
        ja: "\(site?.japaneseName ?? settings.site)（\(settings.site)）"),
      host: ProcessInfo.processInfo.hostName, time: Date().formatted(.iso8601), sections: sections)
  }
}
