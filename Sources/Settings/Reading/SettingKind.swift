import Agent
import Foundation
import Wire

/// How a value is written: parsed from text, shown again as text, and described where it is wrong.
struct SettingKind<Value> {
  /// Completes "must be …".
  var expected: String
  var parse: (String) -> Value?
  var show: (Value) -> String
  /// What stands there is not repeated, even where it is wrong.
  var isSecret = false
}

extension SettingKind where Value == String {
  static var text: Self {
    SettingKind(
      expected: "a text of at most 200 characters", parse: { (1...200).contains($0.count) ? $0 : nil }, show: { $0 })
  }

  /// Ids of sites, agents, jobs and channels: they stand in addresses, file names and records.
  static var identifier: Self {
    SettingKind(
      expected: "1 to 32 small letters, digits, \"-\" or \"_\"",
      parse: { text in
        let isAllowed = text.utf8.allSatisfy { byte in
          (97...122).contains(byte) || (48...57).contains(byte) || byte == 45 || byte == 95
        }
        return isAllowed && (1...32).contains(text.utf8.count) ? text : nil
      },
      show: { $0 })
  }

  /// A path; relative ones count from the configuration file's folder.
  static var path: Self {
    SettingKind(expected: "a path", parse: { $0.isEmpty ? nil : $0 }, show: { $0 })
  }

  /// `https://host[:port][/path]`, or `http://` for receivers inside.
  static var webAddress: Self {
    SettingKind(
      expected: "an address that starts with https:// or http://",
      parse: { text in
        let rest = ["https://", "http://"].first(where: text.hasPrefix).map { text.dropFirst($0.count) }
        guard let rest, let first = rest.first, first != "/", !rest.contains(" ") else { return nil }
        return text
      },
      show: { $0 })
  }

  /// A web address whose path may be what entitles to post there: shown without it.
  static var secretWebAddress: Self {
    SettingKind(
      expected: webAddress.expected, parse: webAddress.parse,
      show: { address in
        let parts = address.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let host = parts.last?.prefix { !["/", "?", "#"].contains($0) }.split(separator: "@").last ?? ""
        return "\(parts.first ?? "")//\(host)/(secret)"
      },
      isSecret: true)
  }

  /// As the system's time zone files are called.
  static var timeZone: Self {
    SettingKind(
      expected: "a time zone like Asia/Tokyo", parse: { TimeZone(identifier: $0) == nil ? nil : $0 }, show: { $0 })
  }

  static func oneOf(_ choices: [String]) -> Self {
    SettingKind(
      expected: choices.isEmpty
        ? "one of those configured, which are none" : "one of " + choices.joined(separator: ", "),
      parse: { choices.contains($0) ? $0 : nil }, show: { $0 })
  }
}

extension SettingKind where Value == Bool {
  static var flag: Self {
    SettingKind(
      expected: "true or false",
      parse: { ["true": true, "false": false][$0] },
      show: { $0 ? "true" : "false" })
  }
}

extension SettingKind where Value == Int {
  static func number(_ range: ClosedRange<Int>) -> Self {
    SettingKind(
      expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
      parse: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } },
      show: String.init)
  }
}

extension SettingKind {
  /// The same, or a word that stands for no value: `auto` for what the program finds best, `none` for nothing.
  func or(_ word: String) -> SettingKind<Value?> {
    SettingKind<Value?>(
      expected: "\(word), or \(expected)",
      parse: { text in text == word ? .some(nil) : parse(text).map { .some($0) } },
      show: { $0.map(show) ?? word },
      isSecret: isSecret)
  }
}

extension SettingKind where Value == Int? {
  static func numberOrAuto(_ range: ClosedRange<Int>) -> Self { SettingKind<Int>.number(range).or("auto") }
}

extension SettingKind where Value == String? {
  static var pathOrAuto: Self { SettingKind<String>.path.or("auto") }
  static var timeZoneOrAuto: Self { SettingKind<String>.timeZone.or("auto") }
  static var identifierOrAuto: Self { SettingKind<String>.identifier.or("auto") }
  static var identifierOrNone: Self { SettingKind<String>.identifier.or("none") }
  static var webAddressOrAuto: Self { SettingKind<String>.webAddress.or("auto") }
}

