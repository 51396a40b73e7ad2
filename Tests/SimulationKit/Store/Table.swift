/// Numbers an open transaction of the store; 0 is none.
typealias TransactionID = Int

/// A statement has to wait for another transaction's row.
struct Blocked: Error {
  let by: TransactionID
  /// The row is new, so that the statement will not see it, were it to last.
  var isByNewRow = false
}

/// A row of one account.
protocol TableRow: Sendable {
  var account: Int64 { get }
}

/// A table of rows under numbers. Holds for each row what is committed and what one open
/// transaction made of it; that transaction has the row's lock. Others see what is committed, and
/// each no more than its scope shows: row-level security.
struct Table<Row: TableRow>: Sendable {
  private struct Cell {
    var committed: Row?
    var pending: Row?
    var owner: TransactionID = 0
    /// `pending` is more than a lock.
    var isChanged = false
  }

  private var cells: [Int64: Cell] = [:]
  /// Rows that statements look for by something else than their number or key: in order of their
  /// numbers.
  private(set) var live: [Int64] = []
  private var keys: [String: Int64] = [:]
  private var touched: [TransactionID: [Int64]] = [:]
  /// The number of the latest row.
  private(set) var lastID: Int64 = 0
  private let key: @Sendable (Row) -> String?
  private let isLive: @Sendable (Row) -> Bool

  /// - Parameters:
  ///   - key: unique among the rows; nil for rows that have none.
  ///   - isLive: whether `live` names the row.
  init(
    key: @escaping @Sendable (Row) -> String? = { _ in nil },
    isLive: @escaping @Sendable (Row) -> Bool = { _ in true }
  ) {
    (self.key, self.isLive) = (key, isLive)
  }

  /// The row as a transaction sees it.
  func row(_ id: Int64, for frame: Frame) -> Row? {
    guard let cell = cells[id] else { return nil }
    let isOwn = cell.owner == frame.transaction && cell.owner != 0
    guard let row = isOwn ? cell.pending : cell.committed, frame.sees(row.account) else {
      return nil
    }
    return row
  }

  /// The number of the row with a key, as a transaction sees it.
  func find(_ key: String, for frame: Frame) -> Int64? {
    guard let id = keys[key], row(id, for: frame) != nil else { return nil }
    return id
  }

  /// Live rows that a transaction sees, in order.
  func rows(for frame: Frame) -> [(id: Int64, row: Row)] {
    live.compactMap { id in
      guard let row = row(id, for: frame), isLive(row) else { return nil }
      return (id, row)
    }
  }

  /// Every row that a transaction sees, in order.
  func allRows(for frame: Frame) -> [(id: Int64, row: Row)] {
    guard lastID > 0 else { return [] }
    return (1...lastID).compactMap { id in row(id, for: frame).map { (id, $0) } }
  }

  /// Whether another transaction has the row's lock.
  func isLocked(_ id: Int64, against transaction: TransactionID) -> Bool {
    guard let owner = cells[id]?.owner else { return false }
    return owner != 0 && owner != transaction
  }

  /// Takes a row's lock and gives the row as it is by then; nil when there is none.
  mutating func lock(_ id: Int64, for frame: Frame) throws -> Row? {
    guard let cell = cells[id] else { return nil }
    let transaction = frame.transaction
    if cell.owner == transaction { return cell.pending }
    guard cell.owner == 0 else {
      if cell.committed == nil { return nil }
      throw Blocked(by: cell.owner)
    }
    cells[id]?.owner = transaction
    cells[id]?.pending = cell.committed
    touched[transaction, default: []].append(id)
    return cell.committed
  }

  /// Changes a row under its lock.
  mutating func update(
    _ id: Int64, for frame: Frame, _ change: (inout Row) throws -> Void
  ) throws {
    guard var row = try lock(id, for: frame) else { return }
    try change(&row)
    cells[id]?.pending = row
    cells[id]?.isChanged = true
  }

  /// Adds a row and gives its number; nil when its key is taken. The number is used up then, too.
  mutating func insert(_ row: Row, for frame: Frame) throws -> Int64? {
    let (key, transaction) = (key(row), frame.transaction)
    if let key, let holder = keys[key] {
      // One that is only locked keeps its key; one that changes might not.
      if let cell = cells[holder], cell.isChanged, cell.owner != transaction {
        throw Blocked(by: cell.owner, isByNewRow: cell.committed == nil)
      }
      lastID += 1
      return nil
    }
    lastID += 1
    cells[lastID] = Cell(committed: nil, pending: row, owner: transaction, isChanged: true)
    live.append(lastID)
    if let key { keys[key] = lastID }
    touched[transaction, default: []].append(lastID)
    return lastID
  }

  /// Makes a transaction's changes last, and gives them.
  mutating func commit(_ transaction: TransactionID) -> [(id: Int64, old: Row?, new: Row)] {
    guard let ids = touched.removeValue(forKey: transaction) else { return [] }
    return ids.compactMap { id in
      guard let cell = cells[id], let new = cell.pending else { return nil }
      cells[id] = Cell(committed: new)
      guard cell.isChanged else { return nil }
      place(id, isLive: isLive(new))
      return (id, cell.committed, new)
    }
  }

  mutating func rollBack(_ transaction: TransactionID) {
    for id in touched.removeValue(forKey: transaction) ?? [] {
      guard let cell = cells[id] else { continue }
      if let committed = cell.committed {
        cells[id] = Cell(committed: committed)
      } else {
        cells[id] = nil
        if let row = cell.pending, let key = key(row) { keys[key] = nil }
        place(id, isLive: false)
      }
    }
  }

  /// Sets a committed row back; nobody may have it locked.
  mutating func restore(_ id: Int64, to row: Row) {
    cells[id] = Cell(committed: row)
    place(id, isLive: isLive(row))
  }

  private mutating func place(_ id: Int64, isLive: Bool) {
    var (low, high) = (0, live.count)
    while low < high {
      let middle = (low + high) / 2
      if live[middle] < id { low = middle + 1 } else { high = middle }
    }
    let isThere = low < live.count && live[low] == id
    if isLive, !isThere { live.insert(id, at: low) }
    if !isLive, isThere { live.remove(at: low) }
  }
}
