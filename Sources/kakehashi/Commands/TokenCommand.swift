import API
import ArgumentParser
import Settings
import Web
import Wire

struct TokenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Prints an access token, for what is no person: an encoder, a collector, an agent.",
    discussion: """
      Scopes: join (meetings), publish (WHIP), view (WHEP), operate (dashboard, overview, metrics),
      manage (sites, agents, jobs), agent (records).
      It is a JSON Web Token, sent as "Authorization: Bearer …", signed with the first of the configuration's http.keys.

      Examples:
        kakehashi token publish --room assembly --valid 30d > encoder.token
        kakehashi token operate --valid 365d > prometheus.token
        kakehashi token agent --site tsu --valid 365d > agent.token
      """)

  @Argument(help: "What it entitles to: one or more of join, publish, view, operate, manage, agent.")
  var scopes: [String]

  @Option(help: "The room that join, publish and view are for; * is every room.")
  var room: String?

  @Option(help: "The site whose records agent may deliver; * is every site.")
  var site: String?

  @Option(help: "How long it works: 1h, 30d; at most a year.")
  var valid = "1h"

  @OptionGroup var file: ConfigurationOption

  static let choices: [AccessScope] = [.join, .publish, .view, .operate, .manage, .agent]

  func validate() throws {
    for scope in scopes where !Self.choices.contains(where: { $0.rawValue == scope }) {
      let known = Self.choices.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("There is no scope \"\(scope)\"; there are: \(known).")
    }
    if !wanted.isDisjoint(with: [.join, .publish, .view]) {
      guard let room, room == AccessClaims.any || RoomName(room) != nil else {
        throw ValidationError("join, publish and view need --room: a room's name, or * for every room.")
      }
    }
    if wanted.contains(.agent), site == nil {
      throw ValidationError("agent needs --site: a site of the configuration, or * for every site.")
    }
  }

  private var wanted: Set<AccessScope> { Set(scopes.compactMap(AccessScope.init)) }

  func run() throws {
    let settings = try file.read()
    if let site, site != AccessClaims.any, settings.siteSettings(site) == nil {
      throw Failure.configuration("--site names no site of \(settings.file): \"\(site)\".").report()
    }
    let room = room.map { RoomName($0)?.description ?? $0 }
    do {
      Standard.output.write(
        try settings.token(wanted, room: room, site: site, validFor: try ValidityOption.duration(valid)))
    } catch {
      throw error.report()
    }
  }
}

/// `--valid`, written as durations are in the configuration.
enum ValidityOption {
  static func duration(_ text: String) throws(Failure) -> Duration {
    guard let duration = Duration(text), duration >= .seconds(60), duration <= .seconds(366 * 86_400) else {
      throw .configuration("--valid must be a duration like 30 min, 1h or 7d, from 1 min to 366 d.")
    }
    return duration
  }
}
