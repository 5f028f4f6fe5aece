import Foundation
import Settings
import Transport

/// What a person needs to know once everything runs.
struct Banner {
  private let settings: Settings

  init(_ settings: Settings) {
    self.settings = settings
  }

  func print() {
    Standard.output.write(text)
  }

  private var text: String {
    let port = settings.http.listen.port
    let isEverywhere = settings.http.listen.address == .anyV4 || settings.http.listen.address == .anyV6
    let hosts = isEverywhere ? ["localhost"] + InterfaceAddresses.routable().filter(\.isV4).map(\.description) : []
    let addresses = isEverywhere ? hosts.map { "https://\($0):\(port)/" } : ["\(settings.localMonitor)/"]
    let pin = (try? String(contentsOfFile: settings.pinFile, encoding: .utf8)) ?? ""
    let rows: [(String, String)] =
      addresses.map { ("Meetings", $0) } + [
        ("Dashboard", "\(CommandLine.arguments[0]) dashboard --config \(settings.file)"),
        ("Configuration", ([settings.file] + settings.jobFiles).joined(separator: ", ")),
        ("Data", settings.dataFolder),
        ("Certificate", certificate(pin.trimmingCharacters(in: .whitespacesAndNewlines))),
      ]
    var lines = ["", "Kakehashi (架け橋) is running.", ""]
    var last = ""
    for (title, value) in rows {
      lines.append("  " + (title == last ? "" : title).padding(toLength: 15, withPad: " ", startingAt: 0) + value)
      last = title
    }
    return (lines + ["", "Ctrl-C ends it.", ""]).joined(separator: "\n")
  }

  private func certificate(_ pin: String) -> String {
    guard settings.http.certificate == nil else { return settings.certificateFile }
    return "\(settings.certificateFile)\n" + String(repeating: " ", count: 17)
      + "self-signed, so browsers warn once; dashboards elsewhere take --pin \(pin)"
  }
}
