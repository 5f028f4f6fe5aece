import Glibc

/// The folder that holds all durable state of one process, locked against a second one for as long as this object lives.
///
/// The lock is `flock` on the file `lock`, which names its holder for people; the kernel releases it when the process
/// ends, however it ends, so that a stale file never stands in the way.
public final class DataFolder: Sendable {
  public let path: String
  private let lock: CInt

  /// Makes the folder (and those above it) when it is not there, for this user only, and locks it.
  public init(path: String) throws(HistoryError) {
    try Self.make(path)
    let file = path + "/lock"
    // O_CLOEXEC: a child that outlives this process must not keep the lock.
    let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unusableFolder(folder: path, reason: Self.reason()) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let isHeld = errno == EWOULDBLOCK
      let reason = Self.reason()
      let holder = Self.holder(descriptor)
      close(descriptor)
      throw isHeld ? .inUse(folder: path, process: holder) : .unusableFolder(folder: path, reason: reason)
    }
    let text = "\(getpid())\n"
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, text, text.utf8.count, 0) == text.utf8.count else {
      let reason = Self.reason()
      close(descriptor)
      throw .unusableFolder(folder: path, reason: reason)
    }
    self.path = path
    self.lock = descriptor
  }

  deinit {
    close(lock)
  }

  /// A file of this folder.
  public func file(_ name: String) -> String {
    path + "/" + name
  }

  /// The process that holds a folder now, if any does.
  public static func holder(of path: String) -> Int32? {
    let descriptor = open(path + "/lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) == 0 ? nil : holder(descriptor)
  }

  private static func make(_ path: String) throws(HistoryError) {
    var partial = path.hasPrefix("/") ? "" : "."
    for component in path.split(separator: "/") {
      partial += "/" + component
      guard mkdir(partial, 0o700) == 0 || errno == EEXIST else {
        throw .unusableFolder(folder: path, reason: reason())
      }
    }
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw .unusableFolder(folder: path, reason: "it is not a folder")
    }
  }

  private static func holder(_ descriptor: CInt) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }

  private static func reason() -> String {
    String(cString: strerror(errno))
  }
}
