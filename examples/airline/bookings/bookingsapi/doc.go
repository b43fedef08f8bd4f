// Package bookingsapi is the contract of the service bookings: the events that it publishes and the shape of a booking.
package bookingsapi
