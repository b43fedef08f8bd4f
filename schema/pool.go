package schema

import (
	"bytes"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// decoders keeps the states of finished Decode calls for later ones.
type decoders struct{ pool sync.Pool }

// maxScratch is the largest unquoting buffer worth keeping, in bytes.
const maxScratch = 16 << 10

func (p *decoders) get() *decoder {
	if d, ok := p.pool.Get().(*decoder); ok {
		return d
	}
	d := new(decoder)
	d.report.decoder = &d.json
	d.reset()
	return d
}

// put forgets the document before the state is kept, so that an idle state pins no request.
func (p *decoders) put(d *decoder) {
	d.reset()
	d.report.found = nil
	d.depth, d.checked, d.within = 0, false, 0
	if cap(d.scratch) > maxScratch {
		d.scratch = nil
	}
	p.pool.Put(d)
}

// reset makes the decoder read what is put into source next. It does not look for duplicate names: structs
// and maps know at once which members they have, and admit checks the rest.
func (d *decoder) reset() {
	d.source = bytes.Buffer{}
	d.json.Reset(&d.source, jsontext.AllowDuplicateNames(true))
}
