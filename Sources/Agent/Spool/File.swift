import Glibc

/// The system calls a spool needs, with errors that name the file.
enum File {
  /// Makes the folder and those above it, readable by their owner alone.
  static func makeFolder(_ path: String) throws(SpoolError) {
    var parent = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      parent += "/\(part)"
      guard mkdir(parent, 0o700) == 0 || errno == EEXIST else {
        throw .failed(action: "make the folder", path: path, code: errno)
      }
    }
  }

  static func open(_ path: String, _ flags: Int32) throws(SpoolError) -> Int32 {
    let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .failed(action: "open", path: path, code: errno) }
    return descriptor
  }

  static func read(_ path: String) throws(SpoolError) -> [UInt8] {
    let descriptor = try open(path, O_RDONLY)
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      guard count >= 0 else { throw .failed(action: "read", path: path, code: errno) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
  }

  /// Returns when the bytes are safe on disk.
  static func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int, path: String) throws(SpoolError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        pwrite(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written, off_t(offset + written))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .failed(action: "write", path: path, code: errno) }
      written += count
    }
    guard fdatasync(descriptor) == 0 else { throw .failed(action: "write", path: path, code: errno) }
  }

  /// Makes the file and its folder, or puts other bytes in its place. Returns when they are safe on disk; what was there
  /// before stays until then.
  static func replace(_ path: String, with bytes: [UInt8]) throws(SpoolError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    try makeFolder(folder)
    let new = path + ".new"
    let descriptor = try open(new, O_WRONLY | O_CREAT | O_TRUNC)
    do {
      defer { close(descriptor) }
      try write(bytes, to: descriptor, at: 0, path: new)
    }
    guard rename(new, path) == 0 else { throw .failed(action: "write", path: path, code: errno) }
    try synchronizeFolder(folder)
  }

  /// Makes a new file's name as safe as its bytes.
  static func synchronizeFolder(_ path: String) throws(SpoolError) {
    let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .failed(action: "write", path: path, code: errno) }
  }

  /// So many damaged files are kept; then the oldest goes.
  static let damagedKept = 8

  /// Deletes a segment that is done with; a damaged one is kept under another name for people to look at.
  static func remove(_ path: String, in folder: String, keepingAside isDamaged: Bool) {
    guard isDamaged, rename(path, "\(path).damaged") == 0 else {
      unlink(path)
      return
    }
    let kept = (try? segmentNumbers(in: folder, suffix: ".spool.damaged")) ?? []
    for number in kept.dropLast(damagedKept) { unlink("\(SpoolSegment.path(number, in: folder)).damaged") }
  }

  /// The numbers of the folder's `.spool` files, rising.
  static func segmentNumbers(in folder: String, suffix: String = ".spool") throws(SpoolError) -> [UInt64] {
    guard let directory = opendir(folder) else { throw .failed(action: "read", path: folder, code: errno) }
    defer { closedir(directory) }
    var numbers: [UInt64] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      // The greatest number has no successor.
      if name.hasSuffix(suffix), let number = UInt64(name.dropLast(suffix.count)), number < .max {
        numbers.append(number)
      }
    }
    return numbers.sorted()
  }
}