extension SettingKind where Value == IPAddress? {
  static var addressOrAuto: Self { SettingKind<IPAddress>.address.or("auto") }
}

extension SettingKind where Value == ProbeJob.Target {
  private static func list(_ sites: [String]) -> String {
    sites.isEmpty ? "none is configured" : sites.joined(separator: ", ")
  }

  static func target(sites: [String]) -> Self {
    SettingKind(
      expected: "a site (\(list(sites))) or an address and port like 10.7.0.5:862",
      parse: { text in
        sites.contains(text) ? .site(text) : Endpoint(text).map(ProbeJob.Target.endpoint)
      },
      show: \.id)
  }
}

extension SettingKind where Value == ProbeJob.Target {
  /// For kinds that read their targets themselves.
  static func namedTarget(sites: [String]) -> Self {
    SettingKind(
      expected: "a site (\(list(sites))), a host, host:port or a web address",
      parse: { text in
        if sites.contains(text) { return .site(text) }
        let isWord = (1...200).contains(text.utf8.count) && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        return isWord && !text.contains("@") ? .named(text) : nil
      },
      show: \.id)
  }
}

extension SettingKind where Value == CronExpression {
  static var cron: Self {
    SettingKind(
      expected: "a cron expression like \"*/15 8-18 * * mon-fri\" (minute, hour, day, month, day of the week)",
      parse: { try? CronExpression($0) }, show: \.text)
  }
}

extension SettingKind where Value == Int {
  /// In bits per second: `100 Mbit/s`, `1 Gbit/s`.
  static var bitrate: Self {
    let units: [(name: String, bits: Int64)] = [("Gbit/s", 1_000_000_000), ("Mbit/s", 1_000_000), ("kbit/s", 1_000)]
    return SettingKind(
      expected: "a rate like 100 Mbit/s, 1 Gbit/s or 512 kbit/s",
      parse: { text in
        guard let unit = units.first(where: { text.hasSuffix($0.name) }),
          let thousandths = Decimal3.parse(text.dropLast(unit.name.count).filter { $0 != " " }), thousandths > 0,
          thousandths <= 1_000_000_000
        else { return nil }
        return Int(thousandths * (unit.bits / 1_000))
      },
      show: { bits in
        let unit = units.first { Int64(bits) % $0.bits == 0 } ?? ("bit/s", 1)
        return "\(Int64(bits) / unit.bits) \(unit.name)"
      })
  }
}

extension SettingKind where Value == String {
  static var proxyAddress: Self {
    SettingKind(
      expected: "an address like http://proxy.example:8080, without a user",
      parse: { text in
        text.hasPrefix("http://") && text.count > 7 && !text.contains("@") && !text.contains(" ") ? text : nil
      },
      show: { $0 }, isSecret: true)
  }
}

extension SettingKind where Value == Duration {
  private static var units: [(name: String, nanoseconds: Int64)] {
    [
      ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000), ("s", 1_000_000_000),
      ("ms", 1_000_000),
    ]
  }

  /// `150 ms`, `15 s`, `5 min`, `1 h`, `14 d`; whole numbers or one decimal point.
  static func duration(_ range: ClosedRange<Duration>) -> Self {
    SettingKind(
      expected:
        "a duration like 150 ms, 15 s, 5 min, 1 h or 14 d, from \(show(range.lowerBound)) to \(show(range.upperBound))",
      parse: { text in Duration(text).flatMap { range.contains($0) ? $0 : nil } },
      show: show)
  }

  fileprivate static func parse(_ text: String) -> Duration? {
    guard let split = text.firstIndex(where: { !$0.isNumber && $0 != "." }) else { return nil }
    let unit = text[split...].drop { $0 == " " }
    guard let scale = units.first(where: { $0.name == unit }), let thousandths = Decimal3.parse(text[..<split]),
      case let (product, overflow) = thousandths.multipliedReportingOverflow(by: scale.nanoseconds / 1000), !overflow
    else { return nil }
    return .nanoseconds(product)
  }

  static func show(_ duration: Duration) -> String {
    let nanoseconds = duration.nanoseconds
    let unit = units.first { nanoseconds != 0 && nanoseconds % $0.nanoseconds == 0 } ?? ("ms", 1_000_000)
    let (whole, rest) = nanoseconds.quotientAndRemainder(dividingBy: unit.nanoseconds)
    return rest == 0 ? "\(whole) \(unit.name)" : "\(Double(nanoseconds) / Double(unit.nanoseconds)) \(unit.name)"
  }
}

