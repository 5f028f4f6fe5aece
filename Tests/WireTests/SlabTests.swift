import Testing
import Wire

// Neither a slab nor its tenants can be copied into a macro's expansion: facts about them are taken out first.
@Suite("Slab")
struct SlabTests {
  /// Counts how many are alive.
  private final class Census {
    var alive = 0
  }

  private struct Tenant: ~Copyable {
    var number: Int
    private let census: Census

    init(_ number: Int, _ census: Census) {
      self.number = number
      self.census = census
      census.alive += 1
    }

    deinit {
      census.alive -= 1
    }
  }

  private typealias Handle = Slab<Tenant>.Handle

  private func required(_ handle: Handle?) throws -> Handle {
    try #require(handle)
  }

  @Test("A tenant is changed in its place and taken out again")
  func places() throws {
    let census = Census()
    var slab = Slab<Tenant>(capacity: 4)
    let handle = try required(slab.insert(Tenant(1, census)))
    slab[handle].number += 41
    let changed = slab[handle].number
    let taken = slab.count
    var number = 0
    if let tenant = slab.remove(handle) { number = tenant.number }
    let left = slab.count
    #expect(changed == 42)
    #expect(number == 42)
    #expect(taken == 1)
    #expect(left == 0)
    #expect(census.alive == 0)
  }

  @Test("A handle kept too long finds nothing, not the next tenant")
  func generations() throws {
    let census = Census()
    var slab = Slab<Tenant>(capacity: 1)
    let old = try required(slab.insert(Tenant(1, census)))
    _ = slab.remove(old)
    let new = try required(slab.insert(Tenant(2, census)))
    let (findsOld, findsNew) = (slab.contains(old), slab.contains(new))
    _ = slab.remove(old)
    let left = slab.count
    #expect(old.index == new.index)
    #expect(!findsOld)
    #expect(findsNew)
    #expect(left == 1)
  }

  @Test("A full slab takes nobody, and the one refused is let go")
  func full() {
    let census = Census()
    var slab = Slab<Tenant>(capacity: 2)
    let taken = (0..<3).map { slab.insert(Tenant($0, census)) != nil }
    let isFull = slab.isFull
    #expect(taken == [true, true, false])
    #expect(isFull)
    #expect(census.alive == 2)
    _ = consume slab
  }

  @Test("All tenants are found by walking the places")
  func walk() {
    let census = Census()
    var slab = Slab<Tenant>(capacity: 5)
    let handles = (0..<5).compactMap { slab.insert(Tenant($0, census)) }
    _ = slab.remove(handles[1])
    _ = slab.remove(handles[3])
    var found: [Int] = []
    for index in 0..<slab.capacity {
      if let handle = slab.handle(at: index) { found.append(slab[handle].number) }
    }
    #expect(found.sorted() == [0, 2, 4])
  }

  @Test("What is left in a slab ends with it")
  func end() throws {
    let census = Census()
    var slab = Slab<Tenant>(capacity: 3)
    _ = slab.insert(Tenant(1, census))
    let handle = try required(slab.insert(Tenant(2, census)))
    _ = slab.remove(handle)
    #expect(census.alive == 1)
    _ = consume slab
    #expect(census.alive == 0)
  }
}
