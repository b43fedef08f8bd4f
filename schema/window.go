package schema

// window copies texts out of a document. Short ones that stand close to each other share one copy of that part of the document, which
// spares an allocation for each.
type window struct {
	begin, end int // of the part of the document that was copied last
	part       string
}

const (
	maxShared = 64  // the longest text that shares a copy, in bytes
	maxWindow = 512 // the longest part that is copied for several, in bytes: so much memory may a short text hold on to
)

// take returns the text between two places of the document.
func (w *window) take(document []byte, begin, end int) string {
	if end-begin > maxShared {
		return string(document[begin:end])
	}
	if begin < w.begin || end > w.end {
		w.begin, w.end = begin, min(begin+maxWindow, len(document))
		w.part = string(document[w.begin:w.end])
	}
	return w.part[begin-w.begin : end-w.begin]
}
