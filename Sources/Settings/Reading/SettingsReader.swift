import Yams

/// Reads one YAML file strictly: unknown keys, wrong types and duplicates are problems with their line.
///
/// Scalars are taken as text and parsed here, since YAML 1.1 reads `no` as false and `10:30` as 630. Every key asked
/// for is recorded with its effective value, which is what `config show` prints and what the sample is tested against.
/// Reading goes on after a problem with the default in place, so that one run names them all.
final class SettingsReader {
  let file: String
  private(set) var problems: [SettingsProblem] = []
  private(set) var entries: [EffectiveSetting] = []

  init(file: String) {
    self.file = file
  }

  /// The file's outermost mapping; an empty file is an empty mapping.
  func root(text: String) -> SettingsMapping {
    var node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      report(line: error.line, key: "", "\(error.sentence)")
    } catch {
      report(line: nil, key: "", "is not YAML: \(error)")
    }
    return SettingsMapping(reader: self, path: "", node: node)
  }

  func report(line: Int?, key: String, _ message: String) {
    problems.append(SettingsProblem(file: file, line: line, key: key, message: message))
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
