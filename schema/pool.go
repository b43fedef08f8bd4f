package schema

import "sync"

// decoders keeps the states of finished Decode calls for later ones.
type decoders struct{ pool sync.Pool }

// maxScratch is the largest unquoting buffer worth keeping, in bytes.
const maxScratch = 16 << 10

func (p *decoders) get() *decoder {
	if d, ok := p.pool.Get().(*decoder); ok {
		return d
	}
	return new(decoder)
}

// put forgets the document before the state is kept, so that an idle state pins no request.
func (p *decoders) put(d *decoder) {
	path, scratch := d.report.path, d.scratch
	clear(path[:cap(path)])
	if cap(scratch) > maxScratch {
		scratch = nil
	}
	*d = decoder{report: report{path: path[:0]}, scratch: scratch}
	p.pool.Put(d)
}
