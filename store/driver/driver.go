package driver

import (
	"context"
	"log/slog"
	"net/url"
)

// Driver is an engine that can be linked into a program. It satisfies operation.Driver.
type Driver interface {
	// Capability is "store".
	Capability() string
	// Schemes are the URL schemes that choose the engine, such as "sqlite".
	Schemes() []string
	// Open opens the database of one service, which is created when it does not exist. Cancelling ctx gives up; ctx has no
	// bearing on the DB afterwards. An error says what to mend.
	Open(ctx context.Context, cfg Config) (DB, error)
}

// Config says which database to open.
type Config struct {
	URL     *url.URL     // what chose the engine; the engine refuses parameters that it does not know
	Service string       // name of the service, whose documents are kept apart from those of others
	DataDir string       // folder for an engine that keeps files, when the URL names none
	Log     *slog.Logger // for what concerns no single call; nil discards
}

// Capabilities says what an engine can do beyond the model.
type Capabilities struct {
	// AllPartitions: the engine can list over all partitions, in order.
	AllPartitions bool
	// Durable: what was committed outlives the process and a loss of power.
	Durable bool
}

// DB is the database of one service. Its methods may be called by many goroutines at once. After Close they return
// [ErrClosed].
type DB interface {
	// Capabilities returns the same value at every call.
	Capabilities() Capabilities

	// Get returns a document as the last committed transaction left it: who has seen a commit succeed reads at least that.
	// A missing document is ErrNotFound. The engine repeats a read that was lost on the way. When ctx ends, Get returns
	// its error promptly: that of ctx.Err, whatever its cause.
	Get(ctx context.Context, key Key) (Document, error)

	// List returns the documents that q asks for, in its order, as of one moment: never half a transaction. It returns
	// fewer than q.Limit only when there are no more. Repeats and cancelling are as in Get.
	List(ctx context.Context, q Query) ([]Document, error)

	// Do runs fn in a transaction of one partition. When fn returns nil, everything it wrote is committed, at once and
	// durably; when fn returns an error, panics or exits its goroutine, nothing is. The error of fn comes back unchanged,
	// a panic goes on. When it comes back, what fn has read is committed: who is told ErrExists can read the document.
	//
	// Transactions of one partition are serialisable. When the engine finds a conflict with another one, it runs fn
	// again, within reason and as long as ctx lasts, and then gives up with ErrBusy. It never runs fn again once
	// a commit may have happened.
	//
	// The context that fn gets ends with ctx and with the DB. When ctx ends before the commit has begun, nothing is
	// written and Do returns an error of ctx. A commit that has begun is not interrupted, so that its outcome is known.
	Do(ctx context.Context, partition string, fn func(ctx context.Context, tx Tx) error) error

	// Close ends the running transactions (their contexts end; Close waits for their functions), waits for the running
	// reads, which may end with ErrClosed, and gives everything back. A second Close does nothing.
	Close() error
}

// Tx is a running transaction. It belongs to one goroutine and is over when its function returns. It sees its own writes.
//
// A method that returns ErrNotFound, ErrExists, ErrConflict or ErrPartition has changed nothing and leaves the
// transaction usable. When ctx ends, methods return its error promptly.
type Tx interface {
	// Get is like DB.Get, inside the transaction.
	Get(ctx context.Context, key Key) (Document, error)

	// List is like DB.List, inside the transaction. A query over all partitions is ErrPartition.
	List(ctx context.Context, q Query) ([]Document, error)

	// Put writes a document and replaces its index entries. It returns the new version: w.First for a document that did not
	// exist, else one more than before. What the write expects is checked first: ErrExists, ErrNotFound, ErrConflict.
	Put(ctx context.Context, w Write) (Version, error)

	// Delete removes a document and its index entries. A missing document is ErrNotFound, also when Any is expected; one
	// at another version than expected is ErrConflict.
	Delete(ctx context.Context, key Key, expect Version) error

	// Reindex replaces the index entries of a document and leaves its version and data as they are. Errors are those
	// of Delete.
	Reindex(ctx context.Context, key Key, expect Version, entries map[string]string) error
}
