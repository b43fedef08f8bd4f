// Package cbor is CBOR (RFC 8949) as a further form of bodies: api.Codecs(cbor.Codec{}) lets the clients of an operation send
// application/cbor and ask for it by Accept. What they send is held to the same rules as JSON, and problems come as
// application/problem+cbor.
//
// CBOR can say more than JSON. What JSON cannot say is refused: undefined and other simple values, NaN and the infinities, maps with keys
// that are not text, and tags except those below. So are duplicate keys, text that is not UTF-8, more than 64 levels and
// data after the value. Lengths may be indefinite.
//
//	byte string          base64 with padding, as JSON has []byte
//	integer              itself, however large
//	tags 0 and 1         a time of RFC 3339
//	tags 2 and 3         an integer of at most 128 bytes
//	tag 32               its text, a URI
//	tag 37               a UUID in hexadecimal form
//	tag 55799            its value
//
// A document is turned into JSON while it is read, which takes 8 to 40 times its length in memory, and with nothing but times 60; api.MaxBody
// bounds that. The members of objects stay in their order.
//
// Answers have the core deterministic encoding (RFC 8949, section 4.2.1): the same value is the same bytes. Integers stay integers, other
// numbers have the shortest float that keeps their value, and what is text in JSON, as times and bytes are, stays text. An answer of more than
// 64 levels is a fault of the handler.
package cbor
