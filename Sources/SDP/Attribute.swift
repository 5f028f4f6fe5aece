/// One `a=` line (RFC 8866 section 5.13).
public struct Attribute: Sendable {
  public let name: String
  /// What follows the colon; `nil` for a flag.
  public let value: String?
  /// Where it was read, counted from 1; 0 when it was made here.
  public let line: Int

  public init(_ name: String, _ value: String? = nil, line: Int = 0) {
    self.name = name
    self.value = value
    self.line = line
  }
}

/// The attributes of a session or of a media section, in their order.
public struct Attributes: Sendable, RandomAccessCollection, ExpressibleByArrayLiteral {
  private var lines: [Attribute]

  public init(arrayLiteral elements: Attribute...) {
    lines = elements
  }

  public var startIndex: Int { lines.startIndex }
  public var endIndex: Int { lines.endIndex }
  public subscript(position: Int) -> Attribute { lines[position] }

  /// The first attribute of that name.
  public subscript(name: String) -> Attribute? {
    lines.first { $0.name == name }
  }

  public func has(_ name: String) -> Bool {
    self[name] != nil
  }

  /// The values of all attributes of that name.
  public func values(_ name: String) -> [String] {
    lines.compactMap { $0.name == name ? $0.value : nil }
  }

  public mutating func append(_ attribute: Attribute) {
    lines.append(attribute)
  }

  public mutating func append(_ name: String, _ value: String? = nil) {
    lines.append(Attribute(name, value))
  }
}
