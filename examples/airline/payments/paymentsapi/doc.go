// Package paymentsapi is the contract of the service payments: the events that it publishes.
package paymentsapi
