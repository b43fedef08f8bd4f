package store

import (
	"fmt"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/vade-go/vade/store/driver"
)

// Limits of the portable model. They leave room for every engine; DynamoDB's are the narrowest.
const (
	MaxKey        = 255     // bytes of a partition and of an id
	MaxIndexValue = 512     // bytes of a value in an index
	MaxDocument   = 400_000 // bytes of a document as JSON: of DynamoDB's 400 KiB, the rest is for keys
)

// Key is where a document is found in its collection: partition and id, each 1 to [MaxKey] bytes of UTF-8 without control
// characters. The partition decides what can be written together, see [DB.Do], so it is most often the id of what
// the document belongs to: a booking, a customer.
type Key struct {
	Partition string
	ID        string
}

// String returns "partition/id", or the id alone when both are the same. It quotes what is not allowed.
func (k Key) String() string {
	if k.Partition == k.ID {
		return printable(k.ID)
	}
	return printable(k.Partition) + "/" + printable(k.ID)
}

func printable(s string) string {
	if checkText(s) == nil {
		return s
	}
	return strconv.QuoteToASCII(s[:min(len(s), 40)])
}

func (k Key) check() error {
	if err := checkText(k.Partition); err != nil {
		return fmt.Errorf("%w: partition %w", ErrKey, err)
	}
	if err := checkText(k.ID); err != nil {
		return fmt.Errorf("%w: id %w", ErrKey, err)
	}
	return nil
}

// textError says what is wrong with a partition, an id or a value.
type textError string

func (e textError) Error() string { return string(e) }

// checkText holds s to the rules for partitions and ids.
func checkText(s string) error {
	switch {
	case s == "":
		return textError("is empty")
	case len(s) > MaxKey:
		return textError("has more than 255 bytes")
	case !utf8.ValidString(s):
		return textError("is not UTF-8")
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return textError("has a control character")
		}
	}
	return nil
}

// checkValue holds s to the rules for values of an index.
func checkValue(s string) error {
	switch {
	case len(s) > MaxIndexValue:
		return textError("has more than 512 bytes")
	case !utf8.ValidString(s):
		return textError("is not UTF-8")
	}
	return nil
}

// Version tells the states of a document apart: it grows with every write and is opaque otherwise. A document that was deleted
// and is inserted again goes on with a greater one, unless the clock was set back in between: versions begin with the time
// of the insertion in microseconds. So who has read the document of before cannot take the new one for it.
type Version int64

// first is the version of a document that is inserted now.
func first() driver.Version { return driver.Version(time.Now().UnixMicro()) }

// Any is given to [Collection.Delete] to delete a document at whatever version it is.
const Any = Version(driver.Any)
