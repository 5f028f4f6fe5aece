import Wire

/// Which site an address belongs to: the one with the longest matching network.
public struct SiteDirectory: Sendable, Equatable {
  /// Longest prefix first, so that the first match is the answer.
  private let entries: [Entry]

  public struct Entry: Sendable, Hashable {
    public var block: AddressBlock
    public var site: String

    public init(block: AddressBlock, site: String) {
      self.block = block
      self.site = site
    }
  }

  /// Where two sites claim the same network the first given has it; the configuration refuses that before.
  public init(_ entries: [Entry] = []) {
    self.entries = entries.enumerated().sorted {
      ($1.element.block.prefixLength, $0.offset) < ($0.element.block.prefixLength, $1.offset)
    }.map(\.element)
  }

  /// The site's id, or `nil` for an address of no site.
  public func site(of address: IPAddress) -> String? {
    entries.first { $0.block.contains(address) }?.site
  }
}
