import NIOPosix

enum MultiThreadedLoop {
  /// Whether this thread runs an event loop.
  static var isCurrent: Bool { MultiThreadedEventLoopGroup.currentEventLoop != nil }
}
