package store

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"

	"github.com/vade-go/vade/store/driver"
)

// A cursor is, in base64url without padding: the format (1), the fingerprint of its query (8 bytes), and three texts that
// say after which document to go on, each with its length in front (uvarint).
//
// It is not signed: whoever forges the place of a cursor sees no more than the query allows, since the query's own
// bounds hold beside it.
const cursorFormat = 1

// fingerprint tells queries apart by what must not change between pages.
func (c *collection) fingerprint(q Query) [8]byte {
	h := fnv.New64a()
	for _, text := range []string{c.name, q.Partition, q.Index, q.Value, q.Prefix, q.From, q.To} {
		h.Write(binary.AppendUvarint(nil, uint64(len(text))))
		h.Write([]byte(text))
	}
	if q.Descending {
		h.Write([]byte{1})
	}
	return [8]byte(h.Sum(nil))
}

func formatCursor(fingerprint [8]byte, at driver.Position) string {
	b := append([]byte{cursorFormat}, fingerprint[:]...)
	for _, text := range []string{at.Indexed, at.Partition, at.ID} {
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor returns the place that a cursor holds; nil for an empty one. Every other error is ErrCursor.
func parseCursor(cursor string, fingerprint [8]byte) (*driver.Position, error) {
	if cursor == "" {
		return nil, nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil {
		return nil, ErrCursor
	}
	b, ok := bytes.CutPrefix(b, append([]byte{cursorFormat}, fingerprint[:]...))
	if !ok {
		return nil, ErrCursor
	}
	var at driver.Position
	for _, text := range []*string{&at.Indexed, &at.Partition, &at.ID} {
		length, n := binary.Uvarint(b)
		if n <= 0 || length > uint64(len(b)-n) {
			return nil, ErrCursor
		}
		*text, b = string(b[n:n+int(length)]), b[n+int(length):]
	}
	if len(b) > 0 || checkValue(at.Indexed) != nil || checkText(at.Partition) != nil || checkText(at.ID) != nil {
		return nil, ErrCursor
	}
	return &at, nil
}
