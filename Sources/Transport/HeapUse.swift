import CLinuxNet

/// How much memory the process has in use, unlike what it holds of the system, which an allocator keeps for later.
public enum HeapUse {
  /// Bytes that malloc(3) has given out and not been given back, in all threads' arenas. It walks them, locking each:
  /// milliseconds where the heap is large.
  public static var bytes: UInt64 { linux_heap_bytes() }
}
