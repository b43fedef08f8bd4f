// Package feed is a service whose events go to everybody who listens, and clients that check that nothing of it is missed: what
// "make bench-sse" measures.
package feed
