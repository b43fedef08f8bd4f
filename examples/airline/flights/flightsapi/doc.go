// Package flightsapi is the contract of the service flights: what others may ask it and the events that it publishes.
package flightsapi
