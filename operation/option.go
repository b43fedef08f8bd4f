package operation

import (
	"reflect"
	"time"

	"github.com/vade-go/vade/manifest"
)

// Option is a policy or a piece of description, given to one operation or to a group of them. Options of a group apply
// first, those of the operation after; each adds to what is there, and loosening is an option of its own that says so
// (auth.Public). One that can be given wrongly has a method Validate() error too, which is asked when the system is described.
type Option interface {
	// DescribeOperation writes the option into the description, from which the running plan is compiled.
	DescribeOperation(op *manifest.Operation)
}

// OptionFunc makes a function an [Option].
type OptionFunc func(op *manifest.Operation)

// DescribeOperation calls f.
func (f OptionFunc) DescribeOperation(op *manifest.Operation) { f(op) }

// Stepper is an [Option] that also acts while a call runs.
type Stepper interface {
	// Steps returns what the option adds to the plan of an operation, or why it does not fit that one. It is called when the
	// operation is described, and again when it is opened.
	Steps(s Signature) ([]Step, error)
}

// Signature is an operation as it is in Go: its description, and the types of its handler.
type Signature struct {
	Operation *manifest.Operation // must not be changed
	In, Out   reflect.Type
}

// DefaultTimeout is the deadline of an operation that declares none.
const DefaultTimeout = 30 * time.Second

// Timeout limits how long a call may take, from its arrival to its answer. A caller's own shorter deadline wins.
func Timeout(d time.Duration) Option {
	return OptionFunc(func(op *manifest.Operation) { op.Timeout = d.String() })
}

// Apply applies options in order.
func Apply(op *manifest.Operation, options []Option) {
	for _, o := range options {
		if o != nil {
			o.DescribeOperation(op)
		}
	}
}
