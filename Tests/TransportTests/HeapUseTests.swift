import Testing
import Transport

@Suite("The heap in use")
struct HeapUseTests {
  @Test(
    "What is allocated counts for as long as it is held",
    .enabled(if: HeapUse.bytes > 0, "an allocator in the place of malloc's, as a sanitizer brings, counts nothing"))
  func counts() {
    // More than all that other tests do meanwhile.
    let bytes = 256 << 20
    let before = HeapUse.bytes
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 16)
    let during = HeapUse.bytes
    memory.deallocate()
    #expect(during >= before + UInt64(bytes / 2))
    #expect(HeapUse.bytes <= during - UInt64(bytes / 2))
  }
}
