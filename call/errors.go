package call

import "errors"

// ErrNotConnected is returned by a call before the program has bound its connection: the service that declared it was not
// started.
var ErrNotConnected = errors.New("the connection is not bound: the service that declared it was not started")
