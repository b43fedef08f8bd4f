package schema

import "reflect"

// Case returns what the discriminator calls the value; empty for one that is none of the cases.
func (u *Union[V, D]) Case() string {
	_, cases := u.cases()
	t := reflect.TypeOf(u.Value)
	for _, c := range cases {
		if t == c.typ || t != nil && t.Kind() == reflect.Pointer && t.Elem() == c.typ {
			return c.name
		}
	}
	return ""
}
