//go:build misuse

package main

import "airlineclient/schema"

// The compiler must refuse this: an order has a flight_id.
var _ = schema.Order{Flight: "VD1"}
