// Package bookings is the service that sells seats. A booking is a saga over events: seats are held by flights, then the money is
// captured by payments, and every step back is an event too. The booking's own record is the saga's state; see saga.go.
package bookings
