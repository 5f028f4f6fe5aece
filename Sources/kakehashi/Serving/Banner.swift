import Foundation
import Settings
import Transport

/// What a person needs to know once everything runs.
struct Banner {
  private let settings: Settings
  private let role: Server.Role

  init(_ settings: Settings, role: Server.Role) {
    self.settings = settings
    self.role = role
  }

  func print() {
    Standard.output.write(text)
  }

  private var text: String {
    let port = settings.http.listen.port
    let isEverywhere = settings.http.listen.address == .anyV4 || settings.http.listen.address == .anyV6
    let hosts = isEverywhere ? ["localhost"] + InterfaceAddresses.routable().filter(\.isV4).map(\.description) : []
    let addresses = isEverywhere ? hosts.map { "https://\($0):\(port)/" } : ["\(settings.localMonitor)/"]
    var rows = addresses.map { (role == .monitor ? "Monitor" : "Meetings", $0) }
    if role == .relay { rows.append(("Delivers to", settings.agent.monitor ?? "")) }
    rows += [
      ("Dashboard", "\(CommandLine.arguments[0]) dashboard --config \(settings.file)"),
      ("Configuration", ([settings.file] + settings.jobFiles).joined(separator: ", ")),
      ("Data", settings.dataFolder),
      ("Certificate", certificate),
    ]
    var lines = ["", "Kakehashi (架け橋) is running.", ""]
    var last = ""
    for (title, value) in rows {
      lines.append("  " + (title == last ? "" : title).padding(toLength: 15, withPad: " ", startingAt: 0) + value)
      last = title
    }
    return (lines + ["", "Ctrl-C ends it.", ""]).joined(separator: "\n")
  }

  private var certificate: String {
    var lines = [settings.certificateFile]
    if settings.http.certificate == nil { lines.append("self-signed, so browsers warn once") }
    if let pin = settings.publicKeyPin { lines.append("agents and dashboards elsewhere take the pin \(pin)") }
    return lines.joined(separator: "\n" + String(repeating: " ", count: 17))
  }
}
