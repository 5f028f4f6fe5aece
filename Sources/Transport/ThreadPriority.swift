import CLinuxNet

/// How a thread stands against the machine's others.
public enum ThreadPriority: String, Sendable {
  /// Runs as soon as it has something to do (`SCHED_FIFO`). It takes CAP_SYS_NICE or a limit on real-time priority
  /// above 0 (systemd's `LimitRTPRIO`).
  case realTime
  /// Has more weight than others.
  case raised
  case ordinary

  /// Raises the calling thread as far as the system allows. For threads that do little, on time.
  public static func raise() -> ThreadPriority {
    switch linux_raise_thread() {
    case 2: .realTime
    case 1: .raised
    default: .ordinary
    }
  }

  /// Makes the calling thread one like the others.
  public static func lower() {
    linux_lower_thread()
  }
}
