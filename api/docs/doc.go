// Package docs serves the documentation page of an API: Swagger UI, embedded in the program, showing an OpenAPI document.
//
// # Usage
//
//	mux.Handle("GET /docs/", http.StripPrefix("/docs", docs.Handler("/openapi.json")))
//
// The handler wants a prefix that ends with a slash, because the page names its assets relative to itself. Operations can
// be tried out on the page, with a bearer token where they need one; each has an address of its own. People paste the token, or with
// [Login] get it from the issuer that the document describes.
//
// [Problems] serves the pages to which the member type of a problem document leads.
//
// # Guarantees
//
// The page and everything on it come from this program: no other host is named, and the Content-Security-Policy forbids the
// browser to ask one, but for the origin of the token endpoint that [Login] was given. There are no inline scripts. What an issuer answers
// reaches the page from [RedirectPage] through a channel that pages of the same origin share, so that neither has to know the
// other as a window; an answer whose state the page did not choose is dropped. A browser loads about 485 kB once; the addresses of the assets
// change with their content, so they may be kept for a year.
//
// # Swagger UI
//
// Swagger UI is by SmartBear Software and others, under the Apache License 2.0. Its files are unchanged; they are in the
// folder assets beside their licences, where tools/swaggerui/refresh.sh puts them.
package docs
