package store

import (
	"context"
	"errors"

	"github.com/vade-go/vade/store/driver"
)

// What can go wrong by the rules of the store. Errors of this package wrap them and say which call on which document it
// was: "store: get bookings/42: not found". They never carry a document's contents.
var (
	// ErrNotFound: there is no document under the key.
	ErrNotFound = driver.ErrNotFound
	// ErrExists: there is a document under the key already.
	ErrExists = driver.ErrExists
	// ErrConflict: the document is not at the version that was expected. Read it again and decide anew.
	ErrConflict = driver.ErrConflict
	// ErrPartition: the key or the list does not belong to the partition of the transaction.
	ErrPartition = driver.ErrPartition
	// ErrBusy: the database could not give the call its turn in time. Nothing was written; trying later may help.
	ErrBusy = driver.ErrBusy
	// ErrClosed: the database is closed or not open yet, or the transaction is over.
	ErrClosed = driver.ErrClosed
	// ErrNested: a transaction is running and the call does not belong to it: a transaction in a transaction, a write without
	// [Collection.With], or such a read in the transaction's own partition.
	ErrNested = errors.New("a transaction is running")
	// ErrKey: the key is not allowed, see [Key], or a value of an index is not, see [Index].
	ErrKey = errors.New("key is not allowed")
	// ErrQuery: the query makes no sense, see [Query].
	ErrQuery = errors.New("query is not allowed")
	// ErrCursor: the cursor is broken, or was made by another query.
	ErrCursor = errors.New("cursor does not belong to this query")
	// ErrTooLarge: the document has more than [MaxDocument] bytes.
	ErrTooLarge = errors.New("document is too large")
)

// status says in a word how a call ended, and whether that is a fault of the database or a rule kept.
func status(err error) (word string, fault error) {
	switch {
	case err == nil:
		return "ok", nil
	case errors.Is(err, ErrNotFound):
		return "not_found", nil
	case errors.Is(err, ErrExists):
		return "exists", nil
	case errors.Is(err, ErrConflict):
		return "conflict", nil
	case errors.Is(err, ErrCursor), errors.Is(err, ErrKey), errors.Is(err, ErrQuery), errors.Is(err, ErrTooLarge):
		return "refused", nil
	case errors.Is(err, context.Canceled):
		return "cancelled", nil
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout", err
	case errors.Is(err, ErrBusy):
		return "busy", err
	}
	return "error", err
}
