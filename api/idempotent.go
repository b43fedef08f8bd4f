package api

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/vade-go/vade/manifest"
	"github.com/vade-go/vade/operation"
	"github.com/vade-go/vade/problem"
)

// Defaults of [Idempotent].
const (
	DefaultKeepFor = 24 * time.Hour  // how long a result is kept
	DefaultWaitFor = 5 * time.Second // how long a request waits for the same one that is running
)

// The problems of an operation that is [Idempotent].
var (
	// ErrKeyMissing is 400: the operation wants an idempotency key and the request has none.
	ErrKeyMissing = problem.New(http.StatusBadRequest, "idempotency-key-missing", "The request must have an Idempotency-Key")
	// ErrKeyInUse is 409: a request under the same key is running. The header Retry-After says when to ask again.
	ErrKeyInUse = problem.New(http.StatusConflict, "idempotency-key-in-use", "A request under this Idempotency-Key is running")
	// ErrKeyReused is 422: the key was used for another request.
	ErrKeyReused = problem.New(http.StatusUnprocessableEntity, "idempotency-key-reused", "The Idempotency-Key was used for another request")
	// ErrResultOmitted is 409: the request was carried out before, and its answer was too large to be kept.
	ErrResultOmitted = problem.New(http.StatusConflict, "idempotency-result-omitted",
		"The request was carried out before, and its answer was not kept")
)

// Idempotent lets clients send a request again without having it carried out again: the first request under an Idempotency-Key is
// carried out and its result kept; the same request under the same key gets that result, with the header Idempotent-Replayed. See the
// section on idempotency of this package for what is promised. On a group it is meant for those operations that change something; on a
// GET itself it is a mistake. Of several the last counts, as a whole.
func Idempotent(options ...IdempotencyOption) Option {
	i := &idempotent{manifest.Idempotency{
		Retention: DefaultKeepFor.String(), Wait: DefaultWaitFor.String(), Source: operation.Source(1),
	}}
	for _, o := range options {
		if o != nil {
			o(&i.policy)
		}
	}
	return i
}

// IdempotencyOption changes what [Idempotent] does.
type IdempotencyOption func(*manifest.Idempotency)

// KeepFor is how long a result is kept. Default: [DefaultKeepFor].
func KeepFor(d time.Duration) IdempotencyOption {
	return func(p *manifest.Idempotency) { p.Retention = d.String() }
}

// WaitFor is how long a request waits for the result of the same one that is running, before it is refused with [ErrKeyInUse]. It is never
// more than half of the time of the operation. 0 refuses at once. Default: [DefaultWaitFor].
func WaitFor(d time.Duration) IdempotencyOption {
	return func(p *manifest.Idempotency) { p.Wait = d.String() }
}

// KeyRequired refuses requests without a key with [ErrKeyMissing]. Without it they are carried out each time they come.
func KeyRequired() IdempotencyOption {
	return func(p *manifest.Idempotency) { p.KeyRequired = true }
}

// SharedKeys makes the keys of all callers one space, which a public operation needs, since it knows nobody. Whoever sends the same key and
// the same request gets the result of the first, so clients must choose keys that nobody guesses.
func SharedKeys() IdempotencyOption {
	return func(p *manifest.Idempotency) { p.SharedKeys = true }
}

type idempotent struct{ policy manifest.Idempotency }

func isIdempotent(o Option) bool {
	_, ok := o.(*idempotent)
	return ok
}

// DescribeOperation writes the policy into the description of an operation that changes something.
func (i *idempotent) DescribeOperation(op *manifest.Operation) {
	if op.Method == http.MethodGet {
		return
	}
	policy := i.policy
	op.Idempotency = &policy
}

// Validate reports times that make no sense.
func (i *idempotent) Validate() error {
	var errs []error
	if keep, err := time.ParseDuration(i.policy.Retention); err != nil || keep <= 0 {
		errs = append(errs, fmt.Errorf("api.KeepFor(%s): a result is kept for more than no time", i.policy.Retention))
	}
	if wait, err := time.ParseDuration(i.policy.Wait); err != nil || wait < 0 {
		errs = append(errs, fmt.Errorf("api.WaitFor(%s): nobody waits for less than no time", i.policy.Wait))
	}
	return errors.Join(errs...)
}

// checkIdempotency reports what cannot go together with idempotency.
func (e *endpoint) checkIdempotency() error {
	if e.method == http.MethodGet && slices.ContainsFunc(e.options[e.inherited:], isIdempotent) {
		return errors.New("api.Idempotent: a GET changes nothing and can always be sent again; take it away")
	}
	if e.op.Idempotency == nil {
		if e.hasField(func(f *reflect.StructField) bool { return f.Type == reflect.TypeFor[IdempotencyKey]() }) {
			return fmt.Errorf("input %s: an api.IdempotencyKey is there only when the operation is declared with api.Idempotent()", e.in)
		}
		return nil
	}
	var errs []error
	if e.op.Security.Public && !e.op.Idempotency.SharedKeys {
		errs = append(errs, errors.New("api.Idempotent: the callers of a public operation cannot be told apart, and one could get what another was "+
			"answered; if their keys are such that nobody guesses them, say api.Idempotent(api.SharedKeys())"))
	}
	if e.out.Kind() != reflect.Interface && shapeOf(e.out).flows {
		errs = append(errs, fmt.Errorf("api.Idempotent: output %s: a stream is not kept, and cannot be sent again", e.out))
	}
	if e.hasField(func(f *reflect.StructField) bool { return http.CanonicalHeaderKey(f.Tag.Get(inHeader)) == keyHeader }) {
		errs = append(errs, fmt.Errorf("input %s: the header %s is read already; for what belongs to it take a field of type api.IdempotencyKey",
			e.in, keyHeader))
	}
	return errors.Join(errs...)
}

// hasField reports whether the input has such a field.
func (e *endpoint) hasField(matches func(*reflect.StructField) bool) bool {
	for i := range e.binder.fields {
		if matches(&e.binder.fields[i]) {
			return true
		}
	}
	return false
}

// describeIdempotency adds the key, the header of a replay and the problems to the description.
func describeIdempotency(op *manifest.Operation) {
	if op.Idempotency == nil {
		return
	}
	op.Parameters = append(op.Parameters, manifest.Parameter{
		In: inHeader, Name: keyHeader, Required: op.Idempotency.KeyRequired,
		Doc: "A key of the client's choice, such as a UUID, as a string of RFC 9651 or bare. The same request under the same key is carried out " +
			"once, and answered with the first result.",
		Schema: []byte(`{"type":"string","minLength":1,"maxLength":512}`),
	})
	for i := range op.Responses {
		op.Responses[i].Headers = append(op.Responses[i].Headers, manifest.Header{
			Name: replayedHeader, Doc: "true when the answer is that of an earlier request under the same key.",
			Schema: []byte(`{"type":"string","enum":["true"]}`),
		})
	}
	problems := fails{ErrKeyInUse, ErrKeyReused, ErrResultOmitted}
	if op.Idempotency.KeyRequired {
		problems = append(problems, ErrKeyMissing)
	}
	problems.DescribeOperation(op)
}
