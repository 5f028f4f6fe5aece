/// A list with one owner, who writes an element in place without asking whether anybody else holds the list: the standard
/// library's asks by a call of the runtime, which the packet path does not pay for.
///
/// It only grows; whoever appends states the bound.
public struct UniqueArray<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline private(set) var elements: UnsafeMutablePointer<Element>?
  public private(set) var count = 0
  private var capacity = 0

  public init() {}

  deinit { elements?.deallocate() }

  /// Adds an element, with room for as many again when there is none left.
  public mutating func append(_ element: Element) {
    if count == capacity { grow() }
    elements?.advanced(by: count).initialize(to: element)
    count += 1
  }

  private mutating func grow() {
    capacity = max(4, 2 * capacity)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    if let elements {
      larger.moveInitialize(from: elements, count: count)
      elements.deallocate()
    }
    elements = larger
  }

  @inlinable public subscript(index: Int) -> Element {
    unsafeAddress {
      UnsafePointer(place(of: index))
    }
    unsafeMutableAddress {
      place(of: index)
    }
  }

  @inlinable func place(of index: Int) -> UnsafeMutablePointer<Element> {
    guard index >= 0, index < count, let elements else { preconditionFailure("the element exists") }
    return elements + index
  }
}
