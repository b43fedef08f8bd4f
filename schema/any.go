package schema

// Any returns the value without its type, for code that knows many types; ok is false when it is absent.
func (o Opt[T]) Any() (value any, ok bool) { return o.value, o.present }
