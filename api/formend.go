package api

import (
	"bytes"
	"io"
	"mime/multipart"
)

// newMultipart returns a reader of a form in parts for which a body that ends before its closing delimiter (RFC 2046, section 5.1.1) is
// no whole form. To the reader of package mime/multipart the form is over where a body ends among the headers of a part.
func newMultipart(body io.Reader, boundary string) *multipart.Reader {
	return multipart.NewReader(&unending{from: body}, boundary)
}

// unending is a body whose end is [io.ErrUnexpectedEOF], so that [io.EOF] of a form is that of its closing delimiter. The line of the
// delimiter may be the last one and lack its end: it is added, in the way of the line before.
type unending struct {
	from io.Reader
	last byte   // that was read
	bare bool   // the last line ended without a carriage return
	rest string // of the end that is added
	over bool
}

func (u *unending) Read(p []byte) (int, error) {
	if u.over {
		n := copy(p, u.rest)
		if u.rest = u.rest[n:]; n == 0 && len(p) > 0 {
			return 0, io.ErrUnexpectedEOF
		}
		return n, nil
	}
	n, err := u.from.Read(p)
	u.note(p[:n])
	if err != io.EOF {
		return n, err
	}
	u.over, u.rest = true, "\r\n"
	if u.bare {
		u.rest = "\n"
	}
	if n > 0 {
		return n, nil
	}
	return u.Read(p)
}

// note remembers how the last line ended.
func (u *unending) note(data []byte) {
	switch i := bytes.LastIndexByte(data, '\n'); {
	case i > 0:
		u.bare = data[i-1] != '\r'
	case i == 0:
		u.bare = u.last != '\r'
	}
	if len(data) > 0 {
		u.last = data[len(data)-1]
	}
}
