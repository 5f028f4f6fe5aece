/// What a person types at a site to make its agent known: 11 random symbols and a check symbol, `K7QM-4XTD-9R2H`.
///
/// 31 symbols, without 0, O, 1, I and L, which are taken for one another. 31 is prime, so the weighted sum finds every
/// wrong symbol and every two that changed places. The random symbols hold 54 bits: a code is tried over the network
/// alone, a few times a minute, and is gone after a day.
public struct EnrolmentCode: Sendable, Hashable, LosslessStringConvertible {
  static let symbols = Array("23456789ABCDEFGHJKMNPQRSTUVWXYZ".utf8)
  static let randomCount = 11

  /// Upper case, without separators.
  public let symbols: String

  public init(using generator: inout some RandomNumberGenerator) {
    var values = (0..<Self.randomCount).map { _ in Int.random(in: 0..<Self.symbols.count, using: &generator) }
    values.append(Self.check(values))
    symbols = String(decoding: values.map { Self.symbols[$0] }, as: UTF8.self)
  }

  /// Reads what was typed: small and full-width letters too, with or without hyphens and spaces. `nil` when it is none,
  /// which a single slip of the keyboard always makes it.
  public init?(_ description: String) {
    guard description.unicodeScalars.count <= 64 else { return nil }
    var values: [Int] = []
    for scalar in description.unicodeScalars {
      // Full-width forms stand in the order of ASCII.
      let value = (0xff01...0xff5e).contains(scalar.value) ? scalar.value - 0xfee0 : scalar.value
      if [0x20, 0x3000, 0x2d, 0x2010, 0x2011, 0x2212, 0x30fc].contains(value) { continue }
      let upper = (97...122).contains(value) ? value - 32 : value
      guard let place = Self.symbols.firstIndex(where: { UInt32($0) == upper }) else { return nil }
      values.append(place)
    }
    guard values.count == Self.randomCount + 1, Self.check(values.dropLast()) == values.last else { return nil }
    symbols = String(decoding: values.map { Self.symbols[$0] }, as: UTF8.self)
  }

  /// In groups of four.
  public var description: String {
    let all = Array(symbols)
    return stride(from: 0, to: all.count, by: 4).map { String(all[$0..<min($0 + 4, all.count)]) }.joined(separator: "-")
  }

  private static func check(_ values: some Collection<Int>) -> Int {
    values.enumerated().reduce(0) { $0 + ($1.offset + 1) * $1.element } % symbols.count
  }
}
