import Testing
import Wire

// What cannot be copied cannot go into a macro's expansion: facts about it are taken out first.
@Suite("Unique array")
struct UniqueArrayTests {
  @Test("Elements stay what they are while it grows, and are changed in their places")
  func growth() {
    var array = UniqueArray<UInt64>()
    let before = array.count
    #expect(before == 0)
    for number in 0..<1_000 { array.append(UInt64(number)) }
    for index in stride(from: 0, to: array.count, by: 2) { array[index] += 10_000 }
    var read: [UInt64] = []
    for index in 0..<array.count { read.append(array[index]) }
    #expect(read == (0..<1_000).map { $0 % 2 == 0 ? $0 + 10_000 : $0 })
  }
}
