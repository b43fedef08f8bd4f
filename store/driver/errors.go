package driver

import "errors"

// The errors that the portable layer knows. See [DB] and [Tx] for when they are returned.
var (
	ErrNotFound  = errors.New("not found")
	ErrExists    = errors.New("exists already")
	ErrConflict  = errors.New("changed in the meantime")
	ErrPartition = errors.New("outside the partition of the transaction")
	ErrBusy      = errors.New("database is busy") // the engine could not get its turn in time; trying later may help
	ErrClosed    = errors.New("database is closed")
)

// Check compares what a put expects with what is there: found is the version of the document, or [Absent]. A delete
// of what is Absent is ErrNotFound before it comes to that. Engines that read before they write use it, so that all of
// them answer alike.
func Check(expect, found Version) error {
	switch {
	case expect == Any || expect == found:
		return nil
	case expect == Absent:
		return ErrExists
	case found == Absent:
		return ErrNotFound
	default:
		return ErrConflict
	}
}
