package api

import (
	"net/http"
	"slices"
	"strings"
)

// The forms of one answer have other bytes, and so each has an ETag of its own: the tag of the version, and behind it, after a mark, the names
// of the format and of the coding, where they are not the plain ones: "v7;application/cbor;gzip".

// variantMark stands between the tag of a version and the names of the form in which it was sent. No tag of a version has it.
const variantMark = ";"

// variant marks the ETag of an answer in another form than the plain one. [Precondition] knows such tags again.
func variant(h http.Header, name string) {
	if tag, ok := strings.CutSuffix(h.Get("ETag"), `"`); ok {
		h.Set("ETag", tag+variantMark+name+`"`)
	}
}

// version returns the tag of the version that an ETag names in whatever form.
func version(etag string) string {
	tag, _, _ := strings.Cut(strings.Trim(strings.TrimPrefix(etag, "W/"), `"`), variantMark)
	return tag
}

// has reports whether the client has a version, in a form that it could be sent now, and in which: the end of its ETag.
func (x *wire) has(r *http.Request, tag string) (form string, ok bool) {
	lists := r.Header["If-None-Match"]
	if lists == nil || tag == "" {
		return "", false
	}
	format := ""
	if c := x.writes(r.Header, false); c != nil {
		format = variantMark + c.MediaType()
	}
	list := strings.Join(lists, ",")
	if strings.Trim(list, " \t,") == "*" {
		return format, true
	}
	return matching(list, tag, true, func(form string) bool {
		coding, ok := strings.CutPrefix(form, format)
		return ok && (coding == "" || x.understood(r.Header, strings.TrimPrefix(coding, variantMark)))
	})
}

// understood reports whether a coding is one of the operation that the client accepts.
func (x *wire) understood(header http.Header, coding string) bool {
	q, _ := weighCoding(parseWeights(header["Accept-Encoding"]), coding)
	return q > 0 && slices.ContainsFunc(x.codings, func(c Coding) bool { return c.Name() == coding })
}

// vary names the headers on which the form of an answer depends.
func (x *wire) vary(h http.Header) {
	if len(x.codecs) > 0 {
		varyBy(h, "Accept")
	}
	if len(x.codings) > 0 {
		varyBy(h, "Accept-Encoding")
	}
}

// varyBy adds a header to those that the answer depends on, unless it is there. Values may be shared between answers and stay as they are.
func varyBy(h http.Header, name string) {
	for _, field := range h["Vary"] {
		for item := range strings.SplitSeq(field, ",") {
			if item = strings.Trim(item, " \t"); item == "*" || strings.EqualFold(item, name) {
				return
			}
		}
	}
	h["Vary"] = append(slices.Clip(h["Vary"]), name)
}
