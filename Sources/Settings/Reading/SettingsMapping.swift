import Yams

/// A mapping being read. Ask for each key once, then call `finish`: what is left over is unknown.
final class SettingsMapping {
  private let reader: SettingsReader
  /// Dotted key of this mapping; empty at the root.
  let path: String
  /// Whether the file has this mapping at all.
  let isPresent: Bool
  private let line: Int?
  private var values: [String: Node] = [:]
  private var keyLines: [String: Int] = [:]
  /// In the order asked for, to suggest from.
  private var known: [String] = []

  init(reader: SettingsReader, path: String, node: Node?) {
    self.reader = reader
    self.path = path
    line = node?.mark?.line
    isPresent = node != nil
    guard let node, !node.isNothing else { return }
    guard let mapping = node.mapping else {
      reader.report(line: line, key: path, "must be a mapping of keys to values")
      return
    }
    for (key, value) in mapping {
      guard let name = key.scalar?.string else {
        reader.report(line: key.mark?.line, key: path, "has a key that is not a word")
        continue
      }
      values[name] = value
      keyLines[name] = key.mark?.line
    }
  }

  /// Whether the file gives the key; to be asked before its value.
  func has(_ name: String) -> Bool {
    values[name] != nil
  }

  // MARK: Values

  /// A value of one line, parsed by `kind`; its default when absent.
  func value<T>(_ name: String, _ kind: SettingKind<T>, default fallback: T) -> T {
    let (value, node) = parsed(name, kind)
    reader.record(key(name), kind.show(value ?? fallback), isDefault: node == nil)
    return value ?? fallback
  }

  /// As `value`, for what may be left out and then has no value.
  func optional<T>(_ name: String, _ kind: SettingKind<T>) -> T? {
    let (value, node) = parsed(name, kind)
    reader.record(key(name), value.map(kind.show) ?? "none", isDefault: node == nil)
    return value
  }

  /// As `value`, for what must be there; `nil` only together with a problem.
  func required<T>(_ name: String, _ kind: SettingKind<T>) -> T? {
    let (value, node) = parsed(name, kind)
    if node == nil { reader.report(line: line, key: path, "lacks the key \"\(name)\", \(kind.expected)") }
    reader.record(key(name), value.map(kind.show) ?? "none", isDefault: false)
    return value
  }

  /// A list of one-line values. A single value stands for a list of one.
  func list<T>(_ name: String, _ kind: SettingKind<T>, default fallback: [T]) -> [T] {
    guard let node = take(name) else {
      reader.record(key(name), show(fallback, kind), isDefault: true)
      return fallback
    }
    let nodes = node.sequence.map(Array.init) ?? [node]
    let parsed = nodes.enumerated().compactMap { index, element in
      parse(element, kind, key: node.sequence == nil ? key(name) : "\(key(name))[\(index)]")
    }
    reader.record(key(name), show(parsed, kind), isDefault: false)
    return parsed
  }

  // MARK: Nested

  func mapping(_ name: String) -> SettingsMapping {
    SettingsMapping(reader: reader, path: key(name), node: take(name))
  }

  /// A list of mappings, in order.
  func mappings(_ name: String) -> [SettingsMapping] {
    guard let node = take(name), !node.isNothing else { return [] }
    guard let sequence = node.sequence else {
      reader.report(line: node.mark?.line, key: key(name), "must be a list, each entry starting with \"- \"")
      return []
    }
    return sequence.enumerated().map { index, element in
      SettingsMapping(reader: reader, path: "\(key(name))[\(index)]", node: element)
    }
  }

  /// A mapping whose keys are the user's own names, in the order of the file.
  func named(_ name: String) -> [(name: String, value: SettingsMapping)] {
    guard let node = take(name), !node.isNothing else { return [] }
    guard let mapping = node.mapping else {
      reader.report(line: node.mark?.line, key: key(name), "must be a mapping of names to settings")
      return []
    }
    return mapping.compactMap { entry in
      guard let own = entry.key.scalar?.string else { return nil }
      return (own, SettingsMapping(reader: reader, path: "\(key(name)).\(own)", node: entry.value))
    }
  }

  // MARK: Ending

  /// Reports what the reader did not ask for.
  func finish() {
    for name in values.keys.sorted(by: { (keyLines[$0] ?? 0, $0) < (keyLines[$1] ?? 0, $1) }) {
      // The hint is not worked out where nobody is going to read it.
      reader.report(line: keyLines[name], key: key(name), "is not a key this program knows (\(hint(for: name)))")
    }
  }

  private func hint(for name: String) -> String {
    // Whatever is much longer than every key is none of them mistyped.
    let near = known.filter { abs($0.count - name.count) <= 2 }.map { (name: $0, distance: $0.editDistance(to: name)) }
    if let best = near.min(by: { $0.distance < $1.distance }), best.distance <= 2 {
      return "did you mean \"\(best.name)\"?"
    }
    return "known here: \(known.joined(separator: ", "))"
  }

  /// A problem about a key already read, found by looking at several together.
  func report(_ name: String, _ message: String) {
    reader.report(line: keyLines[name] ?? line, key: name.isEmpty ? path : key(name), message)
  }

  // MARK: Parts

  private func key(_ name: String) -> String {
    path.isEmpty ? name : "\(path).\(name)"
  }

  private func take(_ name: String) -> Node? {
    known.append(name)
    return values.removeValue(forKey: name)
  }

  private func parsed<T>(_ name: String, _ kind: SettingKind<T>) -> (T?, Node?) {
    guard let node = take(name) else { return (nil, nil) }
    return (parse(node, kind, key: key(name)), node)
  }

  private func parse<T>(_ node: Node, _ kind: SettingKind<T>, key: String) -> T? {
    guard let text = node.scalar?.string else {
      reader.report(line: node.mark?.line, key: key, "must be \(kind.expected)")
      return nil
    }
    guard let value = kind.parse(text) else {
      reader.report(
        line: node.mark?.line, key: key, "must be \(kind.expected)\(kind.isSecret ? "" : ", not \"\(text)\"")")
      return nil
    }
    return value
  }

  private func show<T>(_ values: [T], _ kind: SettingKind<T>) -> String {
    "[" + values.map(kind.show).joined(separator: ", ") + "]"
  }
}

extension Node {
  /// A key without a value.
  fileprivate var isNothing: Bool {
    scalar.map { $0.string.isEmpty || $0.string == "~" || $0.string == "null" } ?? false
  }
}

extension String {
  /// Levenshtein's distance, to guess which key was meant.
  func editDistance(to other: String) -> Int {
    let target = Array(other)
    var row = Array(0...target.count)
    for (i, character) in enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in target.indices {
        let substitution = diagonal + (character == target[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = Swift.min(substitution, row[j] + 1, diagonal + 1)
      }
    }
    return row[target.count]
  }
}
