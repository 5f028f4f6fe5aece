/// A dense store of non-copyable values with a fixed capacity.
///
/// A `Handle` carries the generation of its place, so one kept too long finds nothing instead of the next tenant. The
/// capacity is the stated bound that everything a packet can grow must have.
public struct Slab<Element: ~Copyable>: ~Copyable {
  /// A place and the generation of its tenant.
  @frozen public struct Handle: Hashable, Sendable, BitwiseCopyable {
    public let index: Int32
    public let generation: UInt32

    @inlinable init(index: Int32, generation: UInt32) {
      self.index = index
      self.generation = generation
    }
  }

  public let capacity: Int
  public private(set) var count = 0
  @usableFromInline let elements: UnsafeMutablePointer<Element>
  /// Odd while the place is taken.
  @usableFromInline let generations: UnsafeMutablePointer<UInt32>
  private var freePlaces: [Int32]

  public init(capacity: Int) {
    precondition(capacity > 0 && capacity <= Int32.max, "a slab has places")
    self.capacity = capacity
    elements = .allocate(capacity: capacity)
    generations = .allocate(capacity: capacity)
    generations.initialize(repeating: 0, count: capacity)
    freePlaces = (0..<Int32(capacity)).reversed()
  }

  deinit {
    for index in 0..<capacity where generations[index] & 1 == 1 {
      (elements + index).deinitialize(count: 1)
    }
    elements.deallocate()
    generations.deallocate()
  }

  /// Takes a place for `element`; `nil`, and the element gone, when the slab is full: ask `isFull` first.
  public mutating func insert(_ element: consuming Element) -> Handle? {
    guard let index = freePlaces.popLast() else { return nil }
    let place = Int(index)
    // A pointer of its own: the compiler's thread sanitizer cannot see `&+=` through a noncopyable `self`.
    let generations = generations
    (elements + place).initialize(to: element)
    generations[place] &+= 1
    count += 1
    return Handle(index: index, generation: generations[place])
  }

  /// Takes the element out and frees its place.
  public mutating func remove(_ handle: Handle) -> Element? {
    guard contains(handle) else { return nil }
    let place = Int(handle.index)
    let generations = generations
    generations[place] &+= 1
    freePlaces.append(handle.index)
    count -= 1
    return (elements + place).move()
  }

  public var isFull: Bool { freePlaces.isEmpty }

  @inlinable public func contains(_ handle: Handle) -> Bool {
    handle.index >= 0 && Int(handle.index) < capacity
      && generations[Int(handle.index)] == handle.generation && handle.generation & 1 == 1
  }

  /// The handle of a taken place, to walk all elements: `for index in 0..<slab.capacity`.
  @inlinable public func handle(at index: Int) -> Handle? {
    precondition(index >= 0 && index < capacity, "the place exists")
    let generation = generations[index]
    return generation & 1 == 1 ? Handle(index: Int32(index), generation: generation) : nil
  }

  /// The element; the handle must be current (`contains`).
  @inlinable public subscript(handle: Handle) -> Element {
    unsafeAddress {
      precondition(contains(handle), "the handle is current")
      return UnsafePointer(elements + Int(handle.index))
    }
    unsafeMutableAddress {
      precondition(contains(handle), "the handle is current")
      return elements + Int(handle.index)
    }
  }
}