extension Duration {
  /// As the configuration writes it: `150 ms`, `15 s`, `5 min`, `1h`, `14 d`.
  public init?(_ text: String) {
    guard let duration = SettingKind<Duration>.parse(text) else { return nil }
    self = duration
  }
}

/// A share in parts per million, which is how limits are compared: in integers.
struct PartsPerMillion: Equatable {
  var value: Int64
}

extension SettingKind where Value == PartsPerMillion {
  static var percent: Self {
    SettingKind(
      expected: "a percentage like 1 % or 0.5 %, at most 100 %",
      parse: { text in
        guard text.hasSuffix("%"), let thousandths = Decimal3.parse(text.dropLast().filter { $0 != " " }),
          thousandths <= 100_000
        else { return nil }
        return PartsPerMillion(value: thousandths * 10)
      },
      show: { ppm in
        let (whole, rest) = ppm.value.quotientAndRemainder(dividingBy: 10_000)
        return rest == 0 ? "\(whole) %" : "\(Double(ppm.value) / 10_000) %"
      })
  }
}

/// `m of n` intervals.
struct CountOf: Equatable {
  var count: Int
  var total: Int
}

extension SettingKind where Value == CountOf {
  static var countOf: Self {
    SettingKind(
      expected: "a count of intervals like 6 of 8, at most 64",
      parse: { text in
        let words = text.split(separator: " ")
        guard words.count == 3, words[1] == "of", let count = Int(words[0]), let total = Int(words[2]),
          (1...64).contains(total), (1...total).contains(count)
        else { return nil }
        return CountOf(count: count, total: total)
      },
      show: { "\($0.count) of \($0.total)" })
  }
}

extension SettingKind where Value == IPAddress {
  static var address: Self {
    SettingKind(expected: "an IPv4 or IPv6 address", parse: { IPAddress($0) }, show: { $0.description })
  }
}

extension SettingKind where Value == AddressBlock {
  static var network: Self {
    SettingKind(
      expected: "a network like 10.7.0.0/16 (no bits set after the prefix)", parse: { AddressBlock($0) },
      show: { $0.description })
  }
}

extension SettingKind where Value == Endpoint {
  /// Where STAMP is answered: on its own port unless another is given (RFC 8762 section 4.1).
  static var reflector: Self {
    let stampPort: UInt16 = 862
    return SettingKind(
      expected: "an address like 10.1.0.5, with a port if it is not \(stampPort): 10.1.0.5:8620 or [2001:db8::5]:8620",
      parse: { text in Endpoint(text) ?? IPAddress(text).map { Endpoint(address: $0, port: stampPort) } },
      show: { $0.description })
  }

  static var endpoint: Self {
    SettingKind(
      expected: "an address and port like 10.1.0.5:862 or [2001:db8::5]:862", parse: { Endpoint($0) },
      show: { $0.description })
  }
}

/// Decimal numbers with at most three places, exactly, in thousandths.
enum Decimal3 {
  static func parse(_ text: some StringProtocol) -> Int64? {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let whole = Int64(first), whole >= 0, whole < 1 << 50 else { return nil }
    guard parts.count == 2 else { return whole * 1000 }
    let places = parts[1]
    guard (1...3).contains(places.count), let fraction = Int64(places), fraction >= 0 else { return nil }
    return whole * 1000 + fraction * [100, 10, 1][places.count - 1]
  }
}
