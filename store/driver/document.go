package driver

// Version counts the writes to a document: [Write].First when it was inserted, one more with every replacement.
type Version int64

// What a write may expect instead of a version that was read.
const (
	Absent Version = 0  // there must be no document
	Any    Version = -1 // nothing: to be put whatever is there, to be deleted at whatever version
)

// Key is where a document is found.
type Key struct {
	Collection string
	Partition  string
	ID         string
}

// Document is a document as it is kept.
type Document struct {
	Key     Key
	Version Version
	// Data is a JSON value. An engine gives back an equal value, not necessarily the same bytes. The slice belongs to
	// the caller.
	Data []byte
	// Indexed is the value of the index that a list was asked for; empty otherwise.
	Indexed string
}

// Write is one document to be written.
type Write struct {
	Key     Key
	Expect  Version           // Absent, Any, or the version that must be found
	First   Version           // of a document that does not exist yet; 0 is 1
	Data    []byte            // a JSON value; the engine does not keep the slice
	Entries map[string]string // values by index, never empty texts; indexes that are not named have no entry
}

// Query selects documents of one collection.
//
// Without an index they are sorted by id, with one by the index value and then by id. A query over all partitions sorts
// by partition before id: (partition, id) or (value, partition, id).
type Query struct {
	Collection    string
	Partition     string // empty if and only if AllPartitions
	AllPartitions bool
	Index         string // empty: the documents themselves

	// The bounds hold for the index value, or for the id without an index. Empty bounds hold for everything; several
	// hold together.
	Equal  string // exactly this text
	Prefix string // texts that begin with this
	From   string // this text or later ones
	To     string // earlier texts only

	Descending bool
	Limit      int       // of documents; at least 1
	After      *Position // go on behind this position, which need not exist (any more); nil: from the start
}

// Position is a place in the order of a query.
type Position struct {
	Indexed   string // without an index: empty
	Partition string
	ID        string
}

// Position returns where d stands in the order of the query that listed it.
func (d Document) Position() Position {
	return Position{Indexed: d.Indexed, Partition: d.Key.Partition, ID: d.Key.ID}
}
