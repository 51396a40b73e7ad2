import CProtobufC
import Glibc

/// Memory of one message: everything in it is given back at once, when the arena goes.
///
/// Its own bookkeeping lies at the head of the first block, so that a small message costs one
/// allocation in all. Not thread-safe: it belongs to whoever holds it.
struct Arena: ~Copyable {
  let state: UnsafeMutablePointer<ArenaState>

  /// - Parameters:
  ///   - expected: bytes that will probably be needed.
  ///   - limit: bytes after which protobuf-c is refused more.
  init(expecting expected: Int, limit: Int = .max) {
    let bytes = max(ArenaState.headerBytes + expected, ArenaState.smallestBlock)
    let block = ArenaState.block(bytes)
    state = block.initializeMemory(
      as: ArenaState.self,
      to: ArenaState(
        cursor: block + ArenaState.headerBytes, end: block + bytes, newest: nil, limit: limit,
        reserved: bytes, taken: 0, copied: 0, isExhausted: false,
        allocator: ProtobufCAllocator(
          alloc: takeFromArena, free: leaveInArena, allocator_data: UnsafeMutableRawPointer(block)))
    )
  }

  deinit {
    var block = state.pointee.newest
    while let current = block {
      block = current.load(as: UnsafeMutableRawPointer?.self)
      free(current)
    }
    free(state)
  }
}

/// The bookkeeping of an arena.
struct ArenaState {
  /// Next free byte of the newest block, and the byte after its last.
  var cursor: UnsafeMutableRawPointer
  var end: UnsafeMutableRawPointer
  /// The newest block beside the first; each begins with the address of the one before.
  var newest: UnsafeMutableRawPointer?
  var limit: Int
  var reserved: Int
  /// Bytes handed out.
  var taken: Int
  /// Of these, the bytes of texts and data, which are as long on the wire.
  var copied: Int
  /// A request was refused.
  var isExhausted: Bool
  var allocator: ProtobufCAllocator

  static let headerBytes = (MemoryLayout<ArenaState>.size + 15) & ~15
  /// The largest size that malloc serves from a thread's own cache.
  static let smallestBlock = 1032
  static let largestBlock = 256 << 10
  private static let linkBytes = 16

  /// Memory aligned to 8 bytes, nil beyond the limit.
  mutating func take(_ size: Int) -> UnsafeMutableRawPointer? {
    let rounded = (size + 7) & ~7
    taken += rounded
    if rounded <= end - cursor {
      defer { cursor += rounded }
      return cursor
    }
    return takeFromNewBlock(rounded)
  }

  /// Memory of malloc, which aligns to 16 bytes: asking for an alignment would lead past its cache.
  static func block(_ bytes: Int) -> UnsafeMutableRawPointer {
    guard let block = malloc(bytes) else { preconditionFailure("out of memory") }
    return block
  }

  @inline(never)
  private mutating func takeFromNewBlock(_ size: Int) -> UnsafeMutableRawPointer? {
    let bytes = max(size, min(reserved, Self.largestBlock)) + Self.linkBytes
    guard size <= limit, reserved <= limit - size else {
      isExhausted = true
      return nil
    }
    let block = Self.block(bytes)
    block.storeBytes(of: newest, as: UnsafeMutableRawPointer?.self)
    newest = block
    reserved += bytes
    let start = block + Self.linkBytes
    (cursor, end) = (start + size, block + bytes)
    return start
  }
}

extension UnsafeMutablePointer<ArenaState> {
  /// Memory for a text or data, from an arena without a limit.
  func allocateCopy(_ size: Int) -> UnsafeMutableRawPointer {
    pointee.copied += size
    return allocate(size)
  }

  /// Memory from an arena without a limit.
  func allocate(_ size: Int) -> UnsafeMutableRawPointer {
    guard let memory = pointee.take(size) else {
      preconditionFailure("an arena that is built in has no limit")
    }
    return memory
  }
}

private func takeFromArena(_ arena: UnsafeMutableRawPointer?, _ size: Int)
  -> UnsafeMutableRawPointer?
{
  arena?.assumingMemoryBound(to: ArenaState.self).pointee.take(size)
}

private func leaveInArena(_ arena: UnsafeMutableRawPointer?, _ memory: UnsafeMutableRawPointer?) {}
