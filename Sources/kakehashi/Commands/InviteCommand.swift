import API
import ArgumentParser
import Settings
import Wire

struct InviteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invite", abstract: "Prints a link that lets whoever has it join a room for a while.",
    discussion: """
      The link's secret part stands behind the #, which browsers never send to a server: it is in no log and no proxy
      sees it. Until the link expires it works for everybody who has it; who has joined may come back for 12 hours.

      Examples:
        kakehashi invite 朝会 --valid 1h
        kakehashi invite interview --valid 2h --name "Dr. Sato"
      """)

  @Argument(help: "The room.")
  var room: String

  @Option(help: "How long the link works: 30 min, 1h, 7d; at most a year.")
  var valid = "1h"

  @Option(help: "What the guest is called, so that they cannot choose another name; without it they choose.")
  var name: String?

  @OptionGroup var file: ConfigurationOption

  func run() throws {
    guard let room = RoomName(room) else {
      throw Failure.configuration("ROOM has 1 to 64 characters, none of them / \\ ? # or %.").report()
    }
    let name = try name.map { text in
      guard let name = DisplayName(text) else {
        throw Failure.configuration("--name has 1 to 64 visible characters.").report()
      }
      return name.description
    }
    let settings = try file.read()
    do {
      let token = try settings.token(
        [.join], room: room.description, name: name, validFor: try ValidityOption.duration(valid))
      Standard.output.write(
        "\(settings.publicAddress)\(Paths.meeting)/\(room.pathComponent)#\(Paths.invitationPrefix)\(token)")
    } catch {
      throw error.report()
    }
  }
}
