package operation

import "errors"

// errorList collects errors, so that a start reports every mistake at once.
type errorList []error

func (l *errorList) add(err error) {
	if err != nil {
		*l = append(*l, err)
	}
}

func (l errorList) join() error { return errors.Join(l...) }
