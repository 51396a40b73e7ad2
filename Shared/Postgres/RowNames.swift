import Kernel

/// Values by the column's name, read as those by position are; each looks the position up first,
/// so hot paths keep positions.
/// - Throws: `PostgresError` of kind `.value`, also when no column has the name.
extension Row {
  package func int(_ name: String) throws(PostgresError) -> Int64 { try int(index(of: name)) }
  package func optionalInt(_ name: String) throws(PostgresError) -> Int64? {
    try optionalInt(index(of: name))
  }
  package func double(_ name: String) throws(PostgresError) -> Double {
    try double(index(of: name))
  }
  package func optionalDouble(_ name: String) throws(PostgresError) -> Double? {
    try optionalDouble(index(of: name))
  }
  package func hundredths(_ name: String) throws(PostgresError) -> Int64 {
    try hundredths(index(of: name))
  }
  package func bool(_ name: String) throws(PostgresError) -> Bool { try bool(index(of: name)) }
  package func optionalBool(_ name: String) throws(PostgresError) -> Bool? {
    try optionalBool(index(of: name))
  }
  package func text(_ name: String) throws(PostgresError) -> String { try text(index(of: name)) }
  package func optionalText(_ name: String) throws(PostgresError) -> String? {
    try optionalText(index(of: name))
  }
  package func json(_ name: String) throws(PostgresError) -> String { try json(index(of: name)) }
  package func optionalJSON(_ name: String) throws(PostgresError) -> String? {
    try optionalJSON(index(of: name))
  }
  package func instant(_ name: String) throws(PostgresError) -> Instant {
    try instant(index(of: name))
  }
  package func optionalInstant(_ name: String) throws(PostgresError) -> Instant? {
    try optionalInstant(index(of: name))
  }
  package func date(_ name: String) throws(PostgresError) -> CivilDate {
    try date(index(of: name))
  }
  package func optionalDate(_ name: String) throws(PostgresError) -> CivilDate? {
    try optionalDate(index(of: name))
  }
  package func bytes(_ name: String) throws(PostgresError) -> [UInt8] {
    try bytes(index(of: name))
  }
  package func optionalBytes(_ name: String) throws(PostgresError) -> [UInt8]? {
    try optionalBytes(index(of: name))
  }
  package func ints(_ name: String) throws(PostgresError) -> [Int64] { try ints(index(of: name)) }
  package func texts(_ name: String) throws(PostgresError) -> [String] {
    try texts(index(of: name))
  }
}
