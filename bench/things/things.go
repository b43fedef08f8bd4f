// Package things declares five hundred operations: a hundred kinds of things, each of types of its own, that can be listed, read,
// made, replaced and removed. It is what a large service pays at its start, in Vade and in Huma.
package things

import "time"

// Thing is what is kept. A and B, ten types each, make a type of its own out of it, and nothing else.
type Thing[A, B any] struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created_at"`
	NewThing[A, B]
}

// NewThing is what is sent.
type NewThing[A, B any] struct {
	Name   string       `json:"name" minLength:"1" maxLength:"80" doc:"What it is called." example:"Chair"`
	Kind   string       `json:"kind" enum:"small,middle,large"`
	Price  int64        `json:"price_cents" minimum:"0"`
	Code   string       `json:"code" pattern:"^[A-Z]{3}-[0-9]{4}$"`
	Labels []string     `json:"labels" maxItems:"20"`
	Parts  []Part[A, B] `json:"parts" maxItems:"50"`
}

// Part is a part of a thing.
type Part[A, B any] struct {
	Name string `json:"name" minLength:"1" maxLength:"80"`
	Qty  int    `json:"qty" minimum:"1" maximum:"1000"`
}

// List is a page of things.
type List[A, B any] struct {
	Items []Thing[A, B] `json:"items"`
}

// Any returns the thing that everybody asks for.
func Any[A, B any](id string) Thing[A, B] {
	return Thing[A, B]{ID: id, Created: time.Now().UTC(), NewThing: NewThing[A, B]{Name: "Chair", Kind: "small", Code: "ABC-1234"}}
}
