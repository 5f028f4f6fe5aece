import Yams

/// Reads one YAML file strictly: unknown keys, wrong types and duplicates are problems with their line.
///
/// Scalars are taken as text and parsed here, since YAML 1.1 reads `no` as false and `10:30` as 630. Every key asked
/// for is recorded with its effective value, which is what `config show` prints and what the sample is tested against.
/// Reading goes on after a problem with the default in place, so that one run names them all, up to `problemLimit`.
///
/// A file takes no longer to refuse than to read: whoever publishes jobs keeps the monitor waiting meanwhile. So what could
/// grow while YAML is composed (aliases of aliases, which stand for what they name each time they are compared) is bounded
/// before that, and so is what is said of it.
final class SettingsReader {
  let file: String
  private var reported: [SettingsProblem] = []
  /// Problems that were found and not kept.
  private var omitted = 0
  private(set) var entries: [EffectiveSetting] = []

  /// A file of a thousand sites is half as long.
  static let byteLimit = 256 * 1024
  /// So many aliases, each of all that the one before names twice or three times, stand for no more than forty times the file.
  static let aliasLimit = 10
  /// More problems than these are counted, not told.
  static let problemLimit = 50

  init(file: String) {
    self.file = file
  }

  /// What is wrong, in the order it was found.
  var problems: [SettingsProblem] {
    guard omitted > 0 else { return reported }
    return reported + [SettingsProblem(file: file, line: nil, key: "", message: "has \(omitted) more problems")]
  }

  /// Further problems are only counted: what they would say need not be worked out.
  var isFull: Bool { reported.count >= Self.problemLimit }

  /// The file's outermost mapping; an empty file is an empty mapping.
  func root(text: String) -> SettingsMapping {
    var node: Node?
    guard text.utf8.count <= Self.byteLimit else {
      report(line: nil, key: "", "is longer than \(Self.byteLimit / 1024) KiB")
      return SettingsMapping(reader: self, path: "", node: nil)
    }
    if let line = text.lineOfAlias(Self.aliasLimit + 1) {
      report(line: line, key: "", "has more than \(Self.aliasLimit) aliases (*name); write out what they stand for")
      return SettingsMapping(reader: self, path: "", node: nil)
    }
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      report(line: error.line, key: "", "\(error.sentence)")
    } catch {
      report(line: nil, key: "", "is not YAML: \(error)")
    }
    return SettingsMapping(reader: self, path: "", node: node)
  }

  func report(line: Int?, key: String, _ message: @autoclosure () -> String) {
    guard !isFull else {
      omitted += 1
      return
    }
    reported.append(SettingsProblem(file: file, line: line, key: key, message: message()))
  }

  func record(_ key: String, _ value: String, isDefault: Bool) {
    entries.append(EffectiveSetting(key: key, value: value, isDefault: isDefault))
  }
}

/// One key and the value in force.
public struct EffectiveSetting: Equatable, Sendable {
  public var key: String
  public var value: String
  /// Not given in the file.
  public var isDefault: Bool
}

extension String {
  /// The line of what may be the alias of that number, counted from 1: an asterisk where a word could begin, and the letters of
  /// a name after it. In quotes and comments it would be none, but that is for the parser to tell.
  fileprivate func lineOfAlias(_ number: Int) -> Int? {
    var (line, found) = (1, 0)
    var (before, isAfterAsterisk) = (UInt8(ascii: "\n"), false)
    for byte in utf8 {
      if isAfterAsterisk, byte.isOfName {
        found += 1
        if found == number { return line }
      }
      // Of more than ASCII there are breaks too.
      isAfterAsterisk = byte == UInt8(ascii: "*") && (before >= 0x80 || Self.beforeWords.contains(before))
      if byte == UInt8(ascii: "\n") { line += 1 }
      before = byte
    }
    return nil
  }

  private static let beforeWords = Array(" \t\r\n[{,:?-".utf8)
}

extension UInt8 {
  /// Of an anchor's name, as libyaml has them.
  fileprivate var isOfName: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
}

extension YamlError {
  /// What the parser says, as part of a sentence.
  fileprivate var sentence: String {
    switch self {
    case .scanner(_, let problem, _, _), .parser(_, let problem, _, _), .composer(_, let problem, _, _):
      "is not YAML here: \(problem)"
    case .duplicatedKeysInMapping(let duplicates, _):
      "has the same key twice: \(duplicates.joined(separator: ", "))"
    case .reader(let problem, _, _, _):
      "is not YAML here: \(problem)"
    default:
      "is not YAML: \("\(self)".prefix { !$0.isNewline })"
    }
  }

  fileprivate var line: Int? {
    switch self {
    case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
      mark.line
    case .duplicatedKeysInMapping(_, let context):
      context.mark.line
    case .reader(_, let offset?, _, let yaml):
      yaml.utf8.prefix(offset).count { $0 == UInt8(ascii: "\n") } + 1
    default:
      nil
    }
  }
}
