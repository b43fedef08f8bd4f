package api

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"reflect"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// File is a file that came in a multipart form (RFC 7578). It can be opened while the call lasts; afterwards its content is gone.
// What it is called and what type it claims to be is the client's word: check both before you believe them.
type File struct {
	Name        string // without folders
	ContentType string // as the client says; may be empty
	Size        int64  // in bytes

	open func() (multipart.File, error)
}

// FileOf returns a file with the given content, for typed calls and tests.
func FileOf(name, contentType string, data []byte) File {
	return File{Name: name, ContentType: contentType, Size: int64(len(data)), open: func() (multipart.File, error) {
		return memory{bytes.NewReader(data)}, nil
	}}
}

// Open returns the content from its beginning. Each call returns a reader of its own, which its caller closes.
func (f File) Open() (io.ReadSeekCloser, error) {
	if f.open == nil {
		return nil, errNoFile
	}
	return f.open()
}

var (
	errNoFile      = errors.New("api: the File is empty; make one with FileOf")
	errFileNotJSON = errors.New("api: a File is a part of a form and has no JSON form")
)

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// JSONSchema describes a file as OpenAPI 3.1 does.
func (*File) JSONSchema() []byte {
	return []byte(`{"type":"string","contentMediaType":"application/octet-stream"}`)
}

// MarshalJSONTo refuses: a file is a part of a form.
func (*File) MarshalJSONTo(*jsontext.Encoder) error { return errFileNotJSON }

// UnmarshalJSONFrom refuses: a file is a part of a form.
func (*File) UnmarshalJSONFrom(*jsontext.Decoder) error { return errFileNotJSON }

// fileOf returns what came in a form.
func fileOf(h *multipart.FileHeader) File {
	return File{Name: h.Filename, ContentType: h.Header.Get("Content-Type"), Size: h.Size, open: h.Open}
}

// garbled reports what the client says of a file and could not go on as JSON, like the texts of a form.
func (f File) garbled() bool { return !utf8.ValidString(f.Name) || !utf8.ValidString(f.ContentType) }

// holdsFiles reports whether fields of type t are filled by files.
func holdsFiles(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[File](), reflect.TypeFor[Opt[File]](), reflect.TypeFor[[]File]():
		return true
	}
	return false
}

// setFiles puts files, at least one, into a field that holds them; one that is too many is left out.
func setFiles(field reflect.Value, files []File) {
	switch place := field.Addr().Interface().(type) {
	case *File:
		*place = files[0]
	case *Opt[File]:
		*place = Some(files[0])
	case *[]File:
		*place = files
	}
}

// filesOf returns the files of a field that holds them.
func filesOf(field reflect.Value) []File {
	switch held := field.Interface().(type) {
	case File:
		return []File{held}
	case Opt[File]:
		if f, ok := held.Get(); ok {
			return []File{f}
		}
	case []File:
		return held
	}
	return nil
}
