/// `a=fmtp` (RFC 8866 section 6.15) in its usual form, `111 minptime=10;useinbandfec=1`.
public struct FormatParameters: Equatable, Sendable, CustomStringConvertible {
  /// As `m=` names the format.
  public let format: String
  /// In their order; names are compared without case.
  public private(set) var pairs: [(name: String, value: String)]

  public init(format: String, _ pairs: [(name: String, value: String)] = []) {
    self.format = format
    self.pairs = pairs
  }

  /// Lenient: what is not `name=value` is kept as a name without value.
  public init?(_ value: String) {
    let fields = value.fields(maxSplits: 1)
    guard let format = fields.first else { return nil }
    self.format = String(format)
    pairs = (fields.count == 2 ? fields[1] : "").fields(";").compactMap { parameter in
      let parts = parameter.fields("=", maxSplits: 1).map { String($0.withoutOuterSpaces) }
      guard let name = parts.first, !name.isEmpty else { return nil }
      return (name, parts.count == 2 ? parts[1] : "")
    }
  }

  public subscript(name: String) -> String? {
    pairs.first { $0.name.isSpelled(name) }?.value
  }

  /// Only the parameters of these names.
  public func only(_ names: Set<String>) -> FormatParameters {
    FormatParameters(format: format, pairs.filter { names.contains($0.name.lowercased()) })
  }

  public var description: String {
    "\(format) " + pairs.map { $0.value.isEmpty ? $0.name : "\($0.name)=\($0.value)" }.joined(separator: ";")
  }

  public static func == (left: Self, right: Self) -> Bool {
    left.description == right.description
  }
}
