import ArgumentParser
import Foundation
import Transport
import Wire

/// A bad network on purpose, to see that measuring and paging work.
struct ImpairCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "impair", abstract: "Passes UDP on through a bad network on purpose, to try alerts out.",
    discussion: """
      Reads conditions from standard input, a line each, like `loss=3 delay=200`, towards the target; what stands
      behind the word back is for the way back, like `delay=5 back loss=1`. The words:

      \(Impairment.Conditions.words.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))

      At each line, and at the end of the input, it prints what it did since the last one as JSON.

      Example: point a site's reflector at the link instead of at the agent, then let it get worse:
        (echo loss=3; sleep 60; echo delay=200; sleep 60; echo none; sleep 60) |
          kakehashi impair 127.0.0.1:8700 127.0.0.1:8620
      """)

  @Argument(help: "Where to listen, like 127.0.0.1:8700.")
  var listen: String

  @Argument(help: "Where to pass datagrams on to, like 127.0.0.1:8620.")
  var target: String

  @Option(help: "The same seed gives the same losses.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "At the end, writes every datagram's fate to this file: direction, first four bytes, bytes, arrival and "
        + "departure in nanoseconds, fate.", valueName: "file"))
  var log: String?

  func run() async throws {
    guard let listen = Endpoint(listen), let target = Endpoint(target) else {
      throw Failure.configuration("LISTEN and TARGET must each be an address and port like 127.0.0.1:8700.").report()
    }
    let link: ImpairedLink
    do {
      link = try ImpairedLink(listeningOn: listen, target: target, seed: seed)
    } catch {
      throw Failure.configuration("\(error)").report()
    }
    defer { link.stop() }
    Standard.output.write("passing \(link.endpoint) on to \(target)")
    var counted = 0
    while let line = readLine() {
      let ways = line.split(separator: "back", maxSplits: 1, omittingEmptySubsequences: false)
      guard let forward = Impairment.Conditions(ways[0]), let back = Impairment.Conditions(ways.dropFirst().first ?? "")
      else {
        Standard.error.write("kakehashi: \"\(line)\" is no condition; try \"loss=3 delay=200 jitter=20\" or \"none\".")
        continue
      }
      counted = report(link, from: counted)
      link.switchConditions(forward: forward, reverse: back)
    }
    _ = report(link, from: counted)
    if let log { try write(link.passages, to: log) }
  }

  private func write(_ passages: [ImpairedLink.Passage], to file: String) throws {
    let lines = passages.map { passage in
      let departure = passage.departure.map { String($0.nanoseconds) } ?? ""
      let fate =
        switch passage.fate {
        case .lost: "lost"
        case .queueFull: "queueFull"
        case .departs: "passed"
        case .departsTwice: "doubled"
        }
      return "\(passage.direction == .forward ? "forward" : "reverse"),\(passage.tag),\(passage.byteCount),"
        + "\(passage.arrival.nanoseconds),\(departure),\(fate)\n"
    }
    do {
      try Data(lines.joined().utf8).write(to: URL(filePath: file))
    } catch {
      throw Failure.configuration("The file \(file) cannot be written: \(error.localizedDescription)").report()
    }
  }

  /// Prints what passed since the last report; returns how much has passed by now.
  private func report(_ link: ImpairedLink, from counted: Int) -> Int {
    let passages = link.passages
    let new = passages[counted...]
    var parts: [String] = []
    for (name, direction) in [("forward", ImpairedLink.Direction.forward), ("reverse", .reverse)] {
      let own = new.filter { $0.direction == direction }
      let residences = own.compactMap(\.residence)
      let mean = residences.isEmpty ? 0 : residences.reduce(0, +) / Int64(residences.count)
      parts.append(
        "\"\(name)\": {\"arrived\": \(own.count), \"lost\": \(own.filter(\.isLost).count), \"heldNanoseconds\": \(mean)}"
      )
    }
    Standard.output.write("{\(parts.joined(separator: ", "))}")
    return passages.count
  }
}
