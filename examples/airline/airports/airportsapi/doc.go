// Package airportsapi is the contract of the service airports: what others may ask it.
package airportsapi
